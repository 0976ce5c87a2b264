// Server transactions on a clock: matching, repetition, lingering.
#include "unit/sip_transaction/kit.h"

namespace polyfon::sip {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using Match = TransactionLayer::Match;
using Server = Kit;

TEST_F(Server, a_first_request_is_new_and_the_same_again_is_absorbed) {
  EXPECT_EQ(receive(from_peer("OPTIONS")), Match::kNew);
  open(Method::kOptions);
  EXPECT_EQ(receive(from_peer("OPTIONS")), Match::kAbsorbed);
  EXPECT_THAT(sent, IsEmpty());
}

TEST_F(Server, rfc3261_17_2_2_a_repeated_request_gets_the_same_answer_for_64_t1) {
  receive(from_peer("OPTIONS"));
  ServerId id = open(Method::kOptions);
  EXPECT_TRUE(layer.respond(id, 200, "the answer", now));
  run(31s);
  EXPECT_EQ(receive(from_peer("OPTIONS")), Match::kAbsorbed);
  EXPECT_THAT(sent, ElementsAre("the answer", "the answer"));
  run(2s);
  EXPECT_EQ(layer.size(), 0u);
  EXPECT_EQ(receive(from_peer("OPTIONS")), Match::kNew);
}

TEST_F(Server, a_request_is_answered_finally_once) {
  receive(from_peer("OPTIONS"));
  ServerId id = open(Method::kOptions);
  layer.respond(id, 200, "first", now);
  EXPECT_FALSE(layer.respond(id, 500, "second", now));
  EXPECT_THAT(sent, ElementsAre("first"));
  EXPECT_EQ(counters.unexpected_events.value(), 1u);
}

TEST_F(Server, rfc3261_17_2_2_timer_j_is_nothing_over_tcp) {
  receive(from_peer("OPTIONS"));
  layer.respond(open(Method::kOptions, Protocol::kTcp), 200, "x", now);
  run(1ms);
  EXPECT_EQ(layer.size(), 0u);
}

TEST_F(Server, rfc3261_17_2_3_another_branch_sent_by_or_method_is_another_request) {
  receive(from_peer("OPTIONS", "z9hG4bKa", ";tag=2"));
  open(Method::kOptions);
  EXPECT_EQ(receive(from_peer("OPTIONS", "z9hG4bKb", ";tag=2")), Match::kNew);
  EXPECT_EQ(receive(from_peer("OPTIONS", "z9hG4bKa", ";tag=2", "192.0.2.8:5060")), Match::kNew);
  EXPECT_EQ(receive(from_peer("OPTIONS", "z9hG4bKa", ";tag=2", "192.0.2.9:5061")), Match::kNew);
  EXPECT_EQ(receive(from_peer("INFO", "z9hG4bKa", ";tag=2")), Match::kNew);
  EXPECT_EQ(receive(from_peer("OPTIONS", "z9hG4bKa", ";tag=2")), Match::kAbsorbed);
}

TEST_F(Server, rfc3261_17_2_3_sent_by_compares_without_case) {
  receive(from_peer("OPTIONS", "z9hG4bKa", "", "Host.Example"));
  open(Method::kOptions);
  EXPECT_EQ(receive(from_peer("OPTIONS", "z9hG4bKa", "", "hOST.eXAMPLE")), Match::kAbsorbed);
}

TEST_F(Server, rfc3261_17_2_3_a_branch_without_the_cookie_is_matched_as_in_rfc2543) {
  receive(from_peer("INVITE", "1"));
  ServerId id = open(Method::kInvite);
  EXPECT_EQ(receive(from_peer("INVITE", "1")), Match::kAbsorbed);
  layer.respond(id, 486, "busy", now);
  EXPECT_EQ(receive(from_peer("ACK", "1", ";tag=ours")), Match::kAbsorbed);
  EXPECT_EQ(receive(from_peer("INVITE", "2")), Match::kMerged);
}

TEST_F(Server, rfc3261_8_2_2_2_the_same_request_over_another_path_is_merged) {
  receive(from_peer("INVITE", "z9hG4bKa"));
  open(Method::kInvite);
  EXPECT_EQ(receive(from_peer("INVITE", "z9hG4bKb")), Match::kMerged);
}

TEST_F(Server, rfc3261_8_2_2_2_a_request_in_a_dialog_is_never_merged) {
  receive(from_peer("INVITE", "z9hG4bKa", ";tag=2"));
  open(Method::kInvite);
  EXPECT_EQ(receive(from_peer("INVITE", "z9hG4bKb", ";tag=2")), Match::kNew);
}

TEST_F(Server, rfc3261_17_2_1_timer_g_repeats_a_refusal_until_timer_h) {
  receive(from_peer("INVITE"));
  layer.respond(open(Method::kInvite), 486, "busy", now);
  run(31900ms);
  // 0.5, 1.5, 3.5, 7.5 and every 4 s
  EXPECT_EQ(sent.size(), 1u + 10u);
  run(200ms);
  EXPECT_THAT(events, ElementsAre("server timeout"));
  EXPECT_EQ(layer.size(), 0u);
}

TEST_F(Server, rfc3261_17_2_1_the_ack_stops_it_and_timer_i_absorbs_more_of_them) {
  receive(from_peer("INVITE"));
  layer.respond(open(Method::kInvite), 486, "busy", now);
  EXPECT_EQ(receive(from_peer("ACK", "z9hG4bKa", ";tag=x")), Match::kAbsorbed);
  EXPECT_EQ(receive(from_peer("ACK", "z9hG4bKa", ";tag=x")), Match::kAbsorbed);
  run(4900ms);
  EXPECT_EQ(sent.size(), 1u);
  EXPECT_EQ(layer.size(), 1u);
  run(200ms);
  EXPECT_EQ(layer.size(), 0u);
  EXPECT_THAT(events, IsEmpty());
}

TEST_F(Server, rfc3261_17_2_1_a_repeated_invite_gets_the_last_provisional_response) {
  receive(from_peer("INVITE"));
  ServerId id = open(Method::kInvite);
  layer.respond(id, 100, "trying", now);
  layer.respond(id, 180, "ringing", now);
  receive(from_peer("INVITE"));
  EXPECT_THAT(sent, ElementsAre("trying", "ringing", "ringing"));
}

TEST_F(Server, rfc6026_8_5_accepted_absorbs_the_invite_and_lets_the_ack_through) {
  receive(from_peer("INVITE"));
  layer.respond(open(Method::kInvite), 200, "ok", now);
  EXPECT_EQ(receive(from_peer("INVITE")), Match::kAbsorbed);
  EXPECT_THAT(sent, ElementsAre("ok"));
  EXPECT_EQ(receive(from_peer("ACK", "z9hG4bKa", ";tag=x")), Match::kNew);
  run(33s);
  EXPECT_EQ(layer.size(), 0u);
  EXPECT_EQ(wheel.armed(), 0u);
}

TEST_F(Server, rfc3261_9_2_a_cancel_finds_its_invite) {
  receive(from_peer("INVITE"));
  ServerId id = open(Method::kInvite);
  EXPECT_EQ(receive(from_peer("CANCEL")), Match::kNew);
  EXPECT_EQ(layer.find_invite(keys), id);
  EXPECT_EQ(layer.context(id).owner, 7u);
  EXPECT_EQ(receive(from_peer("CANCEL", "z9hG4bKother")), Match::kNew);
  EXPECT_FALSE(layer.find_invite(keys));
}

TEST_F(Server, a_refusing_sink_ends_it_from_a_timer) {
  receive(from_peer("OPTIONS"));
  refuse = true;
  layer.respond(open(Method::kOptions), 200, "x", now);
  EXPECT_THAT(events, IsEmpty());
  run(1ms);
  EXPECT_THAT(events, ElementsAre("server transport"));
  EXPECT_EQ(layer.size(), 0u);
}

TEST_F(Server, an_ack_to_what_was_refused_counts_and_nothing_is_left) {
  receive(from_peer("INVITE"));
  ServerId id = open(Method::kInvite);
  refuse = true;
  layer.respond(id, 180, "ringing", now);
  layer.respond(id, 486, "busy", now);
  refuse = false;
  EXPECT_EQ(receive(from_peer("ACK", "z9hG4bKa", ";tag=x")), Match::kAbsorbed);
  run(33s);
  EXPECT_EQ(layer.size(), 0u);
  EXPECT_EQ(wheel.armed(), 0u);
}

TEST_F(Server, rfc6026_8_5_a_refused_2xx_leaves_the_transaction_standing) {
  receive(from_peer("INVITE"));
  refuse = true;
  layer.respond(open(Method::kInvite), 200, "ok", now);
  run(1s);
  EXPECT_EQ(layer.size(), 1u);
  EXPECT_THAT(events, IsEmpty());
}

TEST_F(Server, an_abandoned_request_is_new_again) {
  receive(from_peer("OPTIONS"));
  layer.abandon_server(open(Method::kOptions));
  EXPECT_EQ(layer.size(), 0u);
  EXPECT_EQ(receive(from_peer("OPTIONS")), Match::kNew);
}

TEST_F(Server, an_answer_to_what_is_gone_is_not_sent) {
  EXPECT_FALSE(layer.respond({}, 200, "x", now));
  EXPECT_THAT(sent, IsEmpty());
}

}  // namespace
}  // namespace polyfon::sip
