// parse_options: option letters with arguments (asterisk 1.7; the vectors follow Asterisk's test_app.c in
// kind).
#include <gtest/gtest.h>

#include "dialplan/application.h"

namespace polyfon::dialplan {
namespace {

constexpr std::string_view kDial = "tTmrgLS";

TEST(ParseOptions, finds_letters) {
  const auto options = parse_options("tr", kDial);
  EXPECT_TRUE(options.has('t'));
  EXPECT_TRUE(options.has('r'));
  EXPECT_FALSE(options.has('m'));
  EXPECT_EQ(options.unknown, "");
}

TEST(ParseOptions, an_empty_text_has_none) { EXPECT_TRUE(parse_options("", kDial).items.empty()); }

TEST(ParseOptions, an_ampersand_between_letters_is_an_unknown_option) {
  const auto options = parse_options("t&m", kDial);
  EXPECT_TRUE(options.has('t'));
  EXPECT_TRUE(options.has('m'));
  EXPECT_FALSE(options.find('m')->has_argument);
  EXPECT_EQ(options.unknown, "&");
  EXPECT_FALSE(options.broken);
}

TEST(ParseOptions, letters_take_arguments) {
  const auto options = parse_options("m(class)L(60000:10000)t", kDial);
  EXPECT_EQ(options.find('m')->argument, "class");
  EXPECT_EQ(options.find('L')->argument, "60000:10000");
  EXPECT_FALSE(options.find('t')->has_argument);
}

TEST(ParseOptions, an_empty_argument_is_one) {
  const auto options = parse_options("m()", kDial);
  EXPECT_TRUE(options.find('m')->has_argument);
  EXPECT_EQ(options.find('m')->argument, "");
}

TEST(ParseOptions, parentheses_nest) {
  const auto options = parse_options("m(a(b)c)t", kDial);
  EXPECT_EQ(options.find('m')->argument, "a(b)c");
  EXPECT_TRUE(options.has('t'));
}

TEST(ParseOptions, a_backslash_takes_the_next_literally) {
  EXPECT_EQ(parse_options("m(a\\)b)t", kDial).find('m')->argument, "a)b");
  EXPECT_EQ(parse_options("m(a\\\\b)", kDial).find('m')->argument, "a\\b");
}

TEST(ParseOptions, quotes_count_only_at_the_beginning) {
  EXPECT_EQ(parse_options("m(\"a)b\")t", kDial).find('m')->argument, "a)b");
  EXPECT_EQ(parse_options("m(a\"b\"c)t", kDial).find('m')->argument, "a\"b\"c");
}

TEST(ParseOptions, within_quotes_only_an_escaped_quote_loses_its_backslash) {
  EXPECT_EQ(parse_options("m(\"a\\\"b\")", kDial).find('m')->argument, "a\"b");
  EXPECT_EQ(parse_options("m(\"a\\xb\")", kDial).find('m')->argument, "a\\xb");
}

TEST(ParseOptions, an_unclosed_parenthesis_is_broken) {
  const auto options = parse_options("tm(class", kDial);
  EXPECT_TRUE(options.broken);
  EXPECT_TRUE(options.has('t'));
  EXPECT_TRUE(parse_options("m(\"a)", kDial).broken);
  EXPECT_TRUE(parse_options("m(a\\)", kDial).broken);
}

TEST(ParseOptions, unknown_letters_take_their_arguments_along) {
  const auto options = parse_options("Q(t)m", kDial);
  EXPECT_EQ(options.unknown, "Q");
  EXPECT_FALSE(options.has('t'));
  EXPECT_TRUE(options.has('m'));
}

TEST(ParseOptions, a_stray_parenthesis_is_unknown) { EXPECT_EQ(parse_options("t)", kDial).unknown, ")"); }

TEST(ParseOptions, case_counts) {
  EXPECT_FALSE(parse_options("M", kDial).has('m'));
  EXPECT_TRUE(parse_options("T", kDial).has('T'));
}

TEST(ParseOptions, the_last_of_a_letter_counts) {
  EXPECT_EQ(parse_options("m(a)m(b)", kDial).find('m')->argument, "b");
}

}  // namespace
}  // namespace polyfon::dialplan
