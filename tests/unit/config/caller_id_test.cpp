#include "unit/config/support.h"

namespace polyfon::config {

namespace {

using Pair = std::pair<std::string, std::string>;
Pair id(std::string_view name, std::string_view number) { return {std::string(name), std::string(number)}; }
Pair parsed(std::string_view text) {
  CallerId caller = parse_caller_id(text);
  return {caller.name, caller.number};
}

TEST(CallerId, a_quoted_name_and_a_number) { EXPECT_EQ(parsed("\"Ann Lee\" <1001>"), id("Ann Lee", "1001")); }
TEST(CallerId, a_name_without_quotes) { EXPECT_EQ(parsed("  Ann Lee   <1001>"), id("Ann Lee", "1001")); }
TEST(CallerId, a_number_alone) { EXPECT_EQ(parsed("1001"), id("", "1001")); }
TEST(CallerId, a_number_in_brackets_alone) { EXPECT_EQ(parsed("<1001>"), id("", "1001")); }
TEST(CallerId, a_name_alone) {
  EXPECT_EQ(parsed("\"Ann\""), id("Ann", ""));
  EXPECT_EQ(parsed(" Ann Lee "), id("Ann Lee", ""));
}
TEST(CallerId, nothing) { EXPECT_EQ(parsed(""), id("", "")); }
TEST(CallerId, an_empty_name_in_quotes) { EXPECT_EQ(parsed("\"\" <7>"), id("", "7")); }
TEST(CallerId, an_empty_number) { EXPECT_EQ(parsed("\"Ann\" <>"), id("Ann", "")); }
TEST(CallerId, brackets_blanks_hyphens_and_dots_leave_a_number) {
  EXPECT_EQ(parsed("\"A\" <+7 (495) 123-45.67>"), id("A", "+74951234567"));
  EXPECT_EQ(parsed("+7 (495) 123-45-67"), id("", "+74951234567"));
}
TEST(CallerId, hyphens_between_square_brackets_stay) { EXPECT_EQ(parsed("<[1-9]-1.>"), id("", "[1-9]1.")); }
TEST(CallerId, a_number_with_letters_in_brackets_stays) {
  EXPECT_EQ(parsed("A <sip.ann>"), id("A", "sipann"));
}
TEST(CallerId, the_last_bracket_begins_the_number) { EXPECT_EQ(parsed("A <b> <1>"), id("A <b>", "1")); }
TEST(CallerId, a_bracket_that_is_not_closed_makes_a_name) {
  EXPECT_EQ(parsed("Ann <1001"), id("Ann <1001", ""));
}
TEST(CallerId, a_quote_that_closes_behind_the_number_counts) {
  EXPECT_EQ(parsed("\"Ann <1001>\""), id("Ann", "1001"));
}
TEST(CallerId, a_quote_that_never_closes_has_no_name) { EXPECT_EQ(parsed("\"Ann <1001>"), id("", "1001")); }
TEST(CallerId, letters_of_other_scripts_stay) { EXPECT_EQ(parsed("\"Анна\" <1>"), id("Анна", "1")); }

}  // namespace
}  // namespace polyfon::config
