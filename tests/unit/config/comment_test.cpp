#include "config/comment_stripper.h"
#include "unit/config/support.h"

namespace polyfon::config {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::string stripped(std::string_view line) { return std::string(CommentStripper().strip(line, 1)); }

std::vector<std::string> lines_of_x(std::string_view text) { return values(parse(text).file, "x"); }

TEST(Comment, a_semicolon_ends_the_line) { EXPECT_EQ(stripped("a=1 ; why"), "a=1 "); }
TEST(Comment, a_semicolon_ends_the_line_inside_quotes_too) { EXPECT_EQ(stripped("a=\"1;2\""), "a=\"1"); }
TEST(Comment, a_line_without_a_semicolon_stays) { EXPECT_EQ(stripped("a=1"), "a=1"); }
TEST(Comment, an_escaped_semicolon_stays_without_its_backslash) { EXPECT_EQ(stripped("a=1\\;2"), "a=1;2"); }
TEST(Comment, several_escaped_semicolons_stay) { EXPECT_EQ(stripped("a=\\;\\;x"), "a=;;x"); }
TEST(Comment, after_an_escaped_semicolon_the_next_one_ends_the_line) {
  EXPECT_EQ(stripped("a=\\;;x"), "a=;");
}
TEST(Comment, an_escaped_semicolon_before_two_hyphens_opens_nothing) {
  EXPECT_EQ(stripped("a=\\;--b"), "a=;--b");
}
TEST(Comment, other_backslashes_stay) { EXPECT_EQ(stripped("a=\\n\\\\x"), "a=\\n\\\\x"); }

TEST(Comment, a_block_hides_its_lines) {
  EXPECT_THAT(lines_of_x("[x]\na=1\n;--\nb=2\n[y]\n--;\nc=3\n"), ElementsAre("a=1", "c=3"));
}
TEST(Comment, what_stands_before_a_block_counts) {
  EXPECT_THAT(lines_of_x("[x]\na=1 ;-- b\n c --;\n"), ElementsAre("a=1"));
}
TEST(Comment, what_follows_the_end_of_a_block_is_read) {
  EXPECT_THAT(lines_of_x("[x]\n;-- one\ntwo --; a=1\n"), ElementsAre("a=1"));
}
TEST(Comment, a_block_within_a_line_leaves_both_sides) { EXPECT_EQ(stripped("a=1 ;-- x --;2"), "a=1 2"); }
TEST(Comment, several_blocks_in_a_line) { EXPECT_EQ(stripped("a;-- 1 --;b;-- 2 --;c ; d"), "abc "); }
TEST(Comment, three_hyphens_open_no_block) {
  EXPECT_THAT(lines_of_x("[x]\n;--- a line\na=1\n;-----\nb=2\n"), ElementsAre("a=1", "b=2"));
}
TEST(Comment, blocks_nest) {
  EXPECT_THAT(lines_of_x("[x]\n;-- one\n;-- two\n--;\na=1\n--;\nb=2\n"), ElementsAre("b=2"));
}
TEST(Comment, a_semicolon_within_a_block_ends_nothing) { EXPECT_EQ(stripped("a;-- b; c --;d"), "ad"); }
TEST(Comment, an_end_without_a_block_is_a_line_comment) {
  EXPECT_THAT(lines_of_x("[x]\na=1 --; c\nb=2\n"), ElementsAre("a=1 --", "b=2"));
}
TEST(Comment, a_block_at_the_end_of_a_line_opens) {
  EXPECT_THAT(lines_of_x("[x]\na=1;--\nb=2\n--;\n"), ElementsAre("a=1"));
}
TEST(Comment, one_that_is_never_closed_is_a_warning_at_its_beginning) {
  auto parsed = parse("[x]\na=1\n;-- here\nb=2\n");
  EXPECT_THAT(
      told(parsed.diagnostics),
      ElementsAre("test.conf:3: warning: the block comment that begins here is never closed; expected --;"));
  EXPECT_THAT(values(parsed.file, "x"), ElementsAre("a=1"));
}
TEST(Comment, the_innermost_open_block_is_named) {
  auto parsed = parse(";-- one\n;-- two\n");
  ASSERT_EQ(parsed.diagnostics.all().size(), 1u);
  EXPECT_EQ(parsed.diagnostics.all()[0].where.line, 2u);
}
TEST(Comment, blocks_nest_to_128) {
  std::string text = "[x]\n";
  for (int i = 0; i < kMaxNestedComments; ++i) text += ";-- ";
  for (int i = 0; i < kMaxNestedComments; ++i) text += " --;";
  auto parsed = parse(text + "a=1\n");
  EXPECT_THAT(told(parsed.diagnostics), IsEmpty());
  EXPECT_THAT(values(parsed.file, "x"), ElementsAre("a=1"));
}
TEST(Comment, deeper_nesting_is_an_error) {
  std::string text;
  for (int i = 0; i <= kMaxNestedComments; ++i) text += ";-- ";
  auto parsed = parse(text);
  EXPECT_TRUE(parsed.diagnostics.has_errors());
}
TEST(Comment, a_line_that_is_a_comment_alone_is_nothing) {
  EXPECT_THAT(told(parse("; [x\n;a=1\n  ; b\n").diagnostics), IsEmpty());
}

}  // namespace
}  // namespace polyfon::config
