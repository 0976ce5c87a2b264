// What is refused before a handler hears of it, and what is dropped (RFC 3261 8.2, 21.4), each with its
// counter.
#include "unit/sip_dialog/raw.h"

namespace polyfon::sip {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Refusal = Raw;

TEST_F(Refusal, rfc3261_8_2_1_a_known_method_without_handler_gets_405_with_allow) {
  send({.method = "MESSAGE"});
  EXPECT_EQ(peer.last_line(), "SIP/2.0 405 Method Not Allowed");
  EXPECT_THAT(peer.received.back().header("Allow"), HasSubstr("INVITE, ACK, CANCEL, BYE"));
  EXPECT_EQ(phone.user_agent.counters().rejected_method.value(), 1u);
  EXPECT_EQ(phone.user_agent.transactions(), 0u);
}

TEST_F(Refusal, rfc3261_21_5_2_an_unknown_method_gets_501) {
  send({.method = "NEWMETHOD"});
  EXPECT_EQ(peer.last_line(), "SIP/2.0 501 Not Implemented");
}

TEST_F(Refusal, rfc3261_8_2_2_1_an_unknown_scheme_gets_416) {
  send({.uri = "nobodyKnowsThisScheme:totallyopaquecontent"});
  EXPECT_EQ(peer.last_line(), "SIP/2.0 416 Unsupported URI Scheme");
  EXPECT_EQ(phone.user_agent.counters().rejected_scheme.value(), 1u);
}

TEST_F(Refusal, a_tel_uri_is_served) {
  send({.uri = "tel:+15551234", .body = std::string(kOffer)});
  EXPECT_THAT(phone.events, ElementsAre("invite: v=0 offer"));
}

TEST_F(Refusal, rfc3261_16_3_max_forwards_0_gets_483) {
  send({.headers = "Max-Forwards: 0\n"});
  EXPECT_EQ(peer.last_line(), "SIP/2.0 483 Too Many Hops");
  EXPECT_EQ(phone.user_agent.counters().rejected_hops.value(), 1u);
}

TEST_F(Refusal, rfc3261_11_options_with_max_forwards_0_is_answered) {
  send({.method = "OPTIONS", .headers = "Max-Forwards: 0\n"});
  EXPECT_EQ(peer.last_line(), "SIP/2.0 200 OK");
  EXPECT_THAT(peer.received.back().header("Allow"), HasSubstr("INVITE"));
  EXPECT_EQ(peer.received.back().header("Accept"), "application/sdp");
  EXPECT_EQ(peer.received.back().header("Supported"), "100rel");
}

TEST_F(Refusal, a_max_forwards_that_is_no_number_gets_400) {
  send({.headers = "Max-Forwards: 300\n"});
  EXPECT_EQ(peer.last_line(), "SIP/2.0 400 Bad Request");
}

TEST_F(Refusal, rfc3261_8_2_2_3_an_unknown_required_extension_gets_420) {
  send({.headers = "Require: 100rel, nothingSupportsThis, norThat\n"});
  EXPECT_EQ(peer.last_line(), "SIP/2.0 420 Bad Extension");
  EXPECT_EQ(peer.received.back().header("Unsupported"), "nothingSupportsThis, norThat");
  EXPECT_EQ(phone.user_agent.counters().rejected_extension.value(), 1u);
}

TEST_F(Refusal, rfc3261_8_2_3_a_body_that_is_not_sdp_gets_415_with_accept) {
  send_raw(
      "INVITE sip:b@10.0.0.2 SIP/2.0\nVia: SIP/2.0/UDP 10.0.0.9;branch=z9hG4bK1\nFrom: <sip:a@x>;tag=1\nTo: "
      "<sip:b@y>\n"
      "Call-ID: c\nCSeq: 1 INVITE\nContact: <sip:a@10.0.0.9>\nContent-Type: "
      "application/unknown\nContent-Length: 2\n\nxx");
  EXPECT_EQ(peer.last_line(), "SIP/2.0 415 Unsupported Media Type");
  EXPECT_EQ(peer.received.back().header("Accept"), "application/sdp");
  EXPECT_EQ(phone.user_agent.sessions(), 0u);
}

TEST_F(Refusal, rfc3261_8_2_2_2_a_merged_request_gets_482) {
  phone.when_invited = [this](SessionId id, const Message&) { phone.user_agent.provisional(id, 180); };
  send({.body = std::string(kOffer)});
  send({.branch = "z9hG4bKotherpath", .body = std::string(kOffer)});
  EXPECT_EQ(peer.last_line(), "SIP/2.0 482 Loop Detected");
  EXPECT_THAT(phone.events, ElementsAre("invite: v=0 offer"));
}

TEST_F(Refusal, rfc3261_21_5_6_another_version_gets_505) {
  std::string text = write({.method = "OPTIONS"});
  text.replace(text.find("SIP/2.0"), 7, "SIP/7.0");
  send_raw(text);
  EXPECT_EQ(peer.last_line(), "SIP/2.0 505 Version Not Supported");
  EXPECT_EQ(phone.user_agent.counters().rejected_version.value(), 1u);
}

TEST_F(Refusal, rfc3261_21_4_1_a_broken_request_that_can_be_answered_gets_400) {
  send({.method = "OPTIONS", .cseq_method = "INVITE"});
  EXPECT_EQ(peer.last_line(), "SIP/2.0 400 Bad Request");
  send({.method = "OPTIONS", .headers = "Call-ID: twice\n"});
  EXPECT_EQ(peer.last_line(), "SIP/2.0 400 Bad Request");
  send({.method = "OPTIONS", .uri = "sip:"});
  EXPECT_EQ(peer.last_line(), "SIP/2.0 400 Bad Request");
  EXPECT_EQ(peer.received.size(), 3u);
  EXPECT_EQ(phone.user_agent.counters().rejected_malformed.value(), 3u);
}

TEST_F(Refusal, a_broken_request_that_cannot_be_answered_gets_silence) {
  send_raw("OPTIONS sip:b@10.0.0.2 SIP/2.0\nFrom: <sip:a@x>;tag=1\n\n");
  send_raw("hello\n\n");
  send_raw(write({.method = "OPTIONS", .branch = "z9hG4bK1;received=1.2.3.4"}).replace(39, 3, "@@@"));
  EXPECT_THAT(peer.received, IsEmpty());
  EXPECT_EQ(phone.user_agent.counters().dropped_malformed.value(), 3u);
}

TEST_F(Refusal, an_ack_is_never_answered) {
  send({.method = "ACK"});
  send({.method = "ACK", .to_tag = "unknown"});
  send({.method = "ACK", .cseq_method = "INVITE"});
  send({.method = "ACK", .uri = "mailto:x", .headers = "Require: nothing\n"});
  EXPECT_THAT(peer.received, IsEmpty());
  EXPECT_EQ(phone.user_agent.counters().dropped_unmatched_ack.value(), 3u);
  EXPECT_EQ(phone.user_agent.counters().dropped_malformed.value(), 1u);
}

TEST_F(Refusal, keep_alives_are_dropped_and_counted) {
  send_raw("\n\n");
  send_raw("\n");
  EXPECT_EQ(phone.user_agent.counters().dropped_keep_alive.value(), 2u);
}

TEST_F(Refusal, rfc3261_8_1_3_3_a_response_with_two_vias_is_dropped) {
  Packet invite = call_peer();
  std::string via = invite.header("Via");
  send_raw("SIP/2.0 180 Ringing\nVia: " + via +
           "\nVia: SIP/2.0/UDP 1.2.3.4;branch=z9hG4bKx\nFrom: " + invite.header("From") +
           "\nTo: <sip:b@x>;tag=1\nCall-ID: " + invite.header("Call-ID") + "\nCSeq: 1 INVITE\n\n");
  EXPECT_THAT(phone.events, IsEmpty());
  EXPECT_EQ(phone.user_agent.counters().dropped_malformed.value(), 1u);
}

TEST_F(Refusal, a_stray_response_is_dropped) {
  send_raw(
      "SIP/2.0 200 OK\nVia: SIP/2.0/UDP 10.0.0.2;branch=z9hG4bKnever\nFrom: <sip:a@x>;tag=1\nTo: "
      "<sip:b@x>;tag=1\n"
      "Call-ID: c\nCSeq: 1 INVITE\n\n");
  EXPECT_EQ(phone.user_agent.counters().dropped_unmatched_response.value(), 1u);
}

TEST_F(Refusal, rfc3261_12_2_2_a_request_of_an_unknown_dialog_gets_481) {
  for (const char* method : {"BYE", "INVITE", "INFO", "PRACK", "UPDATE", "OPTIONS"})
    send({.method = method, .branch = std::string("z9hG4bK") + method, .to_tag = "0123456789abcdef01234567"});
  EXPECT_EQ(network.count("SIP/2.0 481"), 6);
  EXPECT_EQ(phone.user_agent.counters().rejected_dialog.value(), 6u);
}

TEST_F(Refusal, a_bye_without_a_dialog_gets_481) {
  send({.method = "BYE"});
  EXPECT_EQ(peer.last_line(), "SIP/2.0 481 Call/Transaction Does Not Exist");
}

TEST_F(Refusal, rfc3261_9_2_a_cancel_that_matches_nothing_gets_481) {
  send({.method = "CANCEL"});
  EXPECT_EQ(peer.last_line(), "SIP/2.0 481 Call/Transaction Does Not Exist");
}

TEST_F(Refusal, rfc3261_8_2_7_a_stateless_answer_has_the_same_tag_each_time) {
  send({.method = "MESSAGE"});
  std::string first = peer.received.back().header("To");
  send({.method = "MESSAGE"});
  EXPECT_EQ(peer.received.back().header("To"), first);
  EXPECT_THAT(first, HasSubstr(";tag="));
}

TEST_F(Refusal, rfc3581_4_the_answer_goes_where_the_request_came_from_when_it_asks_so) {
  RawPeer nat(network, "203.0.113.5:40000");
  nat.send(kUs, write({.method = "OPTIONS", .branch = "z9hG4bK1;rport"}));
  ASSERT_EQ(nat.received.size(), 1u);
  EXPECT_THAT(nat.received[0].header("Via"), HasSubstr("received=203.0.113.5"));
  EXPECT_THAT(nat.received[0].header("Via"), HasSubstr("rport=40000"));
}

TEST_F(Refusal, too_many_sessions_get_503_with_retry_after) {
  UserAgentOptions options;
  options.max_sessions = 1;
  phone.user_agent.set_options(options);
  send({.body = std::string(kOffer)});
  send({.branch = "z9hG4bK2", .body = std::string(kOffer), .call_id = "call-2"});
  EXPECT_EQ(peer.last_line(), "SIP/2.0 503 Service Unavailable");
  const int seconds = std::stoi(peer.received.back().header("Retry-After"));
  EXPECT_GE(seconds, 1);
  EXPECT_LE(seconds, 10);
  EXPECT_EQ(phone.user_agent.counters().dropped_overload.value(), 1u);
  EXPECT_FALSE(phone.user_agent.invite({}, network.now));
}

TEST_F(Refusal, what_belongs_to_a_call_is_heard_under_overload) {
  establish_from_peer();
  UserAgentOptions options;
  options.max_transactions = 0;
  phone.user_agent.set_options(options);
  send({.method = "OPTIONS", .branch = "z9hG4bKo"});
  EXPECT_EQ(peer.last_line(), "SIP/2.0 503 Service Unavailable");
  send({.method = "BYE", .branch = "z9hG4bKb", .to_tag = tag, .cseq = 2});
  EXPECT_EQ(peer.last_line(), "SIP/2.0 200 OK");
}

}  // namespace
}  // namespace polyfon::sip
