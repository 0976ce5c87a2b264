// Client transactions on a clock: what is sent when, what the user hears, what is left.
#include "unit/sip_transaction/kit.h"

namespace polyfon::sip {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;
using Client = Kit;

TEST_F(Client, rfc3261_17_1_1_2_timer_a_doubles_until_timer_b_gives_up) {
  start(Method::kInvite);
  std::vector<base::Duration> at;
  const base::Instant begin = now;
  std::size_t seen = sent.size();
  for (int i = 0; i < 3300; ++i) {
    run(10ms);
    if (sent.size() != seen) at.push_back(now - begin);
    seen = sent.size();
  }
  EXPECT_THAT(at, ElementsAre(500ms, 1500ms, 3500ms, 7500ms, 15500ms, 31500ms));
  EXPECT_THAT(events, ElementsAre("client timeout"));
  EXPECT_EQ(counters.retransmitted.value(), 6u);
  EXPECT_EQ(layer.size(), 0u);
  EXPECT_EQ(wheel.armed(), 0u);
}

TEST_F(Client, rfc3261_17_1_1_2_a_provisional_response_stops_the_repetition) {
  start(Method::kInvite);
  respond(180, Method::kInvite);
  run(10min);
  EXPECT_EQ(sent.size(), 1u);
  EXPECT_THAT(events, ElementsAre("response 180 for 42"));
}

TEST_F(Client, rfc3261_17_1_1_3_the_ack_of_a_refusal_repeats_what_the_invite_had) {
  start(Method::kInvite, Protocol::kUdp, "Route: <sip:p1.example;lr>\nRoute: <sip:p2.example;lr>\n");
  respond(486, Method::kInvite);
  ASSERT_EQ(sent.size(), 2u);
  const std::string& ack = sent[1];
  EXPECT_THAT(ack, StartsWith("ACK sip:bob@192.0.2.2 SIP/2.0\r\n"));
  EXPECT_THAT(ack, HasSubstr("Via: " + via + "\r\n"));
  EXPECT_THAT(ack, HasSubstr("To: <sip:bob@b.example>;tag=9\r\n"));
  EXPECT_THAT(ack, HasSubstr("CSeq: 7 ACK\r\n"));
  EXPECT_THAT(ack, HasSubstr("Route: <sip:p1.example;lr>\r\nRoute: <sip:p2.example;lr>\r\n"));
  EXPECT_THAT(ack, HasSubstr("Content-Length: 0\r\n\r\n"));
}

TEST_F(Client, a_refusal_is_told_before_its_ack_leaves) {
  start(Method::kInvite);
  respond(486, Method::kInvite);
  EXPECT_EQ(sent_when_told, 1u) << "the INVITE alone";
  EXPECT_EQ(sent.size(), 2u);
}

TEST_F(Client, a_challenge_is_told_after_its_ack_so_that_the_next_invite_follows) {
  for (int status : {401, 407}) {
    sent.clear();
    start(Method::kInvite);
    respond(status, Method::kInvite);
    EXPECT_EQ(sent_when_told, 2u) << status;
  }
}

TEST_F(Client, rfc3261_17_1_1_2_timer_d_keeps_the_ack_for_32_s_over_udp) {
  start(Method::kInvite);
  respond(486, Method::kInvite);
  run(31s);
  respond(486, Method::kInvite);
  EXPECT_EQ(sent.size(), 3u);
  EXPECT_THAT(events, ElementsAre("response 486 for 42"));
  run(2s);
  EXPECT_THAT(events, ElementsAre("response 486 for 42", "client done"));
  EXPECT_EQ(layer.size(), 0u);
}

TEST_F(Client, rfc3261_17_1_1_2_timer_d_is_nothing_over_tcp_and_nothing_is_repeated) {
  start(Method::kInvite, Protocol::kTcp);
  run(10s);
  EXPECT_EQ(sent.size(), 1u);
  respond(486, Method::kInvite);
  run(1ms);
  EXPECT_EQ(layer.size(), 0u);
}

TEST_F(Client, rfc6026_8_4_every_2xx_reaches_the_user_for_64_t1) {
  start(Method::kInvite);
  respond(200, Method::kInvite, "9");
  respond(200, Method::kInvite, "9");
  respond(200, Method::kInvite, "fork");
  EXPECT_EQ(events.size(), 3u);
  EXPECT_EQ(sent.size(), 1u);
  run(31s);
  EXPECT_EQ(layer.size(), 1u);
  run(2s);
  EXPECT_EQ(layer.size(), 0u);
  respond(200, Method::kInvite);
  EXPECT_EQ(counters.dropped_unmatched_response.value(), 1u);
}

TEST_F(Client, rfc6026_8_4_a_refusal_after_a_2xx_is_not_acknowledged) {
  start(Method::kInvite);
  respond(200, Method::kInvite);
  respond(486, Method::kInvite);
  EXPECT_EQ(sent.size(), 1u);
  EXPECT_EQ(events.size(), 1u);
  EXPECT_EQ(counters.unexpected_events.value(), 1u);
}

TEST_F(Client, rfc3261_17_1_2_2_timer_e_doubles_up_to_t2_until_timer_f) {
  start(Method::kOptions);
  std::vector<base::Duration> at;
  const base::Instant begin = now;
  std::size_t seen = sent.size();
  for (int i = 0; i < 330; ++i) {
    run(100ms);
    if (sent.size() != seen) at.push_back(now - begin);
    seen = sent.size();
  }
  EXPECT_THAT(
      at, ElementsAre(500ms, 1500ms, 3500ms, 7500ms, 11500ms, 15500ms, 19500ms, 23500ms, 27500ms, 31500ms));
  EXPECT_THAT(events, ElementsAre("client timeout"));
}

TEST_F(Client, rfc3261_17_1_2_2_after_a_provisional_response_it_is_repeated_each_t2) {
  start(Method::kOptions);
  respond(100, Method::kOptions);
  run(600ms);
  EXPECT_EQ(sent.size(), 2u);
  run(4s);
  EXPECT_EQ(sent.size(), 3u);
  run(4s);
  EXPECT_EQ(sent.size(), 4u);
}

TEST_F(Client, rfc3261_17_1_2_2_timer_k_absorbs_repeated_answers) {
  start(Method::kOptions);
  respond(200, Method::kOptions);
  respond(200, Method::kOptions);
  EXPECT_THAT(events, ElementsAre("response 200 for 42"));
  EXPECT_EQ(counters.absorbed_retransmissions.value(), 1u);
  run(4900ms);
  EXPECT_EQ(layer.size(), 1u);
  run(200ms);
  EXPECT_EQ(layer.size(), 0u);
}

TEST_F(Client, rfc3261_17_1_3_a_response_of_another_method_is_not_ours) {
  start(Method::kOptions);
  respond(200, Method::kInfo);
  EXPECT_THAT(events, IsEmpty());
  EXPECT_EQ(counters.dropped_unmatched_response.value(), 1u);
}

TEST_F(Client, a_forged_branch_finds_nothing) {
  start(Method::kOptions);
  auto digit = via.find("z9hG4bK") + 7;
  via[digit] = via[digit] == '0' ? '1' : '0';
  respond(200, Method::kOptions);
  EXPECT_THAT(events, IsEmpty());
  via = "SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK";
  respond(200, Method::kOptions);
  via = "SIP/2.0/UDP 192.0.2.1;branch=old";
  respond(200, Method::kOptions);
  EXPECT_EQ(counters.dropped_unmatched_response.value(), 3u);
}

TEST_F(Client, rfc3261_9_1_cancel_waits_for_a_provisional_response) {
  ClientId id = start(Method::kInvite);
  EXPECT_FALSE(layer.proceeding(id));
  layer.cancel_client(id, {}, now);
  EXPECT_EQ(sent.size(), 1u);
  respond(100, Method::kInvite);
  EXPECT_TRUE(layer.proceeding(id));
  layer.cancel_client(id, "SIP;cause=200", now);
  ASSERT_EQ(sent.size(), 2u);
  EXPECT_THAT(sent[1], StartsWith("CANCEL sip:bob@192.0.2.2 SIP/2.0\r\n"));
  EXPECT_THAT(sent[1], HasSubstr("Via: " + via));
  EXPECT_THAT(sent[1], HasSubstr("CSeq: 7 CANCEL"));
  EXPECT_THAT(sent[1], HasSubstr("To: <sip:bob@b.example>\r\n"));
  EXPECT_THAT(sent[1], HasSubstr("Reason: SIP;cause=200"));
}

TEST_F(Client, rfc3261_9_1_the_answer_to_a_cancel_finds_it_by_the_branch_of_the_invite) {
  ClientId id = start(Method::kInvite);
  respond(180, Method::kInvite);
  layer.cancel_client(id, {}, now);
  respond(200, Method::kCancel);
  run(600ms);
  EXPECT_EQ(sent.size(), 2u);  // it is not repeated
  respond(487, Method::kInvite);
  run(1min);
  EXPECT_EQ(layer.size(), 0u);
}

TEST_F(Client, a_cancel_is_sent_once) {
  ClientId id = start(Method::kInvite);
  respond(180, Method::kInvite);
  layer.cancel_client(id, {}, now);
  layer.cancel_client(id, {}, now);
  EXPECT_EQ(sent.size(), 2u);
}

TEST_F(Client, rfc3261_8_1_3_1_a_refusing_sink_is_told_later_and_not_from_inside) {
  refuse = true;
  start(Method::kInvite);
  EXPECT_THAT(events, IsEmpty());
  run(1ms);
  EXPECT_THAT(events, ElementsAre("client transport"));
  EXPECT_EQ(layer.size(), 0u);
  EXPECT_EQ(counters.transport_errors.value(), 1u);
}

TEST_F(Client, a_refusal_of_a_repetition_ends_it_too) {
  start(Method::kOptions);
  refuse = true;
  run(501ms);
  EXPECT_THAT(events, ElementsAre("client transport"));
  EXPECT_EQ(wheel.armed(), 0u);
}

TEST_F(Client, a_response_to_what_was_refused_counts_and_nothing_is_left) {
  for (Method method : {Method::kInvite, Method::kOptions}) {
    refuse = true;
    start(method);
    refuse = false;
    respond(200, method);
    run(33s);
    EXPECT_EQ(layer.size(), 0u);
  }
  EXPECT_EQ(wheel.armed(), 0u);
}

TEST_F(Client, an_abandoned_transaction_says_nothing_and_takes_its_cancel_along) {
  ClientId id = start(Method::kInvite);
  respond(180, Method::kInvite);
  layer.cancel_client(id, {}, now);
  EXPECT_EQ(layer.size(), 2u);
  layer.abandon_client(id);
  EXPECT_EQ(layer.size(), 0u);
  EXPECT_EQ(wheel.armed(), 0u);
  EXPECT_THAT(events, ElementsAre("response 180 for 42"));
}

TEST_F(Client, rfc3261_18_1_1_the_via_has_transport_address_branch_and_rport) {
  start(Method::kOptions);
  EXPECT_THAT(via, StartsWith("SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK"));
  EXPECT_THAT(via, testing::EndsWith(";rport"));
}

TEST_F(Client, a_finished_transaction_is_small) {
  EXPECT_LE(sizeof(ClientTransaction) + 400, 1000u);
  EXPECT_LE(sizeof(ServerTransaction) + 600, 1000u);
}

}  // namespace
}  // namespace polyfon::sip
