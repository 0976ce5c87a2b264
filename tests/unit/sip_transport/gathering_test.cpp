// When a listener stops waking for each datagram, for how long, and when it begins again.
#include "sip/transport/gathering.h"

#include <gtest/gtest.h>

namespace polyfon::sip {
namespace {

using namespace std::chrono_literals;

class Pace : public testing::Test {
 protected:
  // Reads one datagram at a time, evenly, for so long.
  void datagrams(unsigned a_second, base::Duration time) {
    const base::Duration step = base::Duration(1s) / a_second;
    for (auto end = now_ + time; now_ < end; now_ += step) pause_ = gathering_.after_read(1, now_);
  }
  base::Instant now_ = base::Instant{} + 1h;
  Gathering gathering_;
  base::Duration pause_{};
};

TEST_F(Pace, an_exchange_that_is_hardly_busy_answers_at_once) {
  datagrams(900, 10s);
  EXPECT_EQ(pause_, 0s);
}

TEST_F(Pace, many_datagrams_are_gathered_for_twenty_milliseconds) {
  datagrams(1500, 200ms);
  EXPECT_EQ(pause_, Gathering::kLongest);
}

TEST_F(Pace, the_more_come_the_shorter_is_the_wait) {
  datagrams(8000, 200ms);
  EXPECT_GT(pause_, 7900us);
  EXPECT_LT(pause_, 8100us);
}

TEST_F(Pace, a_flood_is_read_each_millisecond) {
  datagrams(200'000, 200ms);
  EXPECT_EQ(pause_, Gathering::kShortest);
}

TEST_F(Pace, a_burst_after_silence_is_read_at_once) {
  gathering_.after_read(1, now_);
  now_ += 10s;
  EXPECT_EQ(gathering_.after_read(40, now_), 0s);
}

TEST_F(Pace, it_ends_within_two_windows_of_silence) {
  datagrams(2400, 200ms);
  ASSERT_GT(pause_, 0s);
  for (auto end = now_ + 2 * Gathering::kWindow; now_ < end; now_ += Gathering::kLongest)
    pause_ = gathering_.after_read(0, now_);
  EXPECT_EQ(pause_, 0s);
}

TEST_F(Pace, a_rate_between_the_limits_keeps_what_it_was) {
  datagrams(700, 1s);
  EXPECT_EQ(pause_, 0s);
  datagrams(2400, 200ms);
  datagrams(700, 1s);
  EXPECT_EQ(pause_, Gathering::kLongest);
}

}  // namespace
}  // namespace polyfon::sip
