// As the called side: RFC 3261 12.1.1, 13.3, 9.2, 15.1.2.
#include "unit/sip_dialog/raw.h"

namespace polyfon::sip {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Uas = Raw;

TEST_F(Uas, a_challenge_makes_no_state) {
  const std::string challenge = R"(Digest realm="x", nonce="n")";
  phone.when_invited = [&](SessionId id, const Message&) {
    phone.user_agent.challenge(id, std::span(&challenge, 1));
  };
  send({.body = std::string(kOffer)});
  EXPECT_EQ(peer.last_line(), "SIP/2.0 401 Unauthorized");
  EXPECT_EQ(peer.received.back().header("WWW-Authenticate"), challenge);
  EXPECT_TRUE(phone.idle());
  EXPECT_EQ(network.wheel.armed(), 0u);
  EXPECT_EQ(phone.ended, 0);
  std::string to = tag_of(peer.received.back().header("To"));
  send({.method = "ACK", .to_tag = to});
  EXPECT_EQ(phone.user_agent.counters().dropped_unmatched_ack.value(), 1u);
  EXPECT_EQ(peer.received.size(), 1u);
}

TEST_F(Uas, a_challenge_that_comes_later_is_an_answer_like_another) {
  send({.body = std::string(kOffer)});
  const std::string challenge = R"(Digest realm="x", nonce="n")";
  phone.user_agent.challenge(phone.session, std::span(&challenge, 1));
  EXPECT_EQ(phone.user_agent.sessions(), 0u);
  network.run(700ms);
  EXPECT_EQ(network.count("SIP/2.0 401"), 2);
  EXPECT_EQ(phone.ended, 0);
}

TEST_F(Uas, rfc3261_12_1_1_the_answer_has_contact_record_route_and_our_tag) {
  phone.when_invited = [this](SessionId id, const Message&) { phone.user_agent.provisional(id, 180); };
  send({.headers =
            "Record-Route: <sip:p2.example;lr>\nRecord-Route: <sip:p1.example;lr>, <sip:p0.example;lr>\n",
        .body = std::string(kOffer)});
  phone.user_agent.answer(phone.session, kAnswer);
  network.settle();
  for (const char* line : {"SIP/2.0 180", "SIP/2.0 200"}) {
    const Packet* response = peer.last(line);
    ASSERT_TRUE(response);
    EXPECT_EQ(response->header("Contact"), "<sip:bob@10.0.0.2:5060>");
    EXPECT_THAT(response->bytes,
                HasSubstr("Record-Route: <sip:p2.example;lr>\r\nRecord-Route: <sip:p1.example;lr>, "
                          "<sip:p0.example;lr>\r\n"));
  }
  EXPECT_EQ(peer.last("SIP/2.0 180")->header("To"), peer.last("SIP/2.0 200")->header("To"));
  EXPECT_EQ(peer.last("SIP/2.0 200")->body(), kAnswer);
  EXPECT_EQ(peer.last("SIP/2.0 200")->header("Supported"), "100rel");
}

TEST_F(Uas, rfc3261_12_1_1_a_sips_call_has_a_sips_contact) {
  phone.when_invited = [this](SessionId id, const Message&) { phone.user_agent.provisional(id, 180); };
  send({.uri = "sips:bob@10.0.0.2", .body = std::string(kOffer)});
  EXPECT_EQ(peer.last("SIP/2.0 180")->header("Contact"), "<sips:bob@10.0.0.2:5060>");
}

TEST_F(Uas, rfc3261_13_3_1_4_the_2xx_is_repeated_until_the_ack) {
  phone.when_invited = [this](SessionId id, const Message&) { phone.user_agent.answer(id, kAnswer); };
  send({.body = std::string(kOffer)});
  network.run(10s);
  EXPECT_EQ(network.count("SIP/2.0 200"), 1 + 4);  // 0.5, 1.5, 3.5, 7.5
  send({.method = "ACK", .branch = "z9hG4bKack", .to_tag = tag_of(peer.last("SIP/2.0 200")->header("To"))});
  network.run(10s);
  EXPECT_EQ(network.count("SIP/2.0 200"), 5);
  EXPECT_THAT(phone.events, ElementsAre("invite: v=0 offer", "confirmed"));
}

TEST_F(Uas, rfc3261_13_3_1_4_without_an_ack_in_64_t1_it_is_ended_by_bye) {
  phone.when_invited = [this](SessionId id, const Message&) { phone.user_agent.answer(id, kAnswer); };
  send({.body = std::string(kOffer)});
  network.run(31900ms);
  EXPECT_EQ(network.count("BYE"), 0);
  network.run(200ms);
  EXPECT_EQ(network.count("BYE"), 1);
  EXPECT_THAT(phone.events, ElementsAre("invite: v=0 offer", "ended by peer"));
  respond(*peer.last("BYE"), 200, "");
  network.run(60s);
  EXPECT_TRUE(phone.idle());
}

TEST_F(Uas, rfc3261_15_no_bye_leaves_before_the_ack) {
  phone.when_invited = [this](SessionId id, const Message&) { phone.user_agent.answer(id, kAnswer); };
  send({.body = std::string(kOffer)});
  phone.user_agent.hangup(phone.session);
  network.settle();
  EXPECT_EQ(network.count("BYE"), 0);
  EXPECT_EQ(phone.ended, 1);
  send({.method = "ACK", .branch = "z9hG4bKack", .to_tag = tag_of(peer.last("SIP/2.0 200")->header("To"))});
  EXPECT_EQ(network.count("BYE"), 1);
  EXPECT_THAT(phone.events, ElementsAre("invite: v=0 offer", "ended"));
}

TEST_F(Uas, an_ack_of_another_cseq_does_not_count) {
  phone.when_invited = [this](SessionId id, const Message&) { phone.user_agent.answer(id, kAnswer); };
  send({.body = std::string(kOffer)});
  send({.method = "ACK",
        .branch = "z9hG4bKack",
        .to_tag = tag_of(peer.last("SIP/2.0 200")->header("To")),
        .cseq = 2});
  EXPECT_FALSE(phone.user_agent.session_info(phone.session)->confirmed);
  EXPECT_EQ(phone.user_agent.counters().dropped_unmatched_ack.value(), 1u);
}

TEST_F(Uas, rfc3261_9_2_a_cancel_gets_200_and_the_invite_487) {
  send({.body = std::string(kOffer)});
  int answered_before = -1;
  phone.when_ended = [&] { answered_before = network.count("SIP/2.0 487") + network.count("SIP/2.0 200"); };
  send({.method = "CANCEL", .headers = "Reason: SIP;cause=200;text=\"elsewhere\"\n"});
  EXPECT_THAT(phone.events, ElementsAre("invite: v=0 offer", "cancelled", "ended by peer"));
  EXPECT_EQ(answered_before, 0) << "the record of the call must be safe before the peer is told";
  EXPECT_EQ(peer.last("SIP/2.0 200")->header("CSeq"), "1 CANCEL");
  EXPECT_EQ(peer.last("SIP/2.0 487")->header("CSeq"), "1 INVITE");
  EXPECT_EQ(network.count("SIP/2.0 487"), 1);
  send({.method = "ACK", .to_tag = tag_of(peer.last("SIP/2.0 487")->header("To"))});
  network.run(60s);
  EXPECT_TRUE(phone.idle());
}

TEST_F(Uas, rfc3261_9_2_a_cancel_after_the_answer_changes_nothing) {
  phone.when_invited = [this](SessionId id, const Message&) { phone.user_agent.answer(id, kAnswer); };
  send({.body = std::string(kOffer)});
  send({.method = "CANCEL"});
  EXPECT_EQ(peer.last_line(), "SIP/2.0 200 OK");
  EXPECT_EQ(network.count("SIP/2.0 487"), 0);
  EXPECT_EQ(phone.ended, 0);
}

TEST_F(Uas, a_cancel_after_a_rejection_gets_200) {
  phone.when_invited = [this](SessionId id, const Message&) { phone.user_agent.reject(id, 486); };
  send({.body = std::string(kOffer)});
  send({.method = "CANCEL"});
  EXPECT_EQ(peer.last_line(), "SIP/2.0 200 OK");
  EXPECT_EQ(phone.ended, 1);
}

TEST_F(Uas, a_handler_that_answers_while_it_hears_the_cancel_is_too_late) {
  send({.body = std::string(kOffer)});
  phone.when_cancelled = [this](SessionId id) {
    phone.user_agent.answer(id, kAnswer);
    phone.user_agent.reject(id, 404);
    phone.user_agent.hangup(id);
  };
  send({.method = "CANCEL"});
  EXPECT_EQ(network.count("SIP/2.0 487"), 1);
  EXPECT_EQ(network.count("SIP/2.0 404"), 0);
  EXPECT_EQ(phone.ended, 1);
}

TEST_F(Uas, a_late_offer_is_ours_and_the_ack_answers_it) {
  phone.when_invited = [this](SessionId id, const Message&) { phone.user_agent.answer(id, kOffer); };
  send({});
  EXPECT_EQ(peer.last("SIP/2.0 200")->body(), kOffer);
  send({.method = "ACK",
        .branch = "z9hG4bKack",
        .to_tag = tag_of(peer.last("SIP/2.0 200")->header("To")),
        .body = std::string(kAnswer)});
  EXPECT_THAT(phone.events, ElementsAre("invite", "confirmed: v=0 answer"));
}

TEST_F(Uas, a_late_offer_that_the_ack_does_not_answer_ends_the_call) {
  phone.when_invited = [this](SessionId id, const Message&) { phone.user_agent.answer(id, kOffer); };
  send({});
  send({.method = "ACK", .branch = "z9hG4bKack", .to_tag = tag_of(peer.last("SIP/2.0 200")->header("To"))});
  EXPECT_THAT(phone.events, ElementsAre("invite", "ended by peer"));
  EXPECT_EQ(network.count("BYE"), 1);
}

TEST_F(Uas, rfc3261_15_1_2_the_bye_is_answered_when_the_handler_has_heard_of_it) {
  establish_from_peer();
  int answered_before = -1;
  phone.when_ended = [&] { answered_before = static_cast<int>(peer.received.size()); };
  send({.method = "BYE", .branch = "z9hG4bKb", .to_tag = tag, .cseq = 2});
  EXPECT_EQ(answered_before, 0);
  EXPECT_EQ(peer.last_line(), "SIP/2.0 200 OK");
  EXPECT_THAT(phone.events, ElementsAre("ended by peer"));
  send({.method = "BYE", .branch = "z9hG4bKc", .to_tag = tag, .cseq = 3});
  EXPECT_EQ(peer.last_line(), "SIP/2.0 481 Call/Transaction Does Not Exist");
}

TEST_F(Uas, rfc3261_15_1_2_a_bye_in_the_early_dialog_ends_the_invite_with_487) {
  phone.when_invited = [this](SessionId id, const Message&) { phone.user_agent.provisional(id, 180); };
  send({.body = std::string(kOffer)});
  send({.method = "BYE",
        .branch = "z9hG4bKb",
        .to_tag = tag_of(peer.last("SIP/2.0 180")->header("To")),
        .cseq = 2});
  EXPECT_EQ(network.count("SIP/2.0 200"), 1);
  EXPECT_EQ(network.count("SIP/2.0 487"), 1);
  EXPECT_THAT(phone.events, ElementsAre("invite: v=0 offer", "ended by peer"));
}

TEST_F(Uas, hanging_up_an_unanswered_call_rejects_it) {
  send({.body = std::string(kOffer)});
  phone.user_agent.hangup(phone.session, 21);
  EXPECT_EQ(network.count("SIP/2.0 603"), 1);
  EXPECT_EQ(network.last("SIP/2.0 603")->header("Reason"), "Q.850;cause=21");
  send({.branch = "z9hG4bK2", .body = std::string(kOffer), .call_id = "call-2"});
  phone.user_agent.hangup(phone.session);
  EXPECT_EQ(network.count("SIP/2.0 480"), 1);
}

TEST_F(Uas, headers_and_reasons_of_the_handler_are_sent_without_line_breaks) {
  phone.when_invited = [this](SessionId id, const Message&) {
    phone.user_agent.reject(id, 486, {"Out to lunch", {{"X-Why", "because\r\nX-Evil: 1"}}, {}, {}});
  };
  send({.body = std::string(kOffer)});
  EXPECT_EQ(peer.last_line(), "SIP/2.0 486 Out to lunch");
  EXPECT_EQ(peer.received.back().header("X-Evil"), "");
}

TEST_F(Uas, commands_to_a_session_that_is_gone_do_nothing) {
  establish_from_peer();
  SessionId gone = phone.session;
  send({.method = "BYE", .branch = "z9hG4bKb", .to_tag = tag, .cseq = 2});
  std::size_t before = network.sent.size();
  phone.user_agent.answer(gone, kAnswer);
  phone.user_agent.provisional(gone, 180);
  phone.user_agent.reject(gone, 404);
  phone.user_agent.hangup(gone);
  phone.user_agent.info(gone, "a/b", "x");
  phone.user_agent.answer_offer(gone, kAnswer);
  phone.user_agent.reject_offer(gone, 488);
  EXPECT_FALSE(phone.user_agent.offer(gone, kOffer));
  EXPECT_FALSE(phone.user_agent.session_info(gone));
  EXPECT_EQ(network.sent.size(), before);
}

TEST_F(Uas, a_handler_may_do_anything_from_inside_any_event) {
  phone.when_invited = [this](SessionId id, const Message&) {
    phone.user_agent.provisional(id, 180);
    phone.user_agent.answer(id, kAnswer);
    phone.user_agent.hangup(id);
    phone.user_agent.hangup(id);
    phone.user_agent.reject(id, 500);
  };
  send({.body = std::string(kOffer)});
  EXPECT_EQ(phone.ended, 1);
  EXPECT_EQ(network.count("SIP/2.0 200"), 1);
  network.run(100s);
  EXPECT_TRUE(phone.idle());
  EXPECT_EQ(network.wheel.armed(), 0u);
}

TEST_F(Uas, a_way_that_is_broken_ends_an_unanswered_call) {
  network.refuse = true;
  phone.when_invited = [this](SessionId id, const Message&) { phone.user_agent.provisional(id, 180); };
  std::string text = write({.body = std::string(kOffer)});
  std::string bytes;
  for (char c : text) bytes += c == '\n' ? std::string("\r\n") : std::string(1, c);
  phone.user_agent.receive({Protocol::kUdp, 0, address("10.0.0.9:5060")}, bytes, network.now);
  network.run(10ms);
  EXPECT_THAT(phone.events, ElementsAre("invite: v=0 offer", "ended by peer"));
  EXPECT_TRUE(phone.idle());
}

}  // namespace
}  // namespace polyfon::sip
