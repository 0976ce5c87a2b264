// Reliable provisional responses: RFC 3262, both sides.
#include "unit/sip_dialog/raw.h"

namespace polyfon::sip {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using Prack = Raw;

std::string rack_of(const Packet& response) { return "RAck: " + response.header("RSeq") + " 1 INVITE\n"; }

TEST_F(Prack, rfc3262_3_a_caller_that_does_not_require_it_gets_unreliable_responses) {
  phone.when_invited = [this](SessionId id, const Message&) { phone.user_agent.provisional(id, 180); };
  send({.headers = "Supported: 100rel\n", .body = std::string(kOffer)});
  EXPECT_EQ(peer.last("SIP/2.0 180")->header("RSeq"), "");
  EXPECT_EQ(peer.last("SIP/2.0 180")->header("Require"), "");
}

class Reliable : public Raw {
 public:
  void SetUp() override {
    phone.when_invited = [this](SessionId id, const Message&) {
      phone.user_agent.provisional(id, 183, kAnswer);
    };
    send({.headers = "Require: 100rel\n", .body = std::string(kOffer)});
    tag = tag_of(peer.last("SIP/2.0 183")->header("To"));
  }
  void prack(std::string_view rack, int cseq = 2, std::string_view body = "") {
    send({.method = "PRACK",
          .branch = "z9hG4bKp" + std::to_string(cseq),
          .to_tag = tag,
          .cseq = cseq,
          .headers = std::string(rack),
          .body = std::string(body)});
  }
};

TEST_F(Reliable, rfc3262_3_it_is_repeated_with_doubling_pauses_until_the_prack) {
  EXPECT_EQ(peer.last("SIP/2.0 183")->header("Require"), "100rel");
  EXPECT_EQ(peer.last("SIP/2.0 183")->body(), kAnswer);
  network.run(4s);
  EXPECT_EQ(network.count("SIP/2.0 183"), 1 + 3);  // 0.5, 1.5, 3.5
  prack(rack_of(*peer.last("SIP/2.0 183")));
  EXPECT_EQ(peer.last_line(), "SIP/2.0 200 OK");
  network.run(10s);
  EXPECT_EQ(network.count("SIP/2.0 183"), 4);
}

TEST_F(Reliable, rfc3262_3_without_a_prack_in_64_t1_the_invite_gets_5xx) {
  network.run(33s);
  EXPECT_EQ(network.count("SIP/2.0 504"), 1 + 1);
  EXPECT_THAT(phone.events, ElementsAre("invite: v=0 offer", "ended by peer"));
}

TEST_F(Reliable, rfc3262_3_a_prack_that_matches_nothing_gets_481) {
  prack("RAck: 1 7 INVITE\n");
  EXPECT_EQ(peer.last_line(), "SIP/2.0 481 Call/Transaction Does Not Exist");
  prack(rack_of(*peer.last("SIP/2.0 183")), 3);
  EXPECT_EQ(peer.last_line(), "SIP/2.0 200 OK");
  prack(rack_of(*peer.last("SIP/2.0 183")), 4);
  EXPECT_EQ(peer.last_line(), "SIP/2.0 481 Call/Transaction Does Not Exist");
}

TEST_F(Reliable, a_prack_without_rack_gets_400) {
  prack("");
  EXPECT_EQ(peer.last_line(), "SIP/2.0 400 Bad Request");
}

TEST_F(Reliable, rfc3262_3_the_next_one_waits_for_the_prack_and_counts_one_more) {
  phone.user_agent.provisional(phone.session, 180);
  network.settle();
  EXPECT_EQ(network.count("SIP/2.0 180"), 0);
  const auto first = std::stoul(peer.last("SIP/2.0 183")->header("RSeq"));
  EXPECT_GE(first, 1u);
  EXPECT_LT(first, 1u << 31);
  prack(rack_of(*peer.last("SIP/2.0 183")));
  ASSERT_EQ(network.count("SIP/2.0 180"), 1);
  EXPECT_EQ(std::stoul(peer.last("SIP/2.0 180")->header("RSeq")), first + 1);
}

TEST_F(Reliable, rfc3262_3_the_2xx_waits_for_the_prack_of_a_response_with_sdp) {
  phone.user_agent.answer(phone.session, kAnswer);
  network.settle();
  EXPECT_EQ(network.count("SIP/2.0 200"), 0);
  prack(rack_of(*peer.last("SIP/2.0 183")));
  EXPECT_EQ(network.count("SIP/2.0 200"), 2);
  EXPECT_EQ(peer.received.back().header("CSeq"), "1 INVITE");
  EXPECT_EQ(peer.received.back().body(), "");  // the answer has been given
}

TEST_F(Reliable, a_rejection_does_not_wait) {
  phone.user_agent.reject(phone.session, 486);
  EXPECT_EQ(network.count("SIP/2.0 486"), 1);
  network.run(1400ms);
  EXPECT_EQ(network.count("SIP/2.0 183"), 1);
}

TEST_F(Reliable, rfc3262_5_an_offer_in_the_prack_is_answered_in_its_2xx) {
  prack(rack_of(*peer.last("SIP/2.0 183")), 2, "v=0 again");
  EXPECT_THAT(phone.events, ElementsAre("invite: v=0 offer", "offer: v=0 again"));
  EXPECT_EQ(network.count("SIP/2.0 200"), 0);
  phone.user_agent.answer_offer(phone.session, "v=0 agreed");
  network.settle();
  EXPECT_EQ(peer.last("SIP/2.0 200")->body(), "v=0 agreed");
  EXPECT_EQ(peer.last("SIP/2.0 200")->header("CSeq"), "2 PRACK");
}

TEST_F(Reliable, a_flood_of_provisional_responses_is_bounded) {
  for (int i = 0; i < 100; ++i) phone.user_agent.provisional(phone.session, 180);
  network.settle();
  int cseq = 2;
  for (int i = 0; i < 20; ++i) {
    const Packet* last = peer.last("SIP/2.0 1");
    prack(rack_of(*last), cseq++);
  }
  EXPECT_EQ(network.count("SIP/2.0 180"), 8);
}

TEST_F(Prack, rfc3262_5_our_offer_in_a_reliable_response_is_answered_in_the_prack) {
  phone.when_invited = [this](SessionId id, const Message&) {
    phone.user_agent.provisional(id, 180);  // without the offer that RFC 3261 13.2.1 asks for: not sent
    phone.user_agent.provisional(id, 183, kOffer);
  };
  send({.headers = "Require: 100rel\n"});
  EXPECT_EQ(network.count("SIP/2.0 180"), 0);
  ASSERT_EQ(network.count("SIP/2.0 183"), 1);
  const Packet response = *peer.last("SIP/2.0 183");
  send({.method = "PRACK",
        .branch = "z9hG4bKp",
        .to_tag = tag_of(response.header("To")),
        .cseq = 2,
        .headers = rack_of(response),
        .body = std::string(kAnswer)});
  EXPECT_THAT(phone.events, ElementsAre("invite", "offer answered: v=0 answer"));
  phone.user_agent.answer(phone.session, kOffer);
  network.settle();
  EXPECT_EQ(peer.last("SIP/2.0 200")->body(), "");
}

// --- as the calling side ---

TEST_F(Prack, rfc3262_4_a_reliable_response_gets_a_prack_in_order_and_once) {
  Packet invite = call_peer();
  respond(invite, 183, "b1", std::string(kContact) + "Require: 100rel\nRSeq: 100\n", kAnswer);
  ASSERT_EQ(network.count("PRACK"), 1);
  EXPECT_EQ(network.last("PRACK")->header("RAck"), "100 1 INVITE");
  EXPECT_EQ(network.last("PRACK")->header("CSeq"), "2 PRACK");
  EXPECT_EQ(network.last("PRACK")->first_line(), "PRACK sip:carol@10.0.0.9:5060 SIP/2.0");
  respond(*network.last("PRACK"), 200, "");
  respond(invite, 183, "b1", std::string(kContact) + "Require: 100rel\nRSeq: 100\n", kAnswer);
  respond(invite, 180, "b1", std::string(kContact) + "Require: 100rel\nRSeq: 102\n");
  EXPECT_EQ(network.count("PRACK"), 1);
  respond(invite, 180, "b1", std::string(kContact) + "Require: 100rel\nRSeq: 101\n");
  EXPECT_EQ(network.count("PRACK"), 2);
  EXPECT_THAT(phone.events, ElementsAre("progress 183: v=0 answer", "progress 180"));
  respond(invite, 200, "b1", kContact);
  EXPECT_EQ(phone.events.back(), "answered");
}

TEST_F(Prack, each_fork_has_a_prack_of_its_own) {
  Packet invite = call_peer();
  respond(invite, 183, "b1", "Contact: <sip:one@10.0.0.9>\nRequire: 100rel\nRSeq: 5\n", kAnswer);
  respond(invite, 183, "b2", "Contact: <sip:two@10.0.0.9>\nRequire: 100rel\nRSeq: 9\n", kAnswer);
  EXPECT_EQ(network.count("PRACK sip:one"), 1);
  EXPECT_EQ(network.count("PRACK sip:two"), 1);
  EXPECT_EQ(network.last("PRACK sip:two")->header("RAck"), "9 1 INVITE");
  respond(invite, 200, "b2", "Contact: <sip:two@10.0.0.9>\n");
  EXPECT_EQ(phone.user_agent.session_info(phone.session)->remote_tag, "b2");
  EXPECT_EQ(phone.events.back(), "answered");
}

TEST_F(Prack, rfc3262_5_an_offer_in_a_reliable_response_is_answered_in_our_prack) {
  Packet invite = call_peer("");
  respond(invite, 183, "b1", std::string(kContact) + "Require: 100rel\nRSeq: 5\n", kOffer);
  EXPECT_THAT(phone.events, ElementsAre("progress 183", "offer: v=0 offer"));
  EXPECT_EQ(network.count("PRACK"), 0);
  phone.user_agent.answer_offer(phone.session, kAnswer);
  network.settle();
  EXPECT_EQ(network.last("PRACK")->body(), kAnswer);
  EXPECT_EQ(network.last("PRACK")->header("RAck"), "5 1 INVITE");
  respond(invite, 200, "b1", kContact);
  EXPECT_EQ(phone.events.back(), "answered");
  EXPECT_EQ(network.last("ACK")->body(), "");
}

TEST_F(Prack, a_response_without_rseq_is_not_reliable) {
  Packet invite = call_peer();
  respond(invite, 180, "b1", std::string(kContact) + "Require: 100rel\n");
  EXPECT_EQ(network.count("PRACK"), 0);
  EXPECT_THAT(phone.events, ElementsAre("progress 180"));
}

}  // namespace
}  // namespace polyfon::sip
