#include "config/file.h"

#include <chrono>

#include "unit/config/support.h"

namespace polyfon::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(File, variables_keep_order_file_and_line) {
  auto parsed = parse("; a comment\n[general]\nb = 2\n\na = 1\nb = 3\n");
  const Section* section = parsed.file.find("general");
  ASSERT_NE(section, nullptr);
  EXPECT_EQ(section->where.line, 2u);
  EXPECT_THAT(values(*section), ElementsAre("b=2", "a=1", "b=3"));
  EXPECT_EQ(section->variables[1].where.file, "test.conf");
  EXPECT_EQ(section->variables[1].where.line, 5u);
  EXPECT_THAT(told(parsed.diagnostics), IsEmpty());
}
TEST(File, the_last_value_of_a_name_in_any_case_is_found) {
  auto parsed = parse("[x]\nKey=1\nkey=2\nother=3\n");
  EXPECT_EQ(parsed.file.find("x")->find("KEY")->value, "2");
  EXPECT_EQ(parsed.file.find("x")->find("none"), nullptr);
}
TEST(File, equals_and_arrow_differ_in_the_object_flag_alone) {
  auto parsed = parse("[x]\na = 1\nb => 2\nc=>3\nd ==> 4\n");
  const auto& variables = parsed.file.find("x")->variables;
  EXPECT_THAT(values(*parsed.file.find("x")), ElementsAre("a=1", "b=2", "c=3", "d==> 4"));
  EXPECT_FALSE(variables[0].object);
  EXPECT_TRUE(variables[1].object);
  EXPECT_TRUE(variables[2].object);
}
TEST(File, the_first_equals_divides) {
  EXPECT_THAT(values(parse("[x]\na=b=c\n").file, "x"), ElementsAre("a=b=c"));
}
TEST(File, blanks_around_name_and_value_go) {
  EXPECT_THAT(values(parse("[x]\n \t a b \t=\t c d \x01\n").file, "x"), ElementsAre("a b=c d"));
}
TEST(File, a_value_may_be_empty) {
  EXPECT_THAT(values(parse("[x]\na=\nb =>\n").file, "x"), ElementsAre("a=", "b="));
}

TEST(File, append_puts_text_behind_the_last_value_of_the_key) {
  EXPECT_THAT(values(parse("[x]\na=1\na=2\nb=3\na+=4\n").file, "x"), ElementsAre("a=1", "a=24", "b=3"));
}
TEST(File, append_keeps_the_blank_before_its_text) {
  EXPECT_THAT(values(parse("[x]\na = 1\na += 2 \n").file, "x"), ElementsAre("a=1 2"));
}
TEST(File, append_to_nothing_sets) {
  EXPECT_THAT(values(parse("[x]\na += 2\n").file, "x"), ElementsAre("a=2"));
}
TEST(File, append_looks_for_the_name_in_its_very_case) {
  EXPECT_THAT(values(parse("[x]\nA=1\na+=2\n").file, "x"), ElementsAre("A=1", "a=2"));
}
TEST(File, append_reaches_what_was_inherited_and_not_the_template) {
  auto parsed = parse("[t](!)\na=1\n[x](t)\na+=2\n");
  EXPECT_THAT(values(parsed.file, "x"), ElementsAre("a=12"));
  EXPECT_THAT(values(parsed.file, "t"), ElementsAre("a=1"));
}

TEST(File, a_leading_backslash_makes_the_first_character_ordinary) {
  EXPECT_THAT(values(parse("[x]\n\\#a=1\n\\[b]=2\n\\=c=3\n\\d=4\n").file, "x"),
              ElementsAre("#a=1", "[b]=2", "=c=3", "d=4"));
}
TEST(File, a_backslash_before_a_blank_is_an_error) {
  auto parsed = parse("[x]\n\\ a=1\nb=2\n");
  EXPECT_THAT(told(parsed.diagnostics),
              ElementsAre(HasSubstr("test.conf:2: error: nothing after the leading backslash")));
  EXPECT_THAT(values(parsed.file, "x"), ElementsAre("b=2"));
}
TEST(File, a_line_without_equals_is_a_warning) {
  auto parsed = parse("[x]\nnothing here\na=1\n");
  EXPECT_THAT(told(parsed.diagnostics),
              ElementsAre("test.conf:2: warning: no '=' in 'nothing here'; ignored"));
  EXPECT_THAT(values(parsed.file, "x"), ElementsAre("a=1"));
}
TEST(File, an_empty_key_is_a_warning) {
  auto parsed = parse("[x]\n = 1\n+=2\n");
  EXPECT_FALSE(parsed.diagnostics.has_errors());
  EXPECT_EQ(parsed.diagnostics.all().size(), 2u);
  EXPECT_THAT(values(parsed.file, "x"), IsEmpty());
}
TEST(File, a_value_before_any_section_is_one_error) {
  auto parsed = parse("a=1\nb=2\n[x]\nc=3\n");
  EXPECT_THAT(told(parsed.diagnostics),
              ElementsAre("test.conf:1: error: a value before the first [section]"));
  EXPECT_THAT(values(parsed.file, "x"), ElementsAre("c=3"));
}

