// TimeSpec: hours of includes and GotoIfTime (asterisk 1.8). 2026-03-02 is a Monday.
#include "dialplan/time_spec.h"

#include <gtest/gtest.h>

#include "samples.h"

namespace polyfon::dialplan {
namespace {

// Zones are named, so that the machine's own does not matter.
bool at(std::string_view spec, base::WallTime when) {
  std::vector<std::string> warnings;
  const bool matches = TimeSpec::parse(spec, warnings).matches(when);
  EXPECT_TRUE(warnings.empty()) << warnings.front();
  return matches;
}

TEST(TimeSpec, an_empty_one_is_always) {
  std::vector<std::string> warnings;
  EXPECT_TRUE(TimeSpec::parse("", warnings).always());
  EXPECT_TRUE(TimeSpec().matches(utc(2026, 3, 2)));
}

TEST(TimeSpec, stars_are_always) { EXPECT_TRUE(at("*,*,*,*,UTC", utc(2026, 3, 2, 3, 4))); }

TEST(TimeSpec, hours_include_both_ends) {
  EXPECT_FALSE(at("9:00-17:30,*,*,*,UTC", utc(2026, 3, 2, 8, 59)));
  EXPECT_TRUE(at("9:00-17:30,*,*,*,UTC", utc(2026, 3, 2, 9, 0)));
  EXPECT_TRUE(at("9:00-17:30,*,*,*,UTC", utc(2026, 3, 2, 17, 30)));
  EXPECT_FALSE(at("9:00-17:30,*,*,*,UTC", utc(2026, 3, 2, 17, 31)));
}

TEST(TimeSpec, hours_wrap_round_midnight) {
  EXPECT_TRUE(at("17:02-8:58,*,*,*,UTC", utc(2026, 3, 2, 23)));
  EXPECT_TRUE(at("17:02-8:58,*,*,*,UTC", utc(2026, 3, 2, 8, 58)));
  EXPECT_FALSE(at("17:02-8:58,*,*,*,UTC", utc(2026, 3, 2, 12)));
}

TEST(TimeSpec, a_single_time_is_one_minute) {
  EXPECT_TRUE(at("12:30,*,*,*,UTC", utc(2026, 3, 2, 12, 30)));
  EXPECT_FALSE(at("12:30,*,*,*,UTC", utc(2026, 3, 2, 12, 31)));
}

TEST(TimeSpec, lists_are_joined_by_ampersands) {
  EXPECT_TRUE(at("8:00-9:00&12:00-13:00,*,*,*,UTC", utc(2026, 3, 2, 12, 30)));
  EXPECT_FALSE(at("8:00-9:00&12:00-13:00,*,*,*,UTC", utc(2026, 3, 2, 10)));
  EXPECT_TRUE(at("*,mon&wed,*,*,UTC", utc(2026, 3, 4)));
}

TEST(TimeSpec, days_of_the_week_have_names_and_ranges) {
  EXPECT_TRUE(at("*,mon-fri,*,*,UTC", utc(2026, 3, 2)));
  EXPECT_FALSE(at("*,mon-fri,*,*,UTC", utc(2026, 3, 1)));
  EXPECT_TRUE(at("*,Mon-FRI,*,*,UTC", utc(2026, 3, 6)));
}

TEST(TimeSpec, days_of_the_week_wrap_round) {
  EXPECT_TRUE(at("*,fri-mon,*,*,UTC", utc(2026, 3, 1)));
  EXPECT_TRUE(at("*,fri-mon,*,*,UTC", utc(2026, 3, 2)));
  EXPECT_FALSE(at("*,fri-mon,*,*,UTC", utc(2026, 3, 3)));
}

TEST(TimeSpec, one_is_sunday_and_january) {
  EXPECT_TRUE(at("*,1,*,*,UTC", utc(2026, 3, 1)));
  EXPECT_FALSE(at("*,1,*,*,UTC", utc(2026, 3, 2)));
  EXPECT_TRUE(at("*,*,*,1,UTC", utc(2026, 1, 5)));
}

TEST(TimeSpec, days_of_the_month_and_months) {
  EXPECT_TRUE(at("*,*,1-7,mar,UTC", utc(2026, 3, 2)));
  EXPECT_FALSE(at("*,*,1-7,mar,UTC", utc(2026, 3, 8)));
  EXPECT_FALSE(at("*,*,1-7,apr,UTC", utc(2026, 3, 2)));
  EXPECT_TRUE(at("*,*,25-5,*,UTC", utc(2026, 3, 31)));
  EXPECT_TRUE(at("*,*,*,nov-feb,UTC", utc(2026, 1, 1)));
}

TEST(TimeSpec, fields_may_be_left_out) {
  EXPECT_TRUE(at("*,mon", utc(2026, 3, 2, 12)));
  EXPECT_TRUE(at(",,,,UTC", utc(2026, 3, 2)));
}

TEST(TimeSpec, the_old_separator_is_taken) {
  EXPECT_TRUE(at("9:00-17:00|mon-fri|*|*|UTC", utc(2026, 3, 2, 12)));
  EXPECT_FALSE(at("9:00-17:00|mon-fri|*|*|UTC", utc(2026, 3, 1, 12)));
}

TEST(TimeSpec, blanks_are_skipped) {
  EXPECT_TRUE(at(" 9:00 - 17:00 , mon - fri , * , * , UTC ", utc(2026, 3, 2, 12)));
}

TEST(TimeSpec, is_told_in_its_own_time_zone) {
  EXPECT_TRUE(at("12:00-13:00,*,*,*,Europe/Moscow", utc(2026, 3, 2, 9, 30)));
  EXPECT_FALSE(at("12:00-13:00,*,*,*,Europe/Moscow", utc(2026, 3, 2, 12, 30)));
  EXPECT_TRUE(at("*,mon,*,*,Asia/Tokyo", utc(2026, 3, 1, 15)));
}

TEST(TimeSpec, what_is_wrong_is_left_out_and_said) {
  std::vector<std::string> warnings;
  const auto spec = TimeSpec::parse("25:00-26:00&10:00-11:00,mon&someday,0&2,*,UTC", warnings);
  EXPECT_EQ(warnings.size(), 3U);
  EXPECT_TRUE(spec.matches(utc(2026, 3, 2, 10, 30)));
  EXPECT_FALSE(spec.matches(utc(2026, 3, 2, 12)));
}

TEST(TimeSpec, an_unknown_zone_is_said_and_utc_taken) {
  std::vector<std::string> warnings;
  const auto spec = TimeSpec::parse("10:00-11:00,*,*,*,Atlantis/Harbour", warnings);
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_NE(warnings[0].find("Atlantis/Harbour"), std::string::npos);
  EXPECT_TRUE(spec.matches(utc(2026, 3, 2, 10, 30)));
}

}  // namespace
}  // namespace polyfon::dialplan
