#include "media/engine/source_guard.h"

#include "unit/media_engine/graph_fixture.h"

namespace polyfon::media {
namespace {

using namespace std::chrono_literals;

using Verdict = SourceGuard::Verdict;

class Guarding : public testing::Test {
 protected:
  void configure(bool symmetric = true) {
    guard_.configure(
        {.remote = signalled_, .symmetric = symmetric, .trusted_hosts = {address("198.51.100.7", 5060)}},
        now_);
  }
  // A valid packet.
  Verdict hear(const base::SocketAddress& from) {
    auto verdict = guard_.check(from, now_);
    if (verdict == Verdict::kLearn) guard_.learn(from);
    return verdict;
  }
  SourceGuard guard_;
  base::SocketAddress signalled_ = address("10.0.0.5", 4000);
  base::SocketAddress nat_ = address("198.51.100.7", 31000);
  base::SocketAddress attacker_ = address("203.0.113.66", 4000);
  base::Instant now_{1h};
};

TEST_F(Guarding, until_it_is_configured_nobody_is_believed_and_nothing_is_sent) {
  EXPECT_EQ(hear(nat_), Verdict::kReject);
  EXPECT_EQ(guard_.target().port(), 0);
}

TEST_F(Guarding, the_signalled_address_is_learnt) {
  configure();
  EXPECT_EQ(hear(signalled_), Verdict::kLearn);
  EXPECT_EQ(hear(signalled_), Verdict::kAccept);
  EXPECT_EQ(guard_.target(), signalled_);
}

TEST_F(Guarding, another_port_of_the_signalled_host_is_learnt_and_sent_to) {
  configure();
  EXPECT_EQ(hear(address("10.0.0.5", 9)), Verdict::kLearn);
  EXPECT_EQ(guard_.target(), address("10.0.0.5", 9));
}

TEST_F(Guarding, a_host_that_signalling_came_from_is_learnt_at_any_port) {
  configure();
  EXPECT_EQ(hear(nat_), Verdict::kLearn);
  EXPECT_EQ(guard_.target(), nat_);
}

TEST_F(Guarding, sipcases_5_3_1_no_other_host_is_ever_learnt) {
  configure();
  EXPECT_EQ(hear(attacker_), Verdict::kReject);
  EXPECT_EQ(guard_.target(), signalled_);
}

TEST_F(Guarding, once_learnt_the_comparison_is_exact) {
  configure();
  hear(nat_);
  EXPECT_EQ(hear(signalled_), Verdict::kReject);
  EXPECT_EQ(hear(address("198.51.100.7", 31001)), Verdict::kReject);
  EXPECT_EQ(hear(attacker_), Verdict::kReject);
  EXPECT_EQ(guard_.target(), nat_);
}

TEST_F(Guarding, sipcases_5_3_1_the_window_closes_after_five_seconds) {
  configure();
  now_ += 5s;
  EXPECT_EQ(hear(nat_), Verdict::kReject);
  EXPECT_EQ(hear(signalled_), Verdict::kLearn) << "the signalled address needs no learning";
}

TEST_F(Guarding, sipcases_5_3_2_nothing_is_sent_to_an_address_that_is_not_latched) {
  configure();
  EXPECT_EQ(guard_.check(nat_, now_), Verdict::kLearn);  // and the packet proved invalid
  EXPECT_EQ(guard_.target(), signalled_);
}

TEST_F(Guarding, a_reinvite_with_the_same_address_keeps_the_latch_and_may_learn_anew) {
  configure();
  hear(nat_);
  now_ += 60s;
  configure();
  EXPECT_EQ(guard_.target(), nat_);
  EXPECT_EQ(hear(nat_), Verdict::kAccept);
  EXPECT_EQ(hear(attacker_), Verdict::kReject);
  EXPECT_EQ(hear(address("198.51.100.7", 32000)), Verdict::kLearn);
  EXPECT_EQ(guard_.target(), address("198.51.100.7", 32000));
  EXPECT_EQ(hear(nat_), Verdict::kReject);
}

TEST_F(Guarding, a_reinvite_with_another_address_forgets_the_latch) {
  configure();
  hear(nat_);
  signalled_ = address("10.0.0.9", 4000);
  configure();
  EXPECT_EQ(guard_.target(), signalled_);
  EXPECT_FALSE(guard_.latched());
}

TEST_F(Guarding, the_window_opens_again_for_what_was_not_learnt_alone) {
  configure();
  now_ += 1h;
  guard_.reopen(now_);
  EXPECT_EQ(hear(nat_), Verdict::kLearn);
  guard_.reopen(now_);
  EXPECT_EQ(hear(address("198.51.100.7", 1)), Verdict::kReject);
}

TEST_F(Guarding, is_locked_only_while_nothing_else_may_be_learnt) {
  configure();
  EXPECT_FALSE(guard_.locked(now_));
  hear(nat_);
  EXPECT_TRUE(guard_.locked(now_));
  configure();
  EXPECT_FALSE(guard_.locked(now_));
  now_ += 5s;
  EXPECT_TRUE(guard_.locked(now_));
}

TEST_F(Guarding, rfc3264_5_1_without_comedia_another_port_is_heard_and_the_signalled_one_sent_to) {
  configure(false);
  EXPECT_EQ(hear(address("10.0.0.5", 9)), Verdict::kAccept);
  EXPECT_EQ(hear(nat_), Verdict::kReject);
  EXPECT_EQ(guard_.target(), signalled_);
  EXPECT_FALSE(guard_.locked(now_ + 1h));
}

TEST_F(Guarding, an_unspecified_address_is_sent_nothing_even_when_a_source_was_learnt) {
  signalled_ = {};
  configure();
  EXPECT_EQ(hear(nat_), Verdict::kLearn);
  EXPECT_EQ(guard_.target().port(), 0);
}

TEST_F(Guarding, sipcases_5_3_7_groups_and_port_zero_are_no_targets) {
  for (auto remote : {address("224.0.0.1", 4000), address("239.1.2.3", 4000), address("ff02::1", 4000),
                      address("10.0.0.5", 0)}) {
    signalled_ = remote;
    configure();
    EXPECT_EQ(guard_.target().port(), 0) << remote.to_string();
  }
}

TEST_F(Guarding, a_source_of_port_zero_is_rejected) {
  configure();
  EXPECT_EQ(hear(address("10.0.0.5", 0)), Verdict::kReject);
}

TEST_F(Guarding, ipv6_hosts_are_compared_whole) {
  signalled_ = address("2001:db8::1", 4000);
  configure();
  EXPECT_EQ(hear(address("2001:db8::2", 4000)), Verdict::kReject);
  EXPECT_EQ(hear(address("2001:db8::1", 4001)), Verdict::kLearn);
}

TEST_F(Guarding, more_trusted_hosts_than_the_limit_are_not_kept) {
  SourceGuard::Rules rules{.remote = signalled_, .symmetric = true, .trusted_hosts = {}};
  for (int i = 0; i < 20; ++i)
    rules.trusted_hosts.push_back(address(fmt::format("198.51.100.{}", i).c_str(), 1));
  guard_.configure(rules, now_);
  EXPECT_EQ(guard_.check(address("198.51.100.7", 5), now_), Verdict::kLearn);
  EXPECT_EQ(guard_.check(address("198.51.100.8", 5), now_), Verdict::kReject);
}

// The same through the graph: what an attacker can and cannot do to a stream.
class Attack : public GraphTest {
 protected:
  void inject(const Peer& victim, const base::SocketAddress& from) {
    Peer attacker = victim;
    attacker.from = from;
    attacker.ssrc = 666;
    speak(attacker);
  }
};

TEST_F(Attack, packets_from_a_stranger_are_neither_heard_nor_counted_as_life) {
  Peer a = add(), b = add();
  graph_.connect(a.id, b.id, now_);
  inject(a, address("203.0.113.66", a.from.port()));
  EXPECT_TRUE(sent(b).empty());
  EXPECT_EQ(counters(a).dropped_source.value(), 1u);
  EXPECT_EQ(counters(a).packets_received.value(), 0u);
  EXPECT_EQ(count(Event::Kind::kFirstPacket, a), 0u);
}

TEST_F(Attack, after_the_latch_even_the_same_host_is_refused) {
  Peer a = add(), b = add();
  graph_.connect(a.id, b.id, now_);
  speak(a);
  auto other = a.from;
  other.set_port(9);
  inject(a, other);
  EXPECT_EQ(sent(b).size(), 1u);
  speak(b);
  EXPECT_EQ(sent(a)[0].to, a.from);
}

TEST_F(Attack, a_malformed_packet_from_a_trusted_host_does_not_latch) {
  Peer a = add();
  Peer forged = a;
  forged.from.set_port(9);
  deliver(forged, std::vector<std::uint8_t>(40, 0xFF));
  speak(forged, std::vector<std::uint8_t>(20), 77 + 20);
  EXPECT_FALSE(graph_.find(a.id)->rtp_guard.latched());
}

TEST_F(Attack, the_sink_is_told_when_the_source_is_settled_and_when_it_is_open_again) {
  Peer a = add();
  speak(a);
  EXPECT_TRUE(sink_.locks[a.id]);
  configure(a);
  EXPECT_FALSE(sink_.locks[a.id]);
  advance(6s);
  EXPECT_TRUE(sink_.locks[a.id]);
}

TEST_F(Attack, answering_opens_the_window_for_a_peer_that_was_silent_in_early_media) {
  Peer a = add(), b = add();
  a.config.remote = address("10.0.0.5", 4000);
  a.config.trusted_hosts = {a.from};
  configure(a);
  advance(20s);
  graph_.connect(a.id, b.id, now_);
  speak(a);
  EXPECT_EQ(sent(b).size(), 1u);
  speak(b);
  EXPECT_EQ(sent(a)[0].to, a.from);
}

TEST_F(Attack, rtcp_from_a_wrong_source_is_ignored) {
  Peer a = add(), b = add();
  graph_.connect(a.id, b.id, now_);
  std::vector<std::uint8_t> bytes(kMaxReportBytes);
  bytes.resize(write_report({.ssrc = 1, .sender = {}, .received = {}, .cname = "x"}, bytes));
  graph_.receive_rtcp(*graph_.find(a.id), bytes, address("203.0.113.66", 1), now_);
  EXPECT_TRUE(sink_.rtcp[b.id].empty());
  EXPECT_EQ(counters(a).dropped_source.value(), 1u);
}

}  // namespace
}  // namespace polyfon::media
