// split_arguments and parse_time_length: how applications read what stands between their parentheses.
#include <gtest/gtest.h>

#include "dialplan/application.h"

namespace polyfon::dialplan {
namespace {

using Parts = std::vector<std::string>;
using namespace std::chrono_literals;

TEST(SplitArguments, splits_at_commas) { EXPECT_EQ(split_arguments("a,b,c"), (Parts{"a", "b", "c"})); }

TEST(SplitArguments, an_empty_text_has_none) { EXPECT_TRUE(split_arguments("").empty()); }

TEST(SplitArguments, empty_arguments_stay) {
  EXPECT_EQ(split_arguments(",a,,b"), (Parts{"", "a", "", "b"}));
  EXPECT_EQ(split_arguments(","), (Parts{"", ""}));
}

TEST(SplitArguments, a_comma_at_the_end_makes_an_empty_last_one) {
  EXPECT_EQ(split_arguments("SIP/1001,,t&m,"), (Parts{"SIP/1001", "", "t&m", ""}));
}

TEST(SplitArguments, commas_in_parentheses_and_brackets_do_not_split) {
  EXPECT_EQ(split_arguments("f(a,b),[c,d],e"), (Parts{"f(a,b)", "[c,d]", "e"}));
  EXPECT_EQ(split_arguments("f(a,(b,c)),d"), (Parts{"f(a,(b,c))", "d"}));
  EXPECT_EQ(split_arguments("b(ctx,${EXTEN},1),x"), (Parts{"b(ctx,${EXTEN},1)", "x"}));
}

TEST(SplitArguments, a_stray_closing_one_is_no_harm) {
  EXPECT_EQ(split_arguments("a),b]"), (Parts{"a)", "b]"}));
}

TEST(SplitArguments, braces_do_split) { EXPECT_EQ(split_arguments("{a,b}"), (Parts{"{a", "b}"})); }

TEST(SplitArguments, quotes_hold_commas_and_are_removed) {
  EXPECT_EQ(split_arguments("\"a,b\",c"), (Parts{"a,b", "c"}));
  EXPECT_EQ(split_arguments("x\"y\"z"), (Parts{"xyz"}));
}

TEST(SplitArguments, a_backslash_is_removed_and_its_character_stays) {
  EXPECT_EQ(split_arguments("a\\,b,c"), (Parts{"a,b", "c"}));
  EXPECT_EQ(split_arguments("\\\"a"), (Parts{"\"a"}));
  EXPECT_EQ(split_arguments("\\(a,b"), (Parts{"(a", "b"}));
  EXPECT_EQ(split_arguments("a\\"), (Parts{"a"}));
}

TEST(SplitArguments, the_last_takes_the_rest_as_it_is) {
  EXPECT_EQ(split_arguments("a,b,\"c\",d", 3), (Parts{"a", "b", "\"c\",d"}));
  EXPECT_EQ(split_arguments("a,b", 1), (Parts{"a,b"}));
  EXPECT_TRUE(split_arguments("a", 0).empty());
}

TEST(SplitArguments, an_unclosed_parenthesis_takes_the_rest) {
  EXPECT_EQ(split_arguments("f(a,b,c"), (Parts{"f(a,b,c"}));
}

TEST(ParseTimeLength, takes_the_unit_of_the_caller) {
  EXPECT_EQ(parse_time_length("5"), base::Duration(5s));
  EXPECT_EQ(parse_time_length("500", 1ms), base::Duration(500ms));
}

TEST(ParseTimeLength, takes_units_in_any_case) {
  EXPECT_EQ(parse_time_length("500ms"), base::Duration(500ms));
  EXPECT_EQ(parse_time_length("500MS"), base::Duration(500ms));
  EXPECT_EQ(parse_time_length("5s", 1ms), base::Duration(5s));
  EXPECT_EQ(parse_time_length("2m"), base::Duration(2min));
  EXPECT_EQ(parse_time_length("1H"), base::Duration(1h));
  EXPECT_EQ(parse_time_length("3 s"), base::Duration(3s));
}

TEST(ParseTimeLength, takes_fractions) {
  EXPECT_EQ(parse_time_length("1.5"), base::Duration(1500ms));
  EXPECT_EQ(parse_time_length(".25"), base::Duration(250ms));
  EXPECT_EQ(parse_time_length("0.5h"), base::Duration(30min));
}

TEST(ParseTimeLength, refuses_what_is_no_time) {
  for (std::string_view text : {"", "s", "abc", "5x", "5sec", "-1", "1,5", "nan", "inf", "5s5"})
    EXPECT_FALSE(parse_time_length(text)) << text;
}

TEST(ParseTimeLength, very_long_is_longer_than_any_call) {
  EXPECT_GT(*parse_time_length("99999999999999999999"), base::Duration(24h * 20));
}

}  // namespace
}  // namespace polyfon::dialplan
