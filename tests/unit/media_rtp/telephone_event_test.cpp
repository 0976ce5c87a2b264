#include "media/rtp/telephone_event.h"

#include <random>

#include <gtest/gtest.h>

namespace polyfon::media {
namespace {

using namespace std::chrono_literals;

struct Sent {
  RtpHeader header;
  EventPayload event;
};

// The packets of digits as a sender puts them on the line, one each 20 ms.
std::vector<Sent> packets_of(char digit, base::Duration duration, std::uint32_t timestamp,
                             std::uint16_t sequence = 1) {
  std::vector<Sent> sent;
  DigitSender sender(digit, duration, timestamp, 8000);
  while (!sender.done() && sent.size() < 10000) {
    auto packet = sender.next(160);
    sent.push_back({{.payload_type = 101,
                     .marker = packet.marker,
                     .sequence = sequence++,
                     .timestamp = packet.timestamp,
                     .ssrc = 7},
                    packet.payload});
  }
  return sent;
}

class Detection : public testing::Test {
 protected:
  void hear(const Sent& packet) {
    now_ += 20ms;
    if (auto digit = detector_.receive(packet.header, packet.event, now_)) digits_.push_back(*digit);
  }
  void hear_all(const std::vector<Sent>& packets) {
    for (const auto& packet : packets) hear(packet);
  }
  void silence(base::Duration time) {
    now_ += time;
    if (auto digit = detector_.poll(now_)) digits_.push_back(*digit);
  }
  std::string heard() const {
    std::string text;
    for (const auto& digit : digits_) text += digit.digit;
    return text;
  }
  DigitDetector detector_;
  base::Instant now_{1h};
  std::vector<DigitDetector::Digit> digits_;
};

TEST(EventPayload, what_is_written_is_read) {
  std::uint8_t bytes[4];
  EventPayload event{.event = 11, .end = true, .volume = 63, .duration = 0xABCD};
  write_event(event, bytes);
  EXPECT_EQ(parse_event(bytes), event);
}

TEST(EventPayload, three_bytes_are_no_event) {
  std::uint8_t bytes[3] = {};
  EXPECT_FALSE(parse_event(bytes));
}

TEST(EventPayload, rfc4733_3_2_numbers_of_the_digits) {
  std::string_view digits = "0123456789*#ABCD";
  for (std::uint8_t event = 0; event < 16; ++event) {
    EXPECT_EQ(digit_of_event(event), digits[event]);
    EXPECT_EQ(event_of_digit(digits[event]), event);
  }
  EXPECT_EQ(digit_of_event(16), 0);
  EXPECT_EQ(event_of_digit('c'), 14);
  EXPECT_FALSE(event_of_digit('x'));
  EXPECT_FALSE(event_of_digit('\0'));
}

TEST(DigitSender, rfc4733_2_5_1_first_packet_has_the_marker_and_the_timestamp_stays) {
  auto sent = packets_of('5', 100ms, 4000);
  EXPECT_TRUE(sent[0].header.marker);
  for (std::size_t i = 0; i < sent.size(); ++i) {
    EXPECT_EQ(sent[i].header.marker, i == 0);
    EXPECT_EQ(sent[i].header.timestamp, 4000u);
    EXPECT_EQ(sent[i].event.event, 5);
  }
}

TEST(DigitSender, rfc4733_2_5_1_4_the_end_is_sent_three_times_with_one_duration) {
  auto sent = packets_of('#', 100ms, 0);
  ASSERT_EQ(sent.size(), 7u);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_FALSE(sent[i].event.end);
    EXPECT_EQ(sent[i].event.duration, 160 * (i + 1));
  }
  for (std::size_t i = 4; i < 7; ++i) {
    EXPECT_TRUE(sent[i].event.end);
    EXPECT_EQ(sent[i].event.duration, 800);
  }
}

TEST(DigitSender, a_duration_is_at_least_forty_milliseconds) {
  auto sent = packets_of('1', 1ms, 0);
  EXPECT_EQ(sent.back().event.duration, 320);
}

TEST(DigitSender, a_duration_is_at_most_a_minute) {
  auto sent = packets_of('1', 1h, 0);
  EXPECT_EQ(sent.size(), 3000u + 2);
}

TEST(DigitSender, rfc4733_2_5_1_3_a_long_event_is_sent_in_segments) {
  auto sent = packets_of('1', 20s, 1000);
  std::uint32_t segment = 1000;
  std::size_t segments = 1, markers = 0;
  for (const auto& packet : sent) {
    if (packet.header.timestamp != segment) {
      EXPECT_EQ(packet.header.timestamp, segment + 0xFFFF);
      segment = packet.header.timestamp;
      ++segments;
    }
    markers += packet.header.marker ? 1 : 0;
  }
  EXPECT_EQ(segments, 3u);
  EXPECT_EQ(markers, 1u);
  EXPECT_EQ(segment - 1000 + sent.back().event.duration, 160000u);
}

TEST(DigitSender, a_letter_outside_the_keypad_sends_nothing) {
  EXPECT_TRUE(DigitSender('x', 100ms, 0, 8000).done());
}

TEST_F(Detection, a_digit_is_heard_once_at_its_end) {
  auto packets = packets_of('7', 100ms, 800);
  for (std::size_t i = 0; i < 4; ++i) hear(packets[i]);
  EXPECT_TRUE(digits_.empty());
  hear(packets[4]);
  EXPECT_EQ(heard(), "7");
  hear(packets[5]);
  hear(packets[6]);
  EXPECT_EQ(heard(), "7");
  EXPECT_EQ(digits_[0].duration_ms, 100);
}

TEST_F(Detection, a_digit_whose_first_packets_are_lost_is_heard) {
  auto packets = packets_of('7', 100ms, 800);
  hear(packets[6]);
  EXPECT_EQ(heard(), "7");
  EXPECT_EQ(digits_[0].duration_ms, 100);
}

TEST_F(Detection, a_digit_whose_end_packets_are_lost_is_heard_after_silence) {
  auto packets = packets_of('7', 100ms, 800);
  for (std::size_t i = 0; i < 4; ++i) hear(packets[i]);
  silence(149ms);
  EXPECT_EQ(heard(), "");
  silence(1ms);
  EXPECT_EQ(heard(), "7");
  EXPECT_EQ(digits_[0].duration_ms, 80);
}

TEST_F(Detection, a_digit_whose_end_packets_are_lost_is_heard_when_the_next_begins) {
  auto first = packets_of('7', 100ms, 800);
  hear(first[0]);
  hear(first[1]);
  hear(packets_of('8', 100ms, 2400)[0]);
  EXPECT_EQ(heard(), "7");
}

TEST_F(Detection, two_digits_of_which_only_single_packets_arrive_are_both_heard) {
  hear(packets_of('7', 100ms, 800)[2]);
  auto second = packets_of('8', 100ms, 2400);
  hear(second[5]);  // an end
  EXPECT_EQ(heard(), "7");
  silence(150ms);
  EXPECT_EQ(heard(), "78");
}

TEST_F(Detection, an_end_that_comes_late_does_not_repeat_the_digit_reported_by_silence) {
  auto packets = packets_of('7', 100ms, 800);
  hear(packets[0]);
  silence(200ms);
  hear(packets[6]);
  EXPECT_EQ(heard(), "7");
}

TEST_F(Detection, the_same_digit_twice_is_two_digits) {
  hear_all(packets_of('5', 100ms, 800));
  hear_all(packets_of('5', 100ms, 3200));
  EXPECT_EQ(heard(), "55");
}

TEST_F(Detection, packets_out_of_order_make_no_second_digit) {
  auto first = packets_of('5', 100ms, 800);
  auto second = packets_of('6', 100ms, 3200);
  hear_all(first);
  hear(second[0]);
  hear(first[3]);  // late
  hear_all(second);
  EXPECT_EQ(heard(), "56");
}

TEST_F(Detection, an_event_beyond_the_digits_is_not_reported) {
  hear({{.timestamp = 1, .ssrc = 7}, {.event = 16, .end = true, .duration = 800}});
  EXPECT_EQ(heard(), "");
}

TEST_F(Detection, a_new_source_with_the_same_timestamp_is_a_new_digit) {
  auto packets = packets_of('5', 100ms, 800);
  hear_all(packets);
  for (auto& packet : packets) packet.header.ssrc = 8;
  hear_all(packets);
  EXPECT_EQ(heard(), "55");
}

TEST_F(Detection, rfc4733_2_5_1_3_a_segmented_event_is_one_digit) {
  hear_all(packets_of('9', 20s, 5000));
  EXPECT_EQ(heard(), "9");
  EXPECT_EQ(digits_[0].duration_ms, 20000);
}

TEST_F(Detection, a_timestamp_that_wraps_is_followed) {
  hear_all(packets_of('1', 100ms, 0xFFFFFF00));
  hear_all(packets_of('2', 100ms, 0x00000500));
  EXPECT_EQ(heard(), "12");
}

TEST_F(Detection, survives_any_loss_that_leaves_one_packet_of_each_digit) {
  std::mt19937 chance(1);
  for (int round = 0; round < 500; ++round) {
    detector_ = {};
    digits_.clear();
    std::string dialled;
    std::uint32_t timestamp = chance();
    for (int i = 0; i < 6; ++i) {
      char digit = "0123456789*#"[chance() % 12];
      dialled += digit;
      auto packets = packets_of(digit, 100ms, timestamp);
      std::size_t sure = chance() % packets.size();
      for (std::size_t p = 0; p < packets.size(); ++p)
        if (p == sure || chance() % 2 == 0) hear(packets[p]);
      timestamp += 1600;
      silence(100ms);
    }
    silence(200ms);
    EXPECT_EQ(heard(), dialled) << "round " << round;
  }
}

}  // namespace
}  // namespace polyfon::media
