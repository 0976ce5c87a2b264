#include "unit/media_engine/graph_fixture.h"

namespace polyfon::media {
namespace {

using namespace std::chrono_literals;

class Relaying : public GraphTest {};

TEST_F(Relaying, a_connected_pair_hears_each_other_unchanged) {
  Peer a = add(), b = add();
  graph_.connect(a.id, b.id, now_);
  std::vector<std::uint8_t> payload{1, 2, 3, 4};
  speak(a, payload);
  ASSERT_EQ(sent(b).size(), 1u);
  EXPECT_EQ(sent(b)[0].payload, payload);
  EXPECT_EQ(sent(b)[0].header, (RtpHeader{8, false, 100, 1000, a.ssrc}));
  EXPECT_EQ(sent(b)[0].to, b.config.remote);
  EXPECT_TRUE(sent(a).empty());
  speak(b);
  EXPECT_EQ(sent(a).size(), 1u);
}

TEST_F(Relaying, nobody_hears_before_they_are_connected_or_after_they_are_parted) {
  Peer a = add(), b = add();
  speak(a);
  graph_.connect(a.id, b.id, now_);
  graph_.disconnect(a.id);
  speak(a);
  speak(b);
  EXPECT_TRUE(sent(a).empty());
  EXPECT_TRUE(sent(b).empty());
}

TEST_F(Relaying, by_ear_a_tone_arrives) {
  Peer a = add(), b = add();
  graph_.connect(a.id, b.id, now_);
  speak_tone(a, 440, 50);
  EXPECT_NEAR(test::amplitude_of(heard(b), 440), 8000, 300);
  EXPECT_LT(test::amplitude_of(heard(b), 1000), 100);
}

TEST_F(Relaying, by_ear_a_tone_arrives_transcoded_both_ways) {
  Peer a = add(CodecId::kPcma), b = add(CodecId::kPcmu);
  graph_.connect(a.id, b.id, now_);
  speak_tone(a, 440, 50);
  speak_tone(b, 1000, 50);
  EXPECT_EQ(sent(b)[0].header.payload_type, 0);
  EXPECT_EQ(sent(a)[0].header.payload_type, 8);
  EXPECT_NEAR(test::amplitude_of(heard(b), 440), 8000, 300);
  EXPECT_LT(test::amplitude_of(heard(b), 1000), 100);
  EXPECT_NEAR(test::amplitude_of(heard(a), 1000), 8000, 300);
  EXPECT_EQ(counters_.transcoded.value(), 100u);
}

TEST_F(Relaying, transcoding_leaves_extension_and_padding_alone) {
  Peer a = add(CodecId::kPcma), b = add(CodecId::kPcmu);
  graph_.connect(a.id, b.id, now_);
  std::vector<std::uint8_t> body{0xBE, 0xDE, 0, 1, 9, 9, 9, 9, 0xD5, 0xD5, 0, 2};
  auto bytes = packet({.payload_type = 8, .sequence = 1, .timestamp = 1, .ssrc = a.ssrc}, body);
  bytes[0] |= 0x30;
  deliver(a, bytes);
  EXPECT_EQ(sent(b)[0].payload, (std::vector<std::uint8_t>{0xFE, 0xFE}));  // 8 in both laws
}

TEST_F(Relaying, a_dynamic_payload_type_is_renumbered) {
  Peer a = add(), b = add();
  a.config.receive_payload_type = 97;
  configure(a);
  graph_.connect(a.id, b.id, now_);
  speak(a);
  EXPECT_EQ(sent(b)[0].header.payload_type, 8);
}

TEST_F(Relaying, g711s_own_numbers_are_understood_whatever_was_agreed) {
  Peer a = add(CodecId::kPcma), b = add(CodecId::kPcma);
  graph_.connect(a.id, b.id, now_);
  speak(a, std::vector<std::uint8_t>{0xFF}, 0);
  ASSERT_EQ(sent(b).size(), 1u);
  EXPECT_EQ(sent(b)[0].header.payload_type, 8);
  EXPECT_EQ(sent(b)[0].payload[0], 0xD5);
}

TEST_F(Relaying, unknown_payload_types_and_comfort_noise_are_dropped_and_counted) {
  Peer a = add(), b = add();
  graph_.connect(a.id, b.id, now_);
  speak(a);
  for (std::uint8_t type : {3, 9, 13, 96, 127}) speak(a, std::vector<std::uint8_t>(20), type);
  EXPECT_EQ(sent(b).size(), 1u);
  EXPECT_EQ(counters(a).dropped_payload_type.value(), 5u);
  EXPECT_EQ(counters(a).packets_received.value(), 1u);
}

TEST_F(Relaying, malformed_packets_are_dropped_and_counted) {
  Peer a = add(), b = add();
  graph_.connect(a.id, b.id, now_);
  deliver(a, {});
  deliver(a, {0x80, 8});
  deliver(a, std::vector<std::uint8_t>(172, 0));
  deliver(a, packet({.payload_type = 101, .ssrc = a.ssrc}, std::vector<std::uint8_t>{1, 2}));
  EXPECT_TRUE(sent(b).empty());
  EXPECT_EQ(counters(a).dropped_malformed.value(), 4u);
}

TEST_F(Relaying, direction_sendonly_and_recvonly_are_kept) {
  Peer a = add(), b = add();
  graph_.connect(a.id, b.id, now_);
  b.config.send = false;
  configure(b);
  speak(a);
  EXPECT_TRUE(sent(b).empty());
  speak(b);
  EXPECT_EQ(sent(a).size(), 1u);
  b.config.send = true;
  b.config.receive = false;
  configure(b);
  speak(b);
  EXPECT_EQ(sent(a).size(), 1u);
  speak(a);
  EXPECT_EQ(sent(b).size(), 1u);
}

TEST_F(Relaying, nothing_is_sent_without_an_address) {
  Peer a = add(), b = add();
  graph_.connect(a.id, b.id, now_);
  for (auto remote : {base::SocketAddress(), address("0.0.0.0", 4000), address("192.0.2.9", 0),
                      address("224.0.0.5", 4000)}) {
    b.config.remote = remote;
    configure(b);
    speak(a);
  }
  EXPECT_TRUE(sent(b).empty());
}

TEST_F(Relaying, events_are_renumbered_for_the_listener) {
  Peer a = add(), b = add();
  b.config.send_event_payload_type = 96;
  configure(b);
  graph_.connect(a.id, b.id, now_);
  dial(a, '5');
  ASSERT_EQ(sent(b).size(), 7u);
  EXPECT_EQ(sent(b)[0].header.payload_type, 96);
  EXPECT_TRUE(sent(b)[0].header.marker);
  EXPECT_EQ(parse_event(sent(b)[6].payload)->event, 5);
}

TEST_F(Relaying, events_are_dropped_for_a_listener_without_them_and_reported_all_the_same) {
  Peer a = add(), b = add();
  b.config.send_event_payload_type.reset();
  configure(b);
  graph_.connect(a.id, b.id, now_);
  dial(a, '5');
  EXPECT_TRUE(sent(b).empty());
  EXPECT_EQ(digits(a), "5");
}

TEST_F(Relaying, digits_are_reported_once_connected_or_not) {
  Peer a = add();
  for (char digit : std::string("12*#")) dial(a, digit);
  EXPECT_EQ(digits(a), "12*#");
}

TEST_F(Relaying, a_digit_without_an_end_is_reported_when_audio_goes_on) {
  Peer a = add();
  speak(a);
  std::uint8_t payload[4];
  write_event({.event = 3, .duration = 160}, payload);
  deliver(a, packet({.payload_type = 101, .sequence = 101, .timestamp = 1160, .ssrc = a.ssrc}, payload));
  for (int i = 0; i < 7; ++i) {
    advance(20ms);
    speak(a);
  }
  EXPECT_EQ(digits(a), "");
  advance(20ms);
  speak(a);
  EXPECT_EQ(digits(a), "3");
}

TEST_F(Relaying, early_media_is_heard_one_way) {
  Peer caller = add(), called = add();
  graph_.forward(called.id, caller.id, now_);
  speak(called);
  speak(caller);
  EXPECT_EQ(sent(caller).size(), 1u);
  EXPECT_TRUE(sent(called).empty());
}

TEST_F(Relaying, of_two_sources_the_last_forwarded_is_heard) {
  Peer caller = add(), first = add(), second = add();
  graph_.forward(first.id, caller.id, now_);
  graph_.forward(second.id, caller.id, now_);
  speak(first);
  EXPECT_TRUE(sent(caller).empty());
  speak(second);
  EXPECT_EQ(sent(caller).size(), 1u);
}

TEST_F(Relaying, several_listeners_hear_one_source_each_in_its_own_way) {
  Peer source = add(CodecId::kPcma), same = add(CodecId::kPcma), other = add(CodecId::kPcmu),
       third = add(CodecId::kPcma);
  third.config.send_payload_type = 99;
  configure(third);
  for (const Peer* listener : {&same, &other, &third}) graph_.forward(source.id, listener->id, now_);
  std::vector<std::uint8_t> payload{0xD5};
  speak(source, payload);
  EXPECT_EQ(sent(same)[0].payload, payload);
  EXPECT_EQ(sent(same)[0].header.payload_type, 8);
  EXPECT_EQ(sent(other)[0].payload[0], 0xFE);
  EXPECT_EQ(sent(third)[0].payload, payload);
  EXPECT_EQ(sent(third)[0].header.payload_type, 99);
}

TEST_F(Relaying, by_ear_echo_comes_back_with_an_ssrc_of_our_own) {
  Peer a = add();
  graph_.echo(a.id, now_);
  speak_tone(a, 440, 50);
  EXPECT_NEAR(test::amplitude_of(heard(a), 440), 8000, 300);
  EXPECT_NE(sent(a)[0].header.ssrc, a.ssrc);
  expect_continuous(a);
}

TEST_F(Relaying, sipcases_82_transfer_from_one_peer_to_another_continues_numbers_and_time) {
  Peer a = add(), b = add(), c = add();
  c.sequence = 40000;
  c.timestamp = 5;
  graph_.connect(a.id, b.id, now_);
  speak_tone(b, 440, 5);
  graph_.connect(a.id, c.id, now_);
  speak_tone(b, 440, 5);
  speak_tone(c, 440, 5);
  ASSERT_EQ(sent(a).size(), 10u);
  expect_continuous(a);
  EXPECT_TRUE(sent(a)[5].header.marker);
  EXPECT_EQ(sent(a)[5].header.timestamp - sent(a)[4].header.timestamp, 160u * 6);
}

TEST_F(Relaying, connecting_the_connected_again_changes_nothing) {
  Peer a = add(), b = add();
  graph_.connect(a.id, b.id, now_);
  speak(a);
  graph_.connect(b.id, a.id, now_);
  speak(a);
  EXPECT_EQ(sent(b)[1].header, (RtpHeader{8, false, 101, 1160, a.ssrc}));
}

TEST_F(Relaying, a_closed_stream_is_heard_by_nobody_and_its_partner_lives) {
  Peer a = add(), b = add(), c = add();
  graph_.connect(a.id, b.id, now_);
  graph_.close(b.id);
  speak(a);
  graph_.connect(a.id, c.id, now_);
  speak(a);
  EXPECT_EQ(sent(c).size(), 1u);
  EXPECT_EQ(counters_.streams.value(), 2);
}

TEST_F(Relaying, commands_for_a_closed_stream_are_passed_over) {
  Peer a = add(), b = add();
  graph_.close(b.id);
  graph_.connect(a.id, b.id, now_);
  graph_.forward(b.id, a.id, now_);
  graph_.echo(b.id, now_);
  graph_.disconnect(b.id);
  graph_.play(b.id, 1, {}, now_);
  graph_.stop_playback(b.id);
  graph_.send_digit(b.id, '1', 100ms, now_);
  graph_.configure(b.id, {}, now_);
  graph_.close(b.id);
  speak(a);
  EXPECT_EQ(counters_.streams.value(), 1);
}

TEST_F(Relaying, a_stream_cannot_be_connected_with_itself) {
  Peer a = add();
  graph_.connect(a.id, a.id, now_);
  graph_.forward(a.id, a.id, now_);
  speak(a);
  EXPECT_TRUE(sent(a).empty());
}

TEST_F(Relaying, sipcases_5_3_9_a_flood_is_cut_to_what_codecs_need) {
  Peer a = add(), b = add();
  graph_.connect(a.id, b.id, now_);
  for (int i = 0; i < 2000; ++i) speak(a);
  EXPECT_LE(sent(b).size(), 202u);
  EXPECT_GT(counters(a).dropped_rate.value(), 1700u);
  advance(1s);
  auto before = sent(b).size();
  for (int i = 0; i < 50; ++i) {
    speak(a);
    advance(20ms);
  }
  EXPECT_EQ(sent(b).size(), before + 50);
}

TEST_F(Relaying, the_first_packet_is_reported_once) {
  Peer a = add();
  speak(a);
  speak(a);
  EXPECT_EQ(count(Event::Kind::kFirstPacket, a), 1u);
}

TEST_F(Relaying, an_empty_keep_alive_latches_and_is_not_relayed) {
  Peer a = add(), b = add();
  graph_.connect(a.id, b.id, now_);
  speak(a, {});
  EXPECT_TRUE(sent(b).empty());
  EXPECT_TRUE(graph_.find(a.id)->rtp_guard.latched());
}

TEST_F(Relaying, what_the_system_refuses_is_counted) {
  Peer a = add(), b = add();
  graph_.connect(a.id, b.id, now_);
  sink_.refuse = true;
  speak(a);
  EXPECT_EQ(counters_.send_failed.value(), 1u);
  EXPECT_EQ(counters(b).packets_sent.value(), 0u);
}

TEST_F(Relaying, losses_are_counted) {
  Peer a = add();
  speak(a);
  a.sequence += 3;
  speak(a);
  advance(1s);
  EXPECT_EQ(counters(a).lost.value(), 3);
}

TEST_F(Relaying, a_stream_is_small) {
  EXPECT_LE(sizeof(Stream) + sizeof(Making) + 1200, 4096u);  // with the encoder and a queue's block
}

}  // namespace
}  // namespace polyfon::media