TEST(File, windows_line_ends_are_line_ends) {
  auto parsed = parse("[x]\r\na=1\r\n\r\nb=2 ; c\r\n");
  EXPECT_THAT(values(parsed.file, "x"), ElementsAre("a=1", "b=2"));
  EXPECT_EQ(parsed.file.find("x")->variables[1].where.line, 4u);
  EXPECT_THAT(told(parsed.diagnostics), IsEmpty());
}
TEST(File, a_byte_order_mark_is_skipped) {
  auto parsed = parse("\xEF\xBB\xBF[x]\na=1\n");
  EXPECT_THAT(values(parsed.file, "x"), ElementsAre("a=1"));
  EXPECT_THAT(told(parsed.diagnostics), IsEmpty());
}
TEST(File, a_last_line_without_an_end_counts) {
  EXPECT_THAT(values(parse("[x]\na=1").file, "x"), ElementsAre("a=1"));
}
TEST(File, an_empty_file_has_no_sections) { EXPECT_THAT(parse("").file.sections(), IsEmpty()); }
TEST(File, a_line_longer_than_8192_bytes_is_skipped_with_a_warning) {
  std::string fits = "a=" + std::string(kMaxLine - 2, 'x'), long_one = "b=" + std::string(kMaxLine - 1, 'x');
  auto parsed = parse("[x]\n" + fits + "\n" + long_one + "\nc=1\n");
  EXPECT_EQ(parsed.file.find("x")->find("a")->value.size(), kMaxLine - 2);
  EXPECT_EQ(parsed.file.find("x")->find("b"), nullptr);
  EXPECT_EQ(parsed.file.find("x")->find("c")->value, "1");
  EXPECT_THAT(told(parsed.diagnostics),
              ElementsAre("test.conf:3: warning: the line is longer than 8192 bytes; skipped"));
}
TEST(File, bytes_that_are_not_utf8_are_kept_and_told_once) {
  auto parsed = parse("[x]\na=ok\nb=\xCF\xF0\xE8\nc=\xE2\n");
  EXPECT_EQ(parsed.file.find("x")->find("b")->value, "\xCF\xF0\xE8");
  EXPECT_THAT(told(parsed.diagnostics),
              ElementsAre("test.conf:3: warning: not UTF-8 from here on; the bytes are kept as they are"));
}
TEST(File, utf8_is_kept_and_not_told) {
  auto parsed = parse("[x]\nname=Привет\n");
  EXPECT_THAT(values(parsed.file, "x"), ElementsAre("name=Привет"));
  EXPECT_THAT(told(parsed.diagnostics), IsEmpty());
}
TEST(File, a_nul_byte_ends_its_line_with_a_warning) {
  auto parsed = parse(std::string_view("[x]\na=1\0b\nc=2\n", 14));
  EXPECT_THAT(values(parsed.file, "x"), ElementsAre("a=1", "c=2"));
  EXPECT_EQ(parsed.diagnostics.all().size(), 1u);
}

TEST(File, every_mistake_is_told) {
  auto parsed = parse("a=1\n[x](none)\nb=1\n[y\nc=1\n[z](\nd=1\n#include nowhere.conf\n[w](+)\n");
  EXPECT_THAT(told(parsed.diagnostics),
              ElementsAre(HasSubstr("test.conf:1: error"), HasSubstr("test.conf:2: error"),
                          HasSubstr("test.conf:4: error"), HasSubstr("test.conf:6: error"),
                          HasSubstr("test.conf:8: error"), HasSubstr("test.conf:9: error")));
}
TEST(File, control_characters_do_not_reach_a_message) {
  auto parsed = parse("[x]\nbad\x1B[2Jline\n");
  ASSERT_EQ(parsed.diagnostics.all().size(), 1u);
  EXPECT_EQ(parsed.diagnostics.all()[0].text.find('\x1B'), std::string::npos);
}
TEST(File, inherited_copies_without_end_are_stopped_by_a_limit) {
  std::string text = "[s0]\n";
  for (int i = 0; i < 100; ++i) text += "key=value\n";
  for (int i = 1; i < 40; ++i) text += fmt::format("[s{}](s{},s{})\n", i, i - 1, i - 1);
  auto parsed = parse(text);
  EXPECT_TRUE(parsed.diagnostics.has_errors());
  EXPECT_EQ(parsed.diagnostics.all().size(), 1u);
}
TEST(File, a_hundred_thousand_lines_are_read_well_within_a_second) {
  std::string text = "[base](!)\ntype=friend\n";
  for (int i = 0; i < 20'000; ++i)
    text += fmt::format("[{}](base)\nsecret=s{} ; its password\nhost = dynamic\ncallerid => \"N\" <{}>\n\n",
                        i, i, i);
  auto begin = std::chrono::steady_clock::now();
  auto parsed = parse(text);
  auto took = std::chrono::steady_clock::now() - begin;
  EXPECT_EQ(parsed.file.sections().size(), 20'001u);
  EXPECT_LT(took, std::chrono::seconds(5));  // under sanitizers, on a busy machine
}

}  // namespace
}  // namespace polyfon::config
