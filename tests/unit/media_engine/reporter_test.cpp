#include "media/engine/reporter.h"

#include "media/rtp/wire.h"
#include "unit/media_engine/graph_fixture.h"

namespace polyfon::media {
namespace {

using namespace std::chrono_literals;

class Reporting : public GraphTest {
 protected:
  void send_report(const Peer& from, const OwnReport& own) {
    std::vector<std::uint8_t> bytes(kMaxReportBytes);
    bytes.resize(write_report(own, bytes));
    auto source = from.from;
    source.set_port(static_cast<std::uint16_t>(source.port() + 1));
    graph_.receive_rtcp(*graph_.find(from.id), bytes, source, now_);
  }
  std::vector<std::vector<std::uint8_t>>& reports(const Peer& peer) { return sink_.rtcp[peer.id]; }
};

TEST_F(Reporting, silence_is_reported_once_after_the_timeout) {
  Peer a = add();
  a.config.timeout = 30s;
  configure(a);
  advance(29s);
  EXPECT_EQ(count(Event::Kind::kTimeout, a), 0u);
  advance(2s);
  EXPECT_EQ(count(Event::Kind::kTimeout, a), 1u);
  advance(60s);
  EXPECT_EQ(count(Event::Kind::kTimeout, a), 1u);
}

TEST_F(Reporting, packets_reports_and_comfort_noise_are_life) {
  Peer a = add();
  a.config.timeout = 10s;
  configure(a);
  speak(a);
  for (int i = 0; i < 10; ++i) {
    advance(8s);
    if (i % 3 == 0) speak(a);
    if (i % 3 == 1) speak(a, std::vector<std::uint8_t>(1), kComfortNoisePayloadType);
    if (i % 3 == 2) send_report(a, {.ssrc = a.ssrc, .sender = {}, .received = {}, .cname = "x"});
  }
  EXPECT_EQ(count(Event::Kind::kTimeout, a), 0u);
}

TEST_F(Reporting, on_hold_the_other_timeout_counts) {
  Peer a = add();
  a.config.timeout = 10s;
  a.config.hold_timeout = 60s;
  a.config.receive = false;
  configure(a);
  advance(58s);
  EXPECT_EQ(count(Event::Kind::kTimeout, a), 0u);
  advance(4s);
  EXPECT_EQ(count(Event::Kind::kTimeout, a), 1u);
}

TEST_F(Reporting, without_a_timeout_there_is_none) {
  Peer a = add();
  advance(1h);
  EXPECT_EQ(count(Event::Kind::kTimeout, a), 0u);
}

TEST_F(Reporting, rfc3550_6_while_we_play_sender_reports_go_out_every_five_seconds_or_so) {
  Peer a = add();
  graph_.play(a.id, 1, {.audio = {tone_audio(440, 8000)}, .loop = true}, now_);
  advance(60s);
  EXPECT_GE(reports(a).size(), 7u);
  EXPECT_LE(reports(a).size(), 24u);
  auto compound = parse_rtcp(reports(a).back());
  ASSERT_TRUE(compound);
  EXPECT_EQ(compound->ssrc, sent(a)[0].header.ssrc);
  EXPECT_TRUE(compound->ntp_timestamp);
  const auto& bytes = reports(a).back();
  EXPECT_EQ(read_u32(bytes, 24), read_u32(bytes, 20) * 160);
}

TEST_F(Reporting, a_peer_that_nobody_listens_to_gets_receiver_reports) {
  Peer a = add();
  for (int i = 0; i < 500; ++i) {
    if (i % 10 != 0)
      speak(a);
    else
      ++a.sequence;
    advance(20ms);
  }
  ASSERT_FALSE(reports(a).empty());
  const auto& bytes = reports(a).back();
  EXPECT_EQ(bytes[1], 201);
  EXPECT_EQ(read_u32(bytes, 8), a.ssrc);
  EXPECT_NEAR(bytes[12], 25, 4);  // a tenth was lost
}

TEST_F(Reporting, the_ends_of_a_relayed_call_report_to_each_other_alone) {
  Peer a = add(), b = add();
  graph_.connect(a.id, b.id, now_);
  for (int i = 0; i < 1000; ++i) {
    speak(a);
    speak(b);
    advance(20ms);
  }
  EXPECT_TRUE(reports(a).empty());
  OwnReport own{
      .ssrc = a.ssrc,
      .sender = SenderInfo{.ntp_timestamp = 1, .rtp_timestamp = a.timestamp, .packets = 1, .octets = 1},
      .received = ReportBlock{.ssrc = b.ssrc, .extended_highest = b.sequence},
      .cname = "alice"};
  send_report(a, own);
  ASSERT_EQ(reports(b).size(), 1u);
  std::vector<std::uint8_t> expected(kMaxReportBytes);
  expected.resize(write_report(own, expected));
  EXPECT_EQ(reports(b)[0], expected);
}

TEST_F(Reporting, sipcases_80_reports_are_translated_where_headers_are_rewritten) {
  Peer a = add(), b = add();
  graph_.play(b.id, 1, {.audio = {tone_audio(440, 800)}}, now_);
  advance(200ms);  // b has heard our own SSRC now
  graph_.connect(a.id, b.id, now_);
  speak(a);
  speak(b);
  auto out = sent(b).back().header;
  send_report(a, {.ssrc = a.ssrc,
                  .sender = SenderInfo{.ntp_timestamp = 1, .rtp_timestamp = 1000, .packets = 1, .octets = 1},
                  .received = ReportBlock{.ssrc = b.ssrc},
                  .cname = "alice"});
  ASSERT_EQ(reports(b).size(), 1u);
  EXPECT_EQ(read_u32(reports(b)[0], 4), out.ssrc);
  EXPECT_EQ(read_u32(reports(b)[0], 16), out.timestamp);
  EXPECT_EQ(read_u32(reports(b)[0], 28), b.ssrc);
  // And b's report on what it heard reads as one on a's packets.
  send_report(b, {.ssrc = b.ssrc,
                  .sender = {},
                  .received = ReportBlock{.ssrc = out.ssrc, .extended_highest = out.sequence},
                  .cname = "bob"});
  ASSERT_EQ(reports(a).size(), 1u);
  EXPECT_EQ(read_u32(reports(a)[0], 8), a.ssrc);
  EXPECT_EQ(read_u32(reports(a)[0], 16), 100u);
}

TEST_F(Reporting, rtcp_goes_to_the_port_next_to_rtp_unless_another_was_signalled) {
  Peer a = add();
  auto& guard = graph_.find(a.id)->rtcp_guard;
  EXPECT_EQ(guard.target().port(), a.config.remote.port() + 1);
  a.config.remote_rtcp = address("192.0.2.1", 7777);
  configure(a);
  EXPECT_EQ(guard.target().port(), 7777);
}

TEST_F(Reporting, rtcp_is_latched_behind_nat_whenever_it_first_comes) {
  Peer a = add();
  a.config.remote = address("10.0.0.5", 4000);
  a.config.trusted_hosts = {a.from};
  configure(a);
  speak(a);
  advance(20s);
  send_report(a, {.ssrc = a.ssrc, .sender = {}, .received = {}, .cname = "x"});
  EXPECT_EQ(graph_.find(a.id)->rtcp_guard.target().port(), a.from.port() + 1);
}

TEST_F(Reporting, a_bye_ends_nothing) {
  Peer a = add(), b = add();
  graph_.connect(a.id, b.id, now_);
  speak(a);
  std::vector<std::uint8_t> bytes(kMaxReportBytes);
  bytes.resize(write_report({.ssrc = a.ssrc, .sender = {}, .received = {}, .cname = "x"}, bytes));
  auto at = bytes.size();
  bytes.resize(at + 8);
  bytes[at] = 0x81;
  bytes[at + 1] = 203;
  bytes[at + 3] = 1;
  auto source = a.from;
  source.set_port(static_cast<std::uint16_t>(source.port() + 1));
  graph_.receive_rtcp(*graph_.find(a.id), bytes, source, now_);
  speak(a);
  EXPECT_EQ(sent(b).size(), 2u);
}

}  // namespace
}  // namespace polyfon::media
