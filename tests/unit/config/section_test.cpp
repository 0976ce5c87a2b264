#include "unit/config/support.h"

namespace polyfon::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(SectionHeader, names_are_found_in_any_case) {
  auto parsed = parse("[General]\na=1\n");
  EXPECT_NE(parsed.file.find("GENERAL"), nullptr);
  EXPECT_EQ(parsed.file.find("GENERAL")->name, "General");
}
TEST(SectionHeader, duplicates_stay_apart) {
  auto parsed = parse("[x]\na=1\n[y]\n[x]\nb=2\n");
  ASSERT_EQ(parsed.file.sections().size(), 3u);
  EXPECT_THAT(values(parsed.file.sections()[0]), ElementsAre("a=1"));
  EXPECT_THAT(values(parsed.file.sections()[2]), ElementsAre("b=2"));
}
TEST(SectionHeader, what_follows_the_bracket_is_ignored) {
  auto parsed = parse("[x] anything\na=1\n");
  EXPECT_THAT(values(parsed.file, "x"), ElementsAre("a=1"));
  EXPECT_THAT(told(parsed.diagnostics), IsEmpty());
}
TEST(SectionHeader, options_after_a_blank_are_ignored) {
  auto parsed = parse("[x] (!)\n[y] (nothing)\n");
  EXPECT_FALSE(parsed.file.find("x")->is_template);
  EXPECT_THAT(told(parsed.diagnostics), IsEmpty());
}
TEST(SectionHeader, a_name_keeps_its_blanks) { EXPECT_NE(parse("[ a b ]\n").file.find(" a b "), nullptr); }
TEST(SectionHeader, without_the_bracket_it_is_an_error_and_its_values_are_left_out) {
  auto parsed = parse("[x]\na=1\n[y\nb=2\n[z]\nc=3\n");
  EXPECT_THAT(told(parsed.diagnostics), ElementsAre("test.conf:3: error: no ']' in '[y'"));
  EXPECT_THAT(values(parsed.file, "x"), ElementsAre("a=1"));
  EXPECT_THAT(values(parsed.file, "z"), ElementsAre("c=3"));
}
TEST(SectionHeader, without_the_parenthesis_it_is_an_error) {
  auto parsed = parse("[x](!\na=1\n");
  EXPECT_THAT(told(parsed.diagnostics), ElementsAre("test.conf:1: error: no ')' after '[x]('"));
  EXPECT_THAT(values(parsed.file, "x"), ElementsAre("a=1"));
}

TEST(Template, an_exclamation_mark_makes_one) {
  auto parsed = parse("[t](!)\na=1\n[x]\n");
  EXPECT_TRUE(parsed.file.find("t")->is_template);
  EXPECT_FALSE(parsed.file.find("x")->is_template);
}
TEST(Template, variables_are_inherited_in_order_before_the_own) {
  auto parsed = parse("[t](!)\na=1\nb=2\n[u](!)\nc=3\n[x](t,u)\na=4\n");
  EXPECT_THAT(values(parsed.file, "x"), ElementsAre("a=1", "b=2", "c=3", "a=4"));
  EXPECT_FALSE(parsed.file.find("x")->is_template);
}
TEST(Template, inherited_variables_keep_their_own_place) {
  auto parsed = parse("[t](!)\na=1\n[x](t)\n");
  EXPECT_EQ(parsed.file.find("x")->variables[0].where.line, 2u);
}
TEST(Template, a_plain_section_is_inherited_too) {
  EXPECT_THAT(values(parse("[a]\nk=1\n[b](a)\n").file, "b"), ElementsAre("k=1"));
}
TEST(Template, a_template_may_inherit) {
  auto parsed = parse("[a](!)\nk=1\n[b](!,a)\nl=2\n[c](b)\n");
  EXPECT_TRUE(parsed.file.find("b")->is_template);
  EXPECT_THAT(values(parsed.file, "c"), ElementsAre("k=1", "l=2"));
}
TEST(Template, it_is_found_in_any_case_and_with_blanks_round_its_name) {
  auto parsed = parse("[Base](!)\nk=1\n[x](!, bASE)\n");
  EXPECT_THAT(values(parsed.file, "x"), ElementsAre("k=1"));
  EXPECT_THAT(told(parsed.diagnostics), IsEmpty());
}
TEST(Template, what_is_added_after_the_copy_is_not_inherited) {
  auto parsed = parse("[t](!)\na=1\n[x](t)\n[t](!,+TEMPLATES=include)\nb=2\n");
  EXPECT_THAT(values(parsed.file, "x"), ElementsAre("a=1"));
  EXPECT_THAT(values(parsed.file, "t"), ElementsAre("a=1", "b=2"));
}
TEST(Template, an_unknown_one_is_an_error_and_the_section_stays) {
  auto parsed = parse("[x](none)\na=1\n");
  EXPECT_THAT(told(parsed.diagnostics),
              ElementsAre("test.conf:1: error: [x] inherits from 'none', which is not defined above"));
  EXPECT_THAT(values(parsed.file, "x"), ElementsAre("a=1"));
}
TEST(Template, one_that_is_defined_below_is_unknown) {
  EXPECT_TRUE(parse("[x](t)\n[t](!)\n").diagnostics.has_errors());
}
TEST(Template, empty_options_are_an_error) { EXPECT_TRUE(parse("[x]()\n").diagnostics.has_errors()); }
TEST(Template, a_section_may_inherit_from_an_earlier_one_of_its_own_name) {
  auto parsed = parse("[x]\na=1\n[x](x)\nb=2\n");
  ASSERT_EQ(parsed.file.sections().size(), 2u);
  EXPECT_THAT(values(parsed.file.sections()[1]), ElementsAre("a=1", "b=2"));
}

