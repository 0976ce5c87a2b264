// The parts of an exten => line.
#include "dialplan/extension_line.h"

#include <gtest/gtest.h>

namespace polyfon::dialplan {
namespace {

std::pair<std::string, std::string> extension_and_rest(std::string_view text) {
  const auto extension = take_extension(text);
  return {std::string(extension), std::string(text)};
}
using Split = std::pair<std::string, std::string>;

TEST(TakeExtension, ends_at_the_first_comma) {
  EXPECT_EQ(extension_and_rest("100,1,A"), (Split{"100", "1,A"}));
}
TEST(TakeExtension, passes_commas_in_sets) {
  EXPECT_EQ(extension_and_rest("_[1,2]X,1,A"), (Split{"_[1,2]X", "1,A"}));
}
TEST(TakeExtension, passes_escaped_commas) {
  EXPECT_EQ(extension_and_rest("a\\,b,1"), (Split{"a\\,b", "1"}));
}
TEST(TakeExtension, takes_everything_without_a_comma) {
  EXPECT_EQ(extension_and_rest("100"), (Split{"100", ""}));
  EXPECT_EQ(extension_and_rest("100\\"), (Split{"100\\", ""}));
  EXPECT_EQ(extension_and_rest(""), (Split{"", ""}));
}

TEST(WithoutBlanks, removes_them_outside_sets) {
  EXPECT_EQ(without_blanks(" 1 0 0 "), "100");
  EXPECT_EQ(without_blanks("_[ 1]X X"), "_[ 1]XX");
  EXPECT_EQ(without_blanks("a[ b"), "a[b");
}

TEST(ShrinkNumber, removes_what_is_for_the_eye) {
  EXPECT_EQ(shrink_number("(495) 123-45.67"), "4951234567");
  EXPECT_EQ(shrink_number("_[1-3]X."), "_[1-3]X.");
  EXPECT_EQ(shrink_number(""), "");
}

TEST(TakePriority, finds_label_and_offset) {
  std::string_view text = " n+101(busy) ,Dial(x)";
  const auto part = take_priority(text);
  EXPECT_EQ(part.base, "n");
  EXPECT_EQ(part.plus, 101);
  EXPECT_EQ(part.label, "busy");
  EXPECT_EQ(text, "Dial(x)");
}

TEST(TakePriority, an_offset_that_is_no_number_is_none) {
  std::string_view text = "n+x,A";
  EXPECT_EQ(take_priority(text).plus, 0);
}

TEST(TakePriority, tells_an_unclosed_label) {
  std::string_view text = "1(x,A";
  EXPECT_TRUE(take_priority(text).broken);
}

TEST(ParseApplication, a_computed_name_is_taken_whole) {
  std::vector<std::string> said;
  EXPECT_EQ(parse_application("DAHDI/g0/${GLOBAL(x)}", said).name, "DAHDI/g0/${GLOBAL(x)}");
  EXPECT_TRUE(said.empty());
}

TEST(ParseApplication, arguments_may_hold_anything) {
  std::vector<std::string> said;
  const auto call = parse_application("Set(X=${F(a,b)}\"c)", said);
  EXPECT_EQ(call.name, "Set");
  EXPECT_EQ(call.arguments, "X=${F(a,b)}\"c");
}

}  // namespace
}  // namespace polyfon::dialplan
