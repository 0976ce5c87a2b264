#include "sip/auth/quoting.h"

#include "samples.h"

namespace polyfon::sip {
namespace {

std::string unescaped(std::string_view text) {
  std::string storage;
  return std::string(unescape_quoted(text, storage));
}

TEST(Quoting, a_text_without_escapes_is_not_copied) {
  std::string storage;
  std::string_view text = "plain";
  EXPECT_EQ(unescape_quoted(text, storage).data(), text.data());
}

TEST(Quoting, escapes_stand_for_the_character_behind_them) {
  EXPECT_EQ(unescaped(R"(a\"b\\c\d)"), R"(a"b\cd)");
  EXPECT_EQ(unescaped(R"(end\)"), R"(end\)");
}

TEST(Quoting, what_was_quoted_is_unescaped_to_the_same) {
  for (std::string_view text : {"", "x", R"(a"b)", R"(\)", R"(\"\\"")"}) {
    std::string quoted;
    append_quoted(quoted, text);
    ASSERT_GE(quoted.size(), 2u);
    std::string_view inner = std::string_view(quoted).substr(1, quoted.size() - 2);
    EXPECT_TRUE(is_quoted_text(inner)) << quoted;
    EXPECT_EQ(unescaped(inner), text);
  }
}

TEST(Quoting, knows_what_may_stand_between_quotes) {
  EXPECT_TRUE(is_quoted_text("realm of \xc3\xa9t\xc3\xa9"));
  for (std::string_view text : {"a\"b", "a\\", "a\r\n b", "\x7f", "a\\\n"})
    EXPECT_FALSE(is_quoted_text(text)) << text;
}

}  // namespace
}  // namespace polyfon::sip