TEST(Append, a_plus_goes_on_with_the_section) {
  auto parsed = parse("[x]\na=1\n[y]\nb=2\n[x](+)\nc=3\n");
  ASSERT_EQ(parsed.file.sections().size(), 2u);
  EXPECT_THAT(values(parsed.file, "x"), ElementsAre("a=1", "c=3"));
}
TEST(Append, a_plus_may_inherit_as_well) {
  auto parsed = parse("[t](!)\nk=1\n[x]\na=1\n[x](+,t)\nb=2\n[x](t,+)\n");
  EXPECT_THAT(values(parsed.file, "x"), ElementsAre("a=1", "k=1", "b=2", "k=1"));
}
TEST(Append, to_a_section_that_is_missing_is_an_error) {
  auto parsed = parse("[x](+)\na=1\n");
  EXPECT_THAT(told(parsed.diagnostics),
              ElementsAre("test.conf:1: error: [x](+) appends to a section that is not defined above"));
}
TEST(Append, a_plain_plus_does_not_see_templates) {
  EXPECT_TRUE(parse("[t](!)\n[t](+)\n").diagnostics.has_errors());
}
TEST(Append, a_filter_may_ask_for_templates) {
  EXPECT_THAT(values(parse("[t](!)\n[t](+TEMPLATES=restrict)\na=1\n").file, "t"), ElementsAre("a=1"));
  EXPECT_TRUE(parse("[t]\n[t](+TEMPLATES=restrict)\n").diagnostics.has_errors());
}
TEST(Append, a_filter_chooses_among_sections_of_one_name) {
  auto parsed = parse("[x]\ntype=aor\n[x]\ntype=auth\npass=1\n[x](+type=auth)\nuser=2\n");
  ASSERT_EQ(parsed.file.sections().size(), 2u);
  EXPECT_THAT(values(parsed.file.sections()[1]), ElementsAre("type=auth", "pass=1", "user=2"));
}
TEST(Append, all_terms_of_a_filter_must_hold) {
  auto parsed = parse("[x]\ntype=a\nn=1\n[x]\ntype=a\nn=2\n[x](+type=^a$&n=2)\nm=3\n");
  EXPECT_THAT(values(parsed.file.sections()[1]), ElementsAre("type=a", "n=2", "m=3"));
}
TEST(Append, a_filter_that_nothing_matches_is_an_error) {
  auto parsed = parse("[x]\ntype=a\n[x](+type=b)\n");
  EXPECT_THAT(told(parsed.diagnostics), ElementsAre(HasSubstr("not defined above with that filter")));
}
TEST(Append, a_filter_without_equals_is_an_error) {
  EXPECT_THAT(told(parse("[x]\n[x](+type)\n").diagnostics), ElementsAre(HasSubstr("expected name=regex")));
}
TEST(Append, a_filter_that_is_no_expression_is_an_error) {
  EXPECT_THAT(told(parse("[x]\n[x](+a=[)\n").diagnostics), ElementsAre(HasSubstr("no regular expression")));
}
TEST(Append, a_filter_that_could_take_for_ever_is_an_error) {
  EXPECT_TRUE(parse("[x]\na=1\n[x](+a=((x{1,99}){1,99}){1,99})\n").diagnostics.has_errors());
  EXPECT_TRUE(parse("[x]\na=1\n[x](+a=(x*\\1)*)\n").diagnostics.has_errors());
  EXPECT_TRUE(parse("[x]\na=1\n[x](+a=" + std::string(kMaxLine / 8, 'x') + ")\n").diagnostics.has_errors());
}

}  // namespace
}  // namespace polyfon::config
