#include "media/rtp/sequence_tracker.h"

#include <gtest/gtest.h>

namespace polyfon::media {
namespace {

using namespace std::chrono_literals;
using Verdict = SequenceTracker::Verdict;

class Tracking : public testing::Test {
 protected:
  Verdict hear(std::uint16_t sequence, std::uint32_t ssrc = 1) {
    now_ += 20ms;
    timestamp_ += 160;
    return tracker_.update({.sequence = sequence, .timestamp = timestamp_, .ssrc = ssrc}, now_, 8000);
  }
  SequenceTracker tracker_;
  base::Instant now_{10h};
  std::uint32_t timestamp_ = 0xFFFFFF00;
};

TEST_F(Tracking, packets_in_order_lose_nothing) {
  EXPECT_EQ(hear(10), Verdict::kFirst);
  for (std::uint16_t i = 11; i < 100; ++i) EXPECT_EQ(hear(i), Verdict::kInOrder);
  EXPECT_EQ(tracker_.lost(), 0u);
  EXPECT_EQ(tracker_.received(), 90u);
}

TEST_F(Tracking, a_gap_is_counted) {
  hear(10);
  hear(14);
  EXPECT_EQ(tracker_.lost(), 3u);
}

TEST_F(Tracking, a_late_packet_fills_its_gap) {
  hear(10);
  hear(12);
  EXPECT_EQ(hear(11), Verdict::kOld);
  EXPECT_EQ(tracker_.lost(), 0u);
}

TEST_F(Tracking, rfc3550_a1_numbers_wrap) {
  hear(65534);
  hear(65535);
  EXPECT_EQ(hear(0), Verdict::kInOrder);
  EXPECT_EQ(tracker_.extended_highest(), 65536u);
  EXPECT_EQ(tracker_.lost(), 0u);
}

TEST_F(Tracking, rfc3550_a1_one_stray_number_is_no_restart_and_two_in_a_row_are) {
  hear(10);
  hear(11);
  EXPECT_EQ(hear(30000), Verdict::kJumped);
  EXPECT_EQ(hear(12), Verdict::kInOrder);
  EXPECT_EQ(hear(30000), Verdict::kJumped);
  EXPECT_EQ(hear(30001), Verdict::kRestarted);
  EXPECT_EQ(hear(30002), Verdict::kInOrder);
}

TEST_F(Tracking, another_source_starts_anew_and_earlier_losses_stay) {
  hear(10);
  hear(13);
  EXPECT_EQ(hear(50000, 2), Verdict::kFirst);
  EXPECT_EQ(tracker_.lost(), 2u);
  EXPECT_EQ(tracker_.cumulative_lost(), 0);
}

TEST_F(Tracking, doubled_packets_never_make_the_loss_negative) {
  hear(10);
  for (int i = 0; i < 5; ++i) hear(10);
  EXPECT_EQ(tracker_.lost(), 0u);
  EXPECT_EQ(tracker_.cumulative_lost(), -5);
}

TEST_F(Tracking, rfc3550_a3_fraction_is_of_the_interval) {
  hear(0);
  hear(1);
  EXPECT_EQ(tracker_.take_fraction_lost(), 0);
  hear(4);
  hear(5);
  EXPECT_EQ(tracker_.take_fraction_lost(), 128);
  EXPECT_EQ(tracker_.take_fraction_lost(), 0);
}

TEST_F(Tracking, rfc3550_a8_a_steady_stream_has_no_jitter_whatever_wraps) {
  for (std::uint16_t i = 0; i < 200; ++i) hear(i);
  EXPECT_EQ(tracker_.jitter(), 0u);
}

TEST_F(Tracking, rfc3550_a8_jitter_converges_to_the_mean_deviation) {
  for (std::uint16_t i = 0; i < 1000; ++i) {
    now_ += i % 2 == 0 ? 5ms : -5ms;
    hear(i);
  }
  EXPECT_NEAR(tracker_.jitter(), 40, 3);  // 5 ms of 8000 Hz, each time
}

TEST_F(Tracking, before_the_first_packet_there_is_nothing) {
  EXPECT_EQ(tracker_.lost(), 0u);
  EXPECT_EQ(tracker_.take_fraction_lost(), 0);
  EXPECT_FALSE(tracker_.started());
}

}  // namespace
}  // namespace polyfon::media
