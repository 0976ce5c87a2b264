// Local time and its formatting.
#include "dialplan/local_time.h"

#include <gtest/gtest.h>

#include "samples.h"

namespace polyfon::dialplan {
namespace {

TEST(LocalTime, follows_summer_time) {
  EXPECT_EQ(format_time(utc(2026, 1, 15, 12), "Europe/Berlin", "%H:%M %Z %z"), "13:00 CET +0100");
  EXPECT_EQ(format_time(utc(2026, 7, 15, 12), "Europe/Berlin", "%H:%M %Z %z"), "14:00 CEST +0200");
}

TEST(LocalTime, formats_like_strftime) {
  EXPECT_EQ(format_time(utc(2026, 3, 2, 9, 5), "UTC", "%Y%m%d%H%M"), "202603020905");
  EXPECT_EQ(format_time(utc(2026, 3, 2, 9, 5), "UTC", "%a %d %b"), "Mon 02 Mar");
  EXPECT_EQ(format_time(utc(2026, 3, 2), "UTC", "100%%"), "100%");
}

TEST(LocalTime, gives_seconds_since_1970_whatever_the_zone) {
  EXPECT_EQ(format_time(utc(1970, 1, 2), "Asia/Tokyo", "%s"), "86400");
}

TEST(LocalTime, gives_fractions_of_the_second) {
  const auto when = utc(2026, 3, 2) + std::chrono::microseconds(123456);
  EXPECT_EQ(format_time(when, "UTC", "%S.%q"), "00.123");
  EXPECT_EQ(format_time(when, "UTC", "%1q %6q %9q"), "1 123456 123456000");
}

TEST(LocalTime, fractions_before_1970_go_forward) {
  EXPECT_EQ(format_time(base::WallTime(std::chrono::milliseconds(-250)), "UTC", "%Y %S.%q"), "1969 59.750");
}

TEST(LocalTime, an_unknown_zone_is_none_and_formats_as_utc) {
  EXPECT_FALSE(local_time(utc(2026, 3, 2), "Nowhere"));
  EXPECT_EQ(format_time(utc(2026, 3, 2, 7), "Nowhere", "%H"), "07");
}

TEST(LocalTime, a_percent_at_the_end_does_no_harm) {
  EXPECT_EQ(format_time(utc(2026, 3, 2), "UTC", "a%").substr(0, 1), "a");
  EXPECT_EQ(format_time(utc(2026, 3, 2), "UTC", ""), "");
}

TEST(LocalTime, a_format_that_grows_too_long_gives_nothing) {
  std::string format;
  for (int i = 0; i < 1000; ++i) format += "%c";
  EXPECT_EQ(format_time(utc(2026, 3, 2), "UTC", format), "");
}

TEST(LocalTime, the_machine_has_a_zone) {
  const auto here = local_time(utc(2026, 3, 2), "");
  ASSERT_TRUE(here);
  EXPECT_EQ(here->fields.tm_year, 126);
  EXPECT_FALSE(here->abbreviation.empty());
}

}  // namespace
}  // namespace polyfon::dialplan
