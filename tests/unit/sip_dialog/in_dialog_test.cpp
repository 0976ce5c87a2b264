// Requests in a confirmed dialog: re-INVITE, UPDATE, glare, INFO, order: RFC 3261 12.2, 14, 15, RFC 3311, RFC
// 6086.
#include "unit/sip_dialog/raw.h"

namespace polyfon::sip {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class InDialog : public Raw {
 public:
  void SetUp() override { establish_from_peer(); }
  void request(std::string method, int cseq, std::string body = "", std::string headers = "") {
    send({.method = method,
          .branch = "z9hG4bK" + method + std::to_string(cseq),
          .to_tag = tag,
          .cseq = cseq,
          .headers = headers,
          .body = body});
  }
};

TEST_F(InDialog, rfc3261_12_2_2_a_lower_cseq_gets_500_and_a_gap_is_fine) {
  request("OPTIONS", 10);
  EXPECT_EQ(peer.last_line(), "SIP/2.0 200 OK");
  request("OPTIONS", 9);
  EXPECT_EQ(peer.last_line(), "SIP/2.0 500 Server Internal Error");
  request("OPTIONS", 2000000000);
  EXPECT_EQ(peer.last_line(), "SIP/2.0 200 OK");
  EXPECT_EQ(phone.user_agent.counters().rejected_order.value(), 1u);
}

TEST_F(InDialog, the_invite_of_the_dialog_again_gets_500) {
  send({.branch = "z9hG4bKlate", .to_tag = tag, .body = std::string(kOffer)});
  EXPECT_EQ(peer.last_line(), "SIP/2.0 500 Server Internal Error");
}

TEST_F(InDialog, another_call_id_or_from_tag_is_not_this_dialog) {
  send({.method = "BYE", .to_tag = tag, .cseq = 2, .call_id = "other"});
  send({.method = "BYE", .branch = "z9hG4bK2", .to_tag = tag, .cseq = 2, .from_tag = "other"});
  EXPECT_EQ(network.count("SIP/2.0 481"), 2);
  EXPECT_EQ(phone.ended, 0);
}

TEST_F(InDialog, rfc6086_info_is_answered_as_the_handler_says) {
  request("INFO", 2, "x");
  EXPECT_EQ(peer.last_line(), "SIP/2.0 200 OK");
  phone.take_info = false;
  request("INFO", 3, "x");
  EXPECT_EQ(peer.last_line(), "SIP/2.0 415 Unsupported Media Type");
  EXPECT_THAT(phone.events, ElementsAre("info", "info"));
}

TEST_F(InDialog, a_method_that_has_no_place_here_gets_405) {
  request("MESSAGE", 2);
  EXPECT_EQ(peer.last_line(), "SIP/2.0 405 Method Not Allowed");
  EXPECT_THAT(peer.received.back().header("Allow"), HasSubstr("INFO"));
}

TEST_F(InDialog, rfc3261_14_2_a_new_offer_is_answered_and_its_2xx_repeated_until_the_ack) {
  request("INVITE", 2, "v=0 hold");
  EXPECT_THAT(phone.events, ElementsAre("offer: v=0 hold"));
  EXPECT_EQ(peer.last_line(), "SIP/2.0 100 Trying");
  phone.user_agent.answer_offer(phone.session, "v=0 held");
  network.run(600ms);
  EXPECT_EQ(network.count("SIP/2.0 200"), 1 + 2);
  EXPECT_EQ(peer.received.back().body(), "v=0 held");
  request("ACK", 2);
  network.run(60s);
  EXPECT_EQ(network.count("SIP/2.0 200"), 3);
  EXPECT_EQ(phone.ended, 0);
}

TEST_F(InDialog, rfc3261_14_2_without_its_ack_the_call_is_ended) {
  request("INVITE", 2, "v=0 hold");
  phone.user_agent.answer_offer(phone.session, "v=0 held");
  network.run(33s);
  EXPECT_GE(network.count("BYE"), 1);
  EXPECT_EQ(phone.events.back(), "ended by peer");
}

TEST_F(InDialog, rfc3261_14_2_a_refused_offer_leaves_the_session_as_it_was) {
  request("INVITE", 2, "v=0 video");
  phone.user_agent.reject_offer(phone.session, 488);
  network.settle();
  EXPECT_EQ(peer.last_line(), "SIP/2.0 488 Not Acceptable Here");
  EXPECT_TRUE(phone.user_agent.offer(phone.session, kOffer));
}

TEST_F(InDialog, an_empty_reinvite_wants_our_offer) {
  request("INVITE", 2);
  EXPECT_THAT(phone.events, ElementsAre("offer wanted"));
  phone.user_agent.answer_offer(phone.session, "v=0 ours");
  network.settle();
  EXPECT_EQ(peer.received.back().body(), "v=0 ours");
  request("ACK", 2, "v=0 theirs");
  EXPECT_THAT(phone.events, ElementsAre("offer wanted", "offer answered: v=0 theirs"));
}

TEST_F(InDialog, rfc3261_14_2_a_second_invite_before_the_first_is_answered_gets_500_with_retry_after) {
  request("INVITE", 2, "v=0 one");
  request("INVITE", 3, "v=0 two");
  EXPECT_EQ(peer.last_line(), "SIP/2.0 500 Server Internal Error");
  EXPECT_LE(std::stoi(peer.received.back().header("Retry-After")), 10);
}

TEST_F(InDialog, rfc5407_a_reinvite_stands_for_the_ack_that_was_lost) {
  request("INVITE", 2, "v=0 one");
  phone.user_agent.answer_offer(phone.session, "v=0 a");
  request("INVITE", 3, "v=0 two");
  EXPECT_EQ(phone.events.back(), "offer: v=0 two");
  phone.user_agent.answer_offer(phone.session, "v=0 b");
  request("ACK", 3);
  network.run(60s);
  EXPECT_EQ(phone.ended, 0);
}

TEST_F(InDialog, rfc3261_9_2_a_reinvite_can_be_cancelled_and_the_call_goes_on) {
  request("INVITE", 2, "v=0 one");
  send({.method = "CANCEL", .branch = "z9hG4bKINVITE2", .to_tag = tag, .cseq = 2});
  EXPECT_EQ(network.count("SIP/2.0 487"), 1);
  EXPECT_EQ(phone.ended, 0);
  phone.user_agent.answer_offer(phone.session, "v=0 too late");
  network.settle();
  EXPECT_EQ(network.last("SIP/2.0 200")->header("CSeq"), "2 CANCEL");
  EXPECT_TRUE(phone.user_agent.offer(phone.session, kOffer));
}

TEST_F(InDialog, rfc3261_15_1_2_a_bye_answers_the_open_reinvite_with_487) {
  request("INVITE", 2, "v=0 one");
  request("BYE", 3);
  EXPECT_EQ(network.count("SIP/2.0 487"), 1);
  EXPECT_EQ(peer.last("SIP/2.0 200")->header("CSeq"), "3 BYE");
}

TEST_F(InDialog, rfc3261_14_2_our_own_open_offer_makes_theirs_491) {
  EXPECT_TRUE(phone.user_agent.offer(phone.session, kOffer));
  EXPECT_FALSE(phone.user_agent.offer(phone.session, kOffer));
  network.settle();
  request("INVITE", 2, "v=0 theirs");
  EXPECT_EQ(peer.last_line(), "SIP/2.0 491 Request Pending");
  request("UPDATE", 3, "v=0 theirs");
  EXPECT_EQ(peer.last_line(), "SIP/2.0 491 Request Pending");
  EXPECT_EQ(phone.user_agent.counters().rejected_glare.value(), 2u);
}

TEST_F(InDialog, rfc3261_14_1_who_does_not_own_the_call_id_tries_again_within_2_s) {
  phone.user_agent.offer(phone.session, kOffer);
  network.settle();
  respond(*network.last("INVITE"), 491, "");
  network.run(2001ms);
  EXPECT_GE(network.count("INVITE sip:carol"), 2);
  EXPECT_THAT(phone.events, IsEmpty());
}

TEST_F(InDialog, glare_without_end_is_reported) {
  phone.user_agent.offer(phone.session, kOffer);
  network.settle();
  for (int i = 0; i < 5; ++i) {
    respond(*network.last("INVITE sip:carol"), 491, "");
    network.run(2100ms);
  }
  EXPECT_THAT(phone.events, ElementsAre("offer rejected 491"));
  EXPECT_EQ(phone.ended, 0);
}

TEST_F(InDialog, our_offer_is_answered_and_acknowledged) {
  phone.user_agent.offer(phone.session, kOffer);
  network.settle();
  Packet invite = *network.last("INVITE sip:carol");
  EXPECT_EQ(invite.header("Contact"), "<sip:bob@10.0.0.2:5060>");
  respond(invite, 200, "", "Contact: <sip:carol@10.0.0.9:5070>\n", "v=0 fine");
  EXPECT_THAT(phone.events, ElementsAre("offer answered: v=0 fine"));
  EXPECT_EQ(network.last("ACK")->first_line(), "ACK sip:carol@10.0.0.9:5070 SIP/2.0");  // 12.2.1.2: refreshed
  respond(invite, 200, "", kContact, "v=0 fine");
  EXPECT_EQ(phone.events.size(), 1u);
}

TEST_F(InDialog, rfc3261_12_2_1_2_a_481_to_our_offer_ends_the_call) {
  phone.user_agent.offer(phone.session, kOffer);
  network.settle();
  respond(*network.last("INVITE sip:carol"), 481, "");
  EXPECT_THAT(phone.events, ElementsAre("ended by peer"));
  EXPECT_EQ(network.count("BYE"), 0);
}

TEST_F(InDialog, rfc3261_12_2_1_2_no_answer_to_our_offer_ends_the_call_with_bye) {
  phone.user_agent.offer(phone.session, kOffer);
  network.run(33s);
  EXPECT_THAT(phone.events, ElementsAre("ended by peer"));
  EXPECT_GE(network.count("BYE"), 1);
  network.run(100s);
  EXPECT_TRUE(phone.idle());
}

TEST_F(InDialog, a_refused_offer_of_ours_is_reported) {
  phone.user_agent.offer(phone.session, kOffer);
  network.settle();
  respond(*network.last("INVITE sip:carol"), 488, "");
  EXPECT_THAT(phone.events, ElementsAre("offer rejected 488"));
  EXPECT_TRUE(phone.user_agent.offer(phone.session, kOffer));
}

TEST_F(InDialog, hanging_up_with_an_open_offer_acknowledges_its_late_answer) {
  phone.user_agent.offer(phone.session, kOffer);
  network.settle();
  Packet invite = *network.last("INVITE sip:carol");
  phone.user_agent.hangup(phone.session);
  network.settle();
  const int acks = network.count("ACK sip:carol");
  respond(invite, 200, "", kContact, "v=0 fine");
  EXPECT_EQ(network.count("ACK sip:carol"), acks + 1);
  EXPECT_THAT(phone.events, ElementsAre("ended"));
}

TEST_F(InDialog, rfc3311_5_2_update_with_an_offer_is_answered_in_its_2xx) {
  request("UPDATE", 2, "v=0 new");
  EXPECT_THAT(phone.events, ElementsAre("offer: v=0 new"));
  EXPECT_THAT(peer.received, IsEmpty());
  request("UPDATE", 2, "v=0 new");  // repeated: absorbed
  phone.user_agent.answer_offer(phone.session, "v=0 agreed");
  network.settle();
  EXPECT_EQ(peer.last_line(), "SIP/2.0 200 OK");
  EXPECT_EQ(peer.received.back().body(), "v=0 agreed");
  EXPECT_EQ(peer.received.back().header("Contact"), "<sip:bob@10.0.0.2:5060>");
}

TEST_F(InDialog, rfc3311_5_2_update_while_we_owe_an_answer_gets_500) {
  request("UPDATE", 2, "v=0 new");
  request("UPDATE", 3, "v=0 newer");
  EXPECT_EQ(peer.last_line(), "SIP/2.0 500 Server Internal Error");
  EXPECT_NE(peer.received.back().header("Retry-After"), "");
}

TEST_F(InDialog, rfc3311_5_2_update_without_an_offer_refreshes_the_target) {
  send({.method = "UPDATE", .to_tag = tag, .cseq = 2, .contact = "<sip:carol@10.0.0.9:5099>"});
  EXPECT_EQ(peer.last_line(), "SIP/2.0 200 OK");
  EXPECT_EQ(phone.user_agent.session_info(phone.session)->remote_target, "sip:carol@10.0.0.9:5099");
}

TEST_F(InDialog, a_refused_update_is_answered_as_the_handler_says) {
  request("UPDATE", 2, "v=0 new");
  phone.user_agent.reject_offer(phone.session, 504);
  network.settle();
  EXPECT_EQ(peer.last_line(), "SIP/2.0 504 Server Time-out");
}

TEST_F(InDialog, a_body_that_is_not_sdp_gets_415) {
  std::string text = write({.method = "UPDATE", .to_tag = tag, .cseq = 2, .body = "x"});
  text.replace(text.find("application/sdp"), 15, "application/xml");
  send_raw(text);
  EXPECT_EQ(peer.last_line(), "SIP/2.0 415 Unsupported Media Type");
}

TEST_F(InDialog, rfc3261_15_two_byes_that_meet_are_both_answered) {
  phone.user_agent.hangup(phone.session);
  network.settle();
  request("BYE", 2);
  EXPECT_EQ(peer.last_line(), "SIP/2.0 200 OK");
  respond(*network.last("BYE sip:carol"), 481, "");
  EXPECT_EQ(phone.user_agent.sessions(), 0u);
  EXPECT_EQ(phone.ended, 1);
}

TEST_F(InDialog, what_comes_after_our_bye_gets_481) {
  phone.user_agent.hangup(phone.session);
  network.settle();
  request("INVITE", 2, "v=0 x");
  EXPECT_EQ(peer.last_line(), "SIP/2.0 481 Call/Transaction Does Not Exist");
  EXPECT_THAT(phone.events, ElementsAre("ended"));
}

TEST_F(InDialog, a_bye_that_is_never_answered_ends_after_64_t1) {
  phone.user_agent.hangup(phone.session);
  network.run(100s);
  EXPECT_TRUE(phone.idle());
  EXPECT_EQ(phone.ended, 1);
  EXPECT_EQ(network.wheel.armed(), 0u);
}

TEST_F(InDialog, rfc5057_a_481_to_our_info_ends_the_call_and_a_415_does_not) {
  phone.user_agent.info(phone.session, "application/dtmf-relay", "Signal=1");
  network.settle();
  EXPECT_EQ(network.last("INFO")->body(), "Signal=1");
  EXPECT_EQ(network.last("INFO")->header("Content-Type"), "application/dtmf-relay");
  respond(*network.last("INFO"), 415, "");
  EXPECT_EQ(phone.ended, 0);
  phone.user_agent.info(phone.session, "application/dtmf-relay", "Signal=2");
  network.settle();
  respond(*network.last("INFO"), 481, "");
  EXPECT_THAT(phone.events, ElementsAre("ended by peer"));
}

TEST_F(InDialog, a_flood_of_info_from_above_is_bounded) {
  for (int i = 0; i < 100; ++i) phone.user_agent.info(phone.session, "a/b", "x");
  EXPECT_EQ(network.count("INFO"), 16);
}

TEST_F(InDialog, an_offer_that_only_rings_is_cancelled_and_then_the_call_is_ended) {
  phone.user_agent.offer(phone.session, kOffer);
  network.settle();
  respond(*network.last("INVITE sip:carol"), 180, "");
  network.run(181s);
  EXPECT_GE(network.count("CANCEL"), 1);
  EXPECT_EQ(phone.ended, 0);
  network.run(40s);
  EXPECT_THAT(phone.events, ElementsAre("ended by peer"));
  network.run(100s);
  EXPECT_TRUE(phone.idle());
}

TEST_F(InDialog, an_offer_that_was_cancelled_is_refused_with_487) {
  phone.user_agent.offer(phone.session, kOffer);
  network.settle();
  Packet invite = *network.last("INVITE sip:carol");
  respond(invite, 180, "");
  network.run(181s);
  respond(invite, 487, "");
  EXPECT_THAT(phone.events, ElementsAre("offer rejected 487"));
  EXPECT_EQ(phone.ended, 0);
}

TEST_F(InDialog, hanging_up_leaves_no_ringing_offer_behind) {
  phone.user_agent.offer(phone.session, kOffer);
  network.settle();
  respond(*network.last("INVITE sip:carol"), 180, "");
  phone.user_agent.hangup(phone.session);
  network.settle();
  respond(*network.last("BYE"), 200, "");
  network.run(60s);
  EXPECT_TRUE(phone.idle());
}

TEST_F(InDialog, rfc3261_15_1_2_an_update_that_waits_for_its_answer_gets_487_when_the_call_ends) {
  request("UPDATE", 2, "v=0 new");
  request("BYE", 3);
  EXPECT_EQ(peer.last("SIP/2.0 487")->header("CSeq"), "2 UPDATE");
  network.run(60s);
  EXPECT_TRUE(phone.idle());
}

class EarlyUpdate : public Raw {};

TEST_F(EarlyUpdate, rfc3311_5_1_an_offer_in_the_early_dialog_leaves_as_update) {
  Packet invite = call_peer();
  EXPECT_FALSE(phone.user_agent.offer(phone.session, "v=0 new"));
  respond(invite, 183, "b1", std::string(kContact) + "Require: 100rel\nRSeq: 1\nAllow: INVITE, UPDATE\n",
          kAnswer);
  EXPECT_TRUE(phone.user_agent.offer(phone.session, "v=0 new"));
  network.settle();
  ASSERT_EQ(network.count("UPDATE"), 1);
  EXPECT_EQ(network.last("UPDATE")->body(), "v=0 new");
  respond(*network.last("UPDATE"), 200, "", kContact, "v=0 agreed");
  EXPECT_EQ(phone.events.back(), "offer answered: v=0 agreed");
}

TEST_F(EarlyUpdate, a_refused_update_is_reported) {
  Packet invite = call_peer();
  respond(invite, 183, "b1", std::string(kContact) + "Require: 100rel\nRSeq: 1\nAllow: UPDATE\n", kAnswer);
  phone.user_agent.offer(phone.session, "v=0 new");
  network.settle();
  respond(*network.last("UPDATE"), 491, "");
  EXPECT_EQ(phone.events.back(), "offer rejected 491");
  EXPECT_EQ(phone.ended, 0);
}

TEST_F(EarlyUpdate, their_update_before_we_answered_the_invite_gets_500) {
  phone.when_invited = [this](SessionId id, const Message&) { phone.user_agent.provisional(id, 180); };
  send({.body = std::string(kOffer)});
  send({.method = "UPDATE",
        .branch = "z9hG4bKu",
        .to_tag = tag_of(peer.last("SIP/2.0 180")->header("To")),
        .cseq = 2,
        .body = "v=0 x"});
  EXPECT_EQ(peer.last_line(), "SIP/2.0 500 Server Internal Error");
}

TEST_F(EarlyUpdate, a_peer_that_does_not_allow_update_gets_none) {
  Packet invite = call_peer();
  respond(invite, 183, "b1", std::string(kContact) + "Require: 100rel\nRSeq: 1\nAllow: INVITE\n", kAnswer);
  EXPECT_FALSE(phone.user_agent.offer(phone.session, "v=0 new"));
}

class Glare : public TwoPhones {};

TEST_F(Glare, rfc3261_14_1_the_owner_of_the_call_id_waits_longer) {
  establish();
  for (Phone* phone : {&alice, &bob})
    phone->when_offered = [phone](SessionId id) { phone->user_agent.answer_offer(id, kAnswer); };
  alice.user_agent.offer(alice.session, "v=0 alice");
  bob.user_agent.offer(bob.session, "v=0 bob");
  network.run(2050ms);
  EXPECT_THAT(bob.events, ElementsAre("offer answered: v=0 answer"));
  network.run(2s);
  EXPECT_THAT(bob.events, ElementsAre("offer answered: v=0 answer", "offer: v=0 alice"));
  EXPECT_THAT(alice.events, ElementsAre("offer: v=0 bob", "offer answered: v=0 answer"));
}

}  // namespace
}  // namespace polyfon::sip
