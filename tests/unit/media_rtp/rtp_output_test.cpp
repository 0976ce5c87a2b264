#include "media/rtp/rtp_output.h"

#include <gtest/gtest.h>

namespace polyfon::media {
namespace {

using namespace std::chrono_literals;

class Output : public testing::Test {
 protected:
  // One packet of a source, as it goes out; nullopt: not sent.
  std::optional<RtpHeader> relay(std::uint64_t stream, std::uint32_t ssrc, std::uint16_t sequence,
                                 std::uint32_t timestamp, bool audio = true) {
    now_ += 20ms;
    RtpHeader header{.payload_type = 8, .sequence = sequence, .timestamp = timestamp, .ssrc = ssrc};
    if (!output_.relay({stream, ssrc}, header, audio, now_)) return std::nullopt;
    return header;
  }
  RtpHeader own() {
    now_ += 20ms;
    return output_.own(output_.advance(160, now_), true, now_);
  }
  RtpOutput output_{{.ssrc = 99, .sequence = 65530, .timestamp = 0xFFFFFF00}};
  base::Instant now_{1h};
};

TEST_F(Output, the_first_source_passes_as_it_is) {
  for (std::uint16_t i = 0; i < 10; ++i) {
    auto sent = relay(1, 7, static_cast<std::uint16_t>(65530 + i), 160u * i);
    EXPECT_EQ(sent, (RtpHeader{8, false, static_cast<std::uint16_t>(65530 + i), 160u * i, 7}));
  }
  EXPECT_FALSE(output_.rewriting());
}

TEST_F(Output, the_first_source_passes_reordered) {
  relay(1, 7, 10, 1600);
  EXPECT_EQ(relay(1, 7, 9, 1440)->sequence, 9);
}

TEST_F(Output, rfc3550_8_a_second_source_continues_numbers_time_and_ssrc_with_a_marker) {
  relay(1, 7, 100, 16000);
  auto sent = relay(2, 8, 5000, 999);
  EXPECT_EQ(sent, (RtpHeader{8, true, 101, 16160, 7}));
  EXPECT_EQ(relay(2, 8, 5001, 1159), (RtpHeader{8, false, 102, 16320, 7}));
  EXPECT_TRUE(output_.rewriting());
}

TEST_F(Output, the_clock_covers_the_silence_between_two_sources) {
  relay(1, 7, 100, 16000);
  now_ += 980ms;  // a second in all
  EXPECT_EQ(relay(2, 8, 5000, 999)->timestamp, 24000u);
}

TEST_F(Output, going_back_to_the_first_source_continues_as_well) {
  relay(1, 7, 100, 16000);
  relay(2, 8, 5000, 999);
  auto sent = relay(1, 7, 102, 16320);
  EXPECT_EQ(sent->sequence, 102);
  EXPECT_EQ(sent->timestamp, 16320u);
  EXPECT_TRUE(sent->marker);
}

TEST_F(Output, a_source_that_changes_its_ssrc_keeps_the_listeners) {
  relay(1, 7, 100, 16000);
  auto sent = relay(1, 70, 9, 9);
  EXPECT_EQ(sent->ssrc, 7u);
  EXPECT_EQ(sent->sequence, 101);
}

TEST_F(Output, packets_older_than_the_switch_are_not_sent) {
  relay(1, 7, 100, 16000);
  relay(2, 8, 5000, 1000);
  EXPECT_FALSE(relay(2, 8, 4999, 840));
  EXPECT_EQ(relay(2, 8, 5001, 1160)->sequence, 102);
}

TEST_F(Output, the_guard_of_the_switch_does_not_last_half_a_circle_of_numbers) {
  relay(1, 7, 100, 16000);
  relay(2, 8, 5000, 1000);
  for (unsigned i = 1; i < 70; ++i) relay(2, 8, static_cast<std::uint16_t>(5000 + i), 1000 + 160 * i);
  EXPECT_TRUE(relay(2, 8, static_cast<std::uint16_t>(5000 + 40000), 1000 + 160 * 40000));
}

TEST_F(Output, own_packets_have_the_random_identity_and_continue) {
  auto first = own();
  EXPECT_EQ(first.ssrc, 99u);
  EXPECT_EQ(first.sequence, 65531);
  EXPECT_TRUE(first.marker);
  auto second = own();
  EXPECT_FALSE(second.marker);
  EXPECT_EQ(second.sequence, 65532);
  EXPECT_EQ(second.timestamp - first.timestamp, 160u);
}

TEST_F(Output, sipcases_82_music_to_talk_continues_numbers_and_time) {
  RtpHeader last;
  for (int i = 0; i < 10; ++i) last = own();
  auto talk = relay(3, 8, 77, 123456);
  EXPECT_EQ(talk->ssrc, 99u);
  EXPECT_EQ(talk->sequence, static_cast<std::uint16_t>(last.sequence + 1));
  EXPECT_EQ(talk->timestamp, last.timestamp + 160);
  EXPECT_TRUE(talk->marker);
}

TEST_F(Output, talk_to_music_and_back_continues) {
  relay(1, 7, 100, 16000);
  auto music = own();
  EXPECT_EQ(music.ssrc, 7u);
  EXPECT_EQ(music.sequence, 101);
  EXPECT_EQ(music.timestamp, 16160u);
  EXPECT_TRUE(music.marker);
  EXPECT_EQ(relay(1, 7, 102, 16320)->sequence, 102);
}

TEST_F(Output, frames_that_are_not_sent_take_their_time_and_no_number) {
  auto first = own();
  for (int i = 0; i < 5; ++i) output_.advance(160, now_ += 20ms);
  auto next = own();
  EXPECT_EQ(next.sequence, static_cast<std::uint16_t>(first.sequence + 1));
  EXPECT_EQ(next.timestamp - first.timestamp, 160u * 6);
}

TEST_F(Output, a_second_playback_after_silence_has_the_time_of_the_silence) {
  auto first = own();
  output_.interrupt();
  now_ += 1980ms;
  auto next = own();
  EXPECT_EQ(next.timestamp - first.timestamp, 16000u);
  EXPECT_TRUE(next.marker);
}

TEST_F(Output, an_event_takes_no_switch_marker_and_the_audio_behind_it_does) {
  relay(1, 7, 100, 16000);
  EXPECT_FALSE(relay(2, 8, 1, 160, false)->marker);
  EXPECT_TRUE(relay(2, 8, 2, 320)->marker);
}

TEST_F(Output, rfc3550_8_2_echo_has_an_ssrc_of_its_own) {
  output_.use_own_ssrc();
  EXPECT_EQ(relay(1, 7, 100, 16000)->ssrc, 99u);
}

TEST_F(Output, a_jump_within_a_source_is_passed_on_and_the_next_source_continues_from_there) {
  relay(1, 7, 100, 16000);
  relay(1, 7, 40000, 16160);
  EXPECT_EQ(relay(2, 8, 1, 1)->sequence, 40001);
}

TEST_F(Output, reports_read_the_clock_of_the_listener) {
  relay(1, 7, 100, 16000);
  EXPECT_EQ(output_.timestamp_at(now_ + 1s), 24000u);
}

}  // namespace
}  // namespace polyfon::media
