#include "unit/media_engine/graph_fixture.h"

namespace polyfon::media {
namespace {

using namespace std::chrono_literals;

class Playing : public GraphTest {
 protected:
  void play(const Peer& peer, Playback playback) { graph_.play(peer.id, ++id_, std::move(playback), now_); }
  std::optional<Event> finished(const Peer& peer) {
    for (const auto& event : events_)
      if (event.kind == Event::Kind::kPlaybackFinished && event.stream == peer.id) return event;
    return std::nullopt;
  }
  PlaybackId id_ = 0;
};

TEST_F(Playing, by_ear_a_file_is_heard_to_its_end) {
  Peer a = add();
  play(a, {.audio = {tone_audio(440, 8000)}});
  advance(1100ms);
  EXPECT_EQ(sent(a).size(), 50u);
  EXPECT_NEAR(test::amplitude_of(heard(a), 440), 8000, 300);
  expect_continuous(a);
  ASSERT_TRUE(finished(a));
  EXPECT_EQ(finished(a)->playback, 1u);
  EXPECT_EQ(finished(a)->samples_played, 8000u);
}

TEST_F(Playing, by_ear_in_the_other_law) {
  Peer a = add(CodecId::kPcmu);
  play(a, {.audio = {tone_audio(1000, 4000)}});
  advance(600ms);
  EXPECT_EQ(sent(a)[0].header.payload_type, 0);
  EXPECT_NEAR(test::amplitude_of(heard(a), 1000), 8000, 300);
}

TEST_F(Playing, frames_come_every_20_ms_with_160_samples_each) {
  Peer a = add();
  play(a, {.audio = {tone_audio(440, 8000)}});
  advance(100ms);
  auto before = sent(a).size();
  advance(20ms);
  EXPECT_EQ(sent(a).size(), before + 1);
  for (std::size_t i = 1; i < sent(a).size(); ++i) {
    EXPECT_EQ(sent(a)[i].header.timestamp - sent(a)[i - 1].header.timestamp, 160u);
    EXPECT_EQ(sent(a)[i].header.marker, false);
  }
  EXPECT_TRUE(sent(a)[0].header.marker);
}

TEST_F(Playing, ptime_is_kept) {
  for (std::uint16_t ptime : {10, 30, 60}) {
    Peer a = add();
    a.config.ptime = ptime;
    configure(a);
    play(a, {.audio = {tone_audio(440, 48000)}});
    advance(600ms);
    EXPECT_EQ(sent(a).size(), 600u / ptime) << ptime;
    EXPECT_EQ(sent(a)[0].payload.size(), ptime * 8u);
  }
}

TEST_F(Playing, a_ptime_out_of_range_is_brought_into_it) {
  for (auto [asked, given] : {std::pair<std::uint16_t, std::size_t>{0, 10}, {25, 20}, {1000, 60}}) {
    Peer a = add();
    a.config.ptime = asked;
    configure(a);
    play(a, {.audio = {tone_audio(440, 48000)}});
    advance(200ms);
    EXPECT_EQ(sent(a)[0].payload.size(), given * 8) << asked;
  }
}

TEST_F(Playing, a_change_of_ptime_while_playing_is_followed) {
  Peer a = add();
  play(a, {.audio = {tone_audio(440, 80000)}});
  advance(100ms);
  a.config.ptime = 40;
  configure(a);
  advance(200ms);
  EXPECT_EQ(sent(a).back().payload.size(), 320u);
  expect_continuous(a);
}

TEST_F(Playing, several_files_follow_each_other_without_a_gap) {
  Peer a = add();
  play(a, {.audio = {tone_audio(440, 1000), nullptr, tone_audio(1000, 1000)}});
  advance(400ms);
  auto samples = heard(a);
  EXPECT_NEAR(test::amplitude_of(std::span(samples).first(1000), 440), 8000, 400);
  EXPECT_NEAR(test::amplitude_of(std::span(samples).subspan(1000, 1000), 1000), 8000, 400);
  EXPECT_EQ(finished(a)->samples_played, 1000u);
}

TEST_F(Playing, a_start_offset_is_kept_and_counts) {
  Peer a = add();
  play(a, {.audio = {tone_audio(440, 8000)}, .start_sample = 6400});
  advance(1s);
  EXPECT_EQ(sent(a).size(), 10u);
  EXPECT_EQ(finished(a)->samples_played, 8000u);
}

TEST_F(Playing, a_start_offset_beyond_the_end_finishes_at_once) {
  Peer a = add();
  play(a, {.audio = {tone_audio(440, 800)}, .start_sample = 80000});
  advance(50ms);
  EXPECT_TRUE(sent(a).empty());
  EXPECT_TRUE(finished(a));
}

TEST_F(Playing, nothing_to_play_finishes_at_once) {
  Peer a = add();
  play(a, {});
  advance(50ms);
  EXPECT_TRUE(finished(a));
  Peer b = add();
  play(b, {.audio = {std::make_shared<Audio>()}, .loop = true});
  advance(50ms);
  EXPECT_TRUE(finished(b));
}

TEST_F(Playing, music_goes_round_for_ever) {
  Peer a = add();
  play(a, {.audio = {tone_audio(440, 777), tone_audio(440, 1)}, .loop = true});
  advance(60s);
  EXPECT_EQ(sent(a).size(), 3000u);
  EXPECT_FALSE(finished(a));
  graph_.stop_playback(a.id);
  advance(100ms);
  EXPECT_EQ(sent(a).size(), 3000u);
  EXPECT_TRUE(finished(a));
}

TEST_F(Playing, by_ear_a_ringing_tone_has_its_frequencies_and_its_cadence) {
  Peer a = add();
  play(a, {.tones = {{440, 480, 2s}, {0, 0, 4s}}, .loop = true});
  advance(8s);
  auto samples = heard(a);
  auto ringing = std::span(samples).first(16000), pause = std::span(samples).subspan(16000, 32000);
  EXPECT_NEAR(test::level_of(ringing, 440), -13, 0.5);
  EXPECT_NEAR(test::level_of(ringing, 480), -13, 0.5);
  EXPECT_LT(test::level_of(ringing, 425), -40);
  for (auto sample : pause) ASSERT_LE(std::abs(sample), 8);
  EXPECT_NEAR(test::level_of(std::span(samples).subspan(48000, 8000), 440), -13, 0.5);
}

TEST_F(Playing, a_cadence_that_does_not_loop_ends) {
  Peer a = add();
  play(a, {.tones = {{425, 0, 100ms}, {0, 0, 50ms}}});
  advance(300ms);
  EXPECT_TRUE(finished(a));
  EXPECT_EQ(sent(a).size(), 8u);  // 150 ms in frames of 20
}

TEST_F(Playing, a_tone_of_duration_zero_lasts) {
  Peer a = add();
  play(a, {.tones = {{425, 0, 0s}}});
  advance(10s);
  EXPECT_EQ(sent(a).size(), 500u);
}

TEST_F(Playing, a_cadence_of_nanoseconds_does_not_hang) {
  Peer a = add();
  play(a, {.tones = {{425, 0, 1ns}, {0, 0, 1ns}}, .loop = true});
  advance(100ms);
  EXPECT_EQ(sent(a).size(), 5u);
}

TEST_F(Playing, replaces_what_was_heard_and_then_it_is_heard_again_sipcases_82) {
  Peer a = add(), b = add();
  graph_.connect(a.id, b.id, now_);
  speak_tone(b, 1000, 10);
  play(a, {.audio = {tone_audio(440, 1600)}});
  speak_tone(b, 1000, 20);
  EXPECT_TRUE(finished(a));
  speak_tone(b, 1000, 10);
  expect_continuous(a);
  auto samples = heard(a);
  EXPECT_NEAR(test::amplitude_of(std::span(samples).first(1600), 1000), 8000, 400);
  EXPECT_NEAR(test::amplitude_of(std::span(samples).subspan(1600, 1600), 440), 8000, 400);
  EXPECT_NEAR(test::amplitude_of(std::span(samples).last(1600), 1000), 8000, 400);
  EXPECT_TRUE(sent(b).empty()) << "the other side does not hear the music";
}

TEST_F(Playing, a_new_playback_replaces_the_old_which_finishes_without_an_event) {
  Peer a = add();
  play(a, {.audio = {tone_audio(440, 8000)}});
  advance(100ms);
  play(a, {.audio = {tone_audio(1000, 800)}});
  advance(300ms);
  ASSERT_EQ(count(Event::Kind::kPlaybackFinished, a), 1u);
  EXPECT_EQ(finished(a)->playback, 2u);
  expect_continuous(a);
}

TEST_F(Playing, stopping_says_how_far_it_got) {
  Peer a = add();
  play(a, {.audio = {tone_audio(440, 8000)}});
  advance(500ms);
  graph_.stop_playback(a.id);
  collect();
  EXPECT_EQ(finished(a)->samples_played, 4000u);
  graph_.stop_playback(a.id);
  collect();
  EXPECT_EQ(count(Event::Kind::kPlaybackFinished, a), 1u);
}

TEST_F(Playing, connecting_ends_it) {
  Peer a = add(), b = add();
  play(a, {.audio = {tone_audio(440, 8000)}, .loop = true});
  advance(100ms);
  graph_.connect(a.id, b.id, now_);
  collect();
  EXPECT_TRUE(finished(a));
  speak(b);
  expect_continuous(a);
  EXPECT_EQ(sent(a).size(), 6u);
}

TEST_F(Playing, on_hold_nothing_is_sent_and_time_goes_on) {
  Peer a = add();
  a.config.send = false;
  configure(a);
  play(a, {.audio = {tone_audio(440, 8000)}});
  advance(500ms);
  EXPECT_TRUE(sent(a).empty());
  a.config.send = true;
  configure(a);
  advance(600ms);
  EXPECT_EQ(sent(a).size(), 25u);
  EXPECT_TRUE(finished(a));
}

TEST_F(Playing, the_codec_may_change_while_it_plays) {
  Peer a = add();
  play(a, {.audio = {tone_audio(440, 8000)}});
  advance(100ms);
  a.config.codec = CodecId::kPcmu;
  a.config.send_payload_type = 0;
  configure(a);
  advance(100ms);
  EXPECT_EQ(sent(a).back().header.payload_type, 0);
}

TEST_F(Playing, many_streams_are_spread_over_the_milliseconds) {
  for (int i = 0; i < 200; ++i) {
    Peer a = add();
    play(a, {.audio = {tone_audio(440, 80000)}});
  }
  advance(100ms);
  std::size_t most = 0;
  for (int i = 0; i < 20; ++i) {
    auto before = counters_.made.value();
    advance(1ms);
    most = std::max(most, static_cast<std::size_t>(counters_.made.value() - before));
  }
  EXPECT_LE(most, 12u);
}

TEST_F(Playing, a_stall_of_the_thread_is_caught_up) {
  Peer a = add();
  play(a, {.audio = {tone_audio(440, 80000)}});
  advance(100ms);
  now_ += 60ms;
  graph_.run_frames(now_);
  EXPECT_EQ(sent(a).size(), 8u);
}

TEST_F(Playing, a_stall_of_seconds_is_not_caught_up_in_a_burst) {
  Peer a = add();
  play(a, {.audio = {tone_audio(440, 80000)}});
  advance(100ms);
  now_ += 10s;
  graph_.run_frames(now_);
  EXPECT_LE(sent(a).size(), 5u + 4);
  advance(100ms);
  EXPECT_GE(sent(a).size(), 9u);
}

TEST_F(Playing, closing_while_playing_is_safe) {
  Peer a = add(), b = add();
  play(a, {.audio = {tone_audio(440, 80000)}});
  play(b, {.audio = {tone_audio(440, 80000)}});
  advance(50ms);
  graph_.close(a.id);
  advance(100ms);
  EXPECT_EQ(count(Event::Kind::kPlaybackFinished, a), 0u);
  EXPECT_GT(sent(b).size(), 5u);
}

class Dialling : public Playing {};

TEST_F(Dialling, rfc4733_a_digit_is_sent_as_events) {
  Peer a = add();
  graph_.send_digit(a.id, '7', 100ms, now_);
  advance(300ms);
  ASSERT_EQ(sent(a).size(), 7u);
  EXPECT_TRUE(sent(a)[0].header.marker);
  for (const auto& packet : sent(a)) {
    EXPECT_EQ(packet.header.payload_type, 101);
    EXPECT_EQ(packet.header.timestamp, sent(a)[0].header.timestamp);
    EXPECT_EQ(parse_event(packet.payload)->event, 7);
  }
  EXPECT_EQ(parse_event(sent(a)[6].payload)->duration, 800);
  EXPECT_TRUE(parse_event(sent(a)[6].payload)->end);
  expect_continuous(a);
}

TEST_F(Dialling, what_is_sent_is_detected) {
  Peer a = add(), b = add();
  for (char digit : std::string("0123456789*#ABCD")) graph_.send_digit(a.id, digit, 80ms, now_);
  graph_.send_digit(a.id, 'x', 80ms, now_);
  advance(5s);
  for (const auto& packet : sent(a)) {
    RtpHeader header = packet.header;
    header.payload_type = 101;
    deliver(b, GraphTest::packet(header, packet.payload));
    advance(20ms);
  }
  EXPECT_EQ(digits(b), "0123456789*#ABCD");
}

TEST_F(Dialling, by_ear_a_digit_is_sent_in_audio_where_no_events_were_agreed) {
  Peer a = add();
  a.config.send_event_payload_type.reset();
  configure(a);
  graph_.send_digit(a.id, '5', 200ms, now_);
  advance(500ms);
  auto samples = heard(a);
  ASSERT_EQ(samples.size(), 1600u);
  EXPECT_NEAR(test::level_of(samples, 770), -13, 1);
  EXPECT_NEAR(test::level_of(samples, 1336), -13, 1);
}

TEST_F(Dialling, relaying_rests_during_a_digit_and_goes_on_behind_it) {
  Peer a = add(), b = add();
  graph_.connect(a.id, b.id, now_);
  speak_tone(b, 440, 5);
  graph_.send_digit(a.id, '1', 100ms, now_);
  speak_tone(b, 440, 15);
  expect_continuous(a);
  std::size_t events = 0;
  for (const auto& packet : sent(a)) events += packet.header.payload_type == 101 ? 1 : 0;
  EXPECT_EQ(events, 7u);
  EXPECT_EQ(sent(a).back().header.payload_type, 8);
}

TEST_F(Dialling, a_playback_goes_on_behind_a_digit_where_time_has_brought_it) {
  Peer a = add();
  play(a, {.audio = {tone_audio(440, 8000)}});
  advance(100ms);
  graph_.send_digit(a.id, '1', 100ms, now_);
  advance(1s);
  EXPECT_TRUE(finished(a));
  expect_continuous(a);
  EXPECT_LT(heard(a).size(), 8000u - 6 * 160);
}

TEST_F(Dialling, digits_wait_for_each_other_with_a_pause) {
  Peer a = add();
  graph_.send_digit(a.id, '1', 100ms, now_);
  graph_.send_digit(a.id, '2', 100ms, now_);
  advance(1s);
  ASSERT_EQ(sent(a).size(), 14u);
  auto first = sent(a)[0].header.timestamp, second = sent(a)[7].header.timestamp;
  EXPECT_GE(second - first, (100u + 40) * 8);
}

TEST_F(Dialling, no_more_digits_are_kept_than_the_limit) {
  Peer a = add();
  for (std::size_t i = 0; i < 1000; ++i) graph_.send_digit(a.id, '1', 40ms, now_);
  advance(60s);
  EXPECT_EQ(sent(a).size(), Making::kMaxQueuedDigits * 4);
}

}  // namespace
}  // namespace polyfon::media
