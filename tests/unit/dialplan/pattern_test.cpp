// Pattern: which dialled data it matches, wholly, partly or not (asterisk 1.3).
#include "dialplan/pattern.h"

#include <ostream>

#include <gtest/gtest.h>

namespace polyfon::dialplan {
namespace {

enum class Want { kNo, kExact, kPartial };

struct Vector {
  std::string_view pattern, digits;
  Want want;
  bool more;  // MATCHMORE
};
std::ostream& operator<<(std::ostream& out, const Vector& v) {
  return out << v.pattern << " on '" << v.digits << "'";
}

class PatternMatch : public testing::TestWithParam<Vector> {};

TEST_P(PatternMatch, agrees_with_asterisk) {
  const Vector& v = GetParam();
  const Pattern pattern(v.pattern);
  EXPECT_EQ(static_cast<int>(pattern.match(v.digits)), static_cast<int>(v.want));
  EXPECT_EQ(pattern.matches_more(v.digits), v.more);
}

constexpr auto kNo = Want::kNo;
constexpr auto kExact = Want::kExact;
constexpr auto kPartial = Want::kPartial;

INSTANTIATE_TEST_SUITE_P(
    Literals, PatternMatch,
    testing::Values(Vector{"100", "100", kExact, false}, Vector{"100", "10", kPartial, true},
                    Vector{"100", "1", kPartial, true}, Vector{"100", "", kPartial, true},
                    Vector{"100", "1000", kNo, false}, Vector{"100", "101", kNo, false},
                    Vector{"100", "2", kNo, false}, Vector{"s", "s", kExact, false},
                    Vector{"s", "S", kNo, false}, Vector{"h", "h", kExact, false},
                    Vector{"Abc", "Abc", kExact, false}, Vector{"Abc", "abc", kNo, false},
                    Vector{"*97", "*97", kExact, false}, Vector{"*97", "*9", kPartial, true},
                    Vector{"#1", "#1", kExact, false}, Vector{"+7900", "+7900", kExact, false},
                    Vector{"X", "5", kNo, false}, Vector{"X", "X", kExact, false},
                    Vector{"1.", "12", kNo, false}, Vector{"1!", "1", kPartial, true},
                    Vector{"[12]", "1", kNo, false}, Vector{"", "", kExact, false},
                    Vector{"", "1", kNo, false}));

INSTANTIATE_TEST_SUITE_P(
    DashesAreForTheEye, PatternMatch,
    testing::Values(Vector{"555-1234", "5551234", kExact, false},
                    Vector{"5551234", "555-1234", kExact, false}, Vector{"5-5", "5--5-", kExact, false},
                    Vector{"5-5", "5-", kPartial, true}, Vector{"-", "", kExact, false},
                    Vector{"_NXX-XXXX", "5551234", kExact, false},
                    Vector{"_NXX-XXXX", "555-1234", kExact, false},
                    Vector{"_NXX-XXXX", "555-", kPartial, true},
                    Vector{"_NXX-XXXX", "555-123", kPartial, true}, Vector{"_X-", "5", kExact, false},
                    Vector{"_-X-", "-5-", kExact, false}, Vector{"_X-.", "5-", kPartial, true},
                    Vector{"_X-.", "5-6", kExact, true}));

INSTANTIATE_TEST_SUITE_P(
    DigitClasses, PatternMatch,
    testing::Values(
        Vector{"_X", "0", kExact, false}, Vector{"_X", "9", kExact, false}, Vector{"_X", "a", kNo, false},
        Vector{"_X", "*", kNo, false}, Vector{"_X", "", kPartial, true}, Vector{"_X", "00", kNo, false},
        Vector{"_x", "7", kExact, false}, Vector{"_Z", "0", kNo, false}, Vector{"_Z", "1", kExact, false},
        Vector{"_Z", "9", kExact, false}, Vector{"_z", "0", kNo, false}, Vector{"_z", "1", kExact, false},
        Vector{"_N", "1", kNo, false}, Vector{"_N", "2", kExact, false}, Vector{"_N", "9", kExact, false},
        Vector{"_n", "1", kNo, false}, Vector{"_n", "2", kExact, false},
        Vector{"_XXXX", "1002", kExact, false}, Vector{"_XXXX", "100", kPartial, true},
        Vector{"_XXXX", "10022", kNo, false}, Vector{"_1XX", "155", kExact, false},
        Vector{"_1XX", "255", kNo, false}, Vector{"_*9X", "*95", kExact, false},
        Vector{"_+7X", "+75", kExact, false}, Vector{"_#X", "#1", kExact, false},
        Vector{"_aX", "a1", kExact, false}, Vector{"_aX", "A1", kNo, false},
        Vector{"_1001", "1001", kExact, false}, Vector{"_X_", "1_", kExact, false},
        Vector{"__", "_", kExact, false}, Vector{"_", "", kExact, false}, Vector{"_", "1", kNo, false}));

INSTANTIATE_TEST_SUITE_P(
    Sets, PatternMatch,
    testing::Values(Vector{"_[123]", "2", kExact, false}, Vector{"_[123]", "4", kNo, false},
                    Vector{"_[1-3]", "2", kExact, false}, Vector{"_[1-3]", "4", kNo, false},
                    Vector{"_[1-3]", "-", kPartial, true}, Vector{"_[1-37-9]", "8", kExact, false},
                    Vector{"_[1-37-9]", "5", kNo, false}, Vector{"_[13-5]", "1", kExact, false},
                    Vector{"_[13-5]", "2", kNo, false}, Vector{"_[13-5]", "4", kExact, false},
                    Vector{"_[hit]", "i", kExact, false}, Vector{"_[hit]", "s", kNo, false},
                    Vector{"_[a-f]X", "c5", kExact, false}, Vector{"_[*#]X", "#5", kExact, false},
                    Vector{"_[1-]", "1", kExact, false}, Vector{"_[X]", "X", kExact, false},
                    Vector{"_[X]", "5", kNo, false}, Vector{"_[.!]", ".", kExact, false},
                    Vector{"_[.!]", "1", kNo, false}, Vector{"_[+]7", "+7", kExact, false},
                    Vector{"_[^1]", "^", kExact, false}, Vector{"_[^1]", "1", kExact, false},
                    Vector{"_[^1]", "2", kNo, false}, Vector{"_[\\d]", "d", kExact, false},
                    Vector{"_[9-1]", "5", kNo, false}, Vector{"_1[]2", "12", kExact, false},
                    Vector{"_1[]2", "1", kPartial, true}, Vector{"_12[]", "12", kExact, false},
                    Vector{"_[12", "1", kNo, false}, Vector{"_1[2", "1", kNo, false},
                    Vector{"_1[2", "", kNo, false}, Vector{"_[12]X[34]", "193", kExact, false},
                    Vector{"_[12]X[34]", "19", kPartial, true}, Vector{"_[1[2]", "[", kExact, false},
                    Vector{"_1]", "1]", kExact, false}));

INSTANTIATE_TEST_SUITE_P(
    Wildcards, PatternMatch,
    testing::Values(Vector{"_X.", "12", kExact, true}, Vector{"_X.", "1", kPartial, true},
                    Vector{"_X.", "", kPartial, true}, Vector{"_X.", "123456789", kExact, true},
                    Vector{"_X.", "a2", kNo, false}, Vector{"_.", "1", kExact, true},
                    Vector{"_.", "h", kExact, true}, Vector{"_.", "", kPartial, true},
                    Vector{"_X!", "1", kExact, false}, Vector{"_X!", "12", kExact, false},
                    Vector{"_X!", "", kPartial, true}, Vector{"_X!", "a", kNo, false},
                    Vector{"_!", "", kExact, false}, Vector{"_!", "abc", kExact, false},
                    Vector{"_9.", "9", kPartial, true}, Vector{"_9.", "91", kExact, true},
                    Vector{"_.!", "1", kExact, true}, Vector{"_.X", "1", kExact, true},
                    Vector{"_!X", "1", kExact, false}, Vector{"_X.", "1+", kExact, true},
                    Vector{"_X.", "1@b", kExact, true}));

INSTANTIATE_TEST_SUITE_P(TheSlashEndsIt, PatternMatch,
                         testing::Values(Vector{"_X/5", "1", kExact, false},
                                         Vector{"_X/5", "1/5", kNo, false},
                                         Vector{"_X/[5", "1", kExact, false},
                                         Vector{"_/", "", kExact, false}));

INSTANTIATE_TEST_SUITE_P(WhatIsDialledIsLiteral, PatternMatch,
                         testing::Values(Vector{"_X.", "_X.", kNo, false}, Vector{"_X", "X", kNo, false},
                                         Vector{"_.", "_X.", kExact, true},
                                         Vector{"_[1-3]", "[1-3]", kNo, false}));

TEST(Pattern, knows_patterns_by_their_first_character_only) {
  EXPECT_TRUE(Pattern("_X").is_pattern());
  EXPECT_FALSE(Pattern("X_").is_pattern());
  EXPECT_FALSE(Pattern("").is_pattern());
}

TEST(Pattern, keeps_the_text_as_it_was_written) { EXPECT_EQ(Pattern("_NXX-xxxx").text(), "_NXX-xxxx"); }

TEST(Pattern, tells_an_unclosed_set) {
  EXPECT_TRUE(Pattern("_1[23").is_broken());
  EXPECT_FALSE(Pattern("_1[23]").is_broken());
  EXPECT_FALSE(Pattern("1[23").is_broken());
  EXPECT_FALSE(Pattern("_1/[2").is_broken());
}

TEST(Pattern, ends_digit_collection_at_the_exclamation_mark) {
  EXPECT_TRUE(Pattern("_X!").matches_early("1"));
  EXPECT_TRUE(Pattern("_X!").matches_early("12"));
  EXPECT_FALSE(Pattern("_X!").matches_early(""));
  EXPECT_FALSE(Pattern("_X.").matches_early("12"));
  EXPECT_FALSE(Pattern("1!").matches_early("1"));
}

TEST(Pattern, matches_bytes_above_127_in_sets) {
  EXPECT_EQ(Pattern("_[\xc0-\xff]").match("\xd0"), Pattern::Match::kExact);
  EXPECT_EQ(Pattern("_[\xc0-\xff]").match("1"), Pattern::Match::kNo);
}

}  // namespace
}  // namespace polyfon::dialplan
