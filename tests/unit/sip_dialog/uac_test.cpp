// As the calling side: RFC 3261 12.1.2, 13.2, 9.1, 22.2; forks; Timer C.
#include "unit/sip_dialog/raw.h"

namespace polyfon::sip {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;
using Uac = Raw;

TEST_F(Uac, rfc3261_8_1_1_the_invite_has_what_every_request_needs) {
  Packet invite = call_peer(kOffer, [](InviteOptions& options) {
    options.headers = {{"X-Own", "1"}};
    options.routes = {"<sip:proxy.example;lr>"};
  });
  EXPECT_EQ(invite.first_line(), "INVITE sip:bob@10.0.0.9:5060 SIP/2.0");
  EXPECT_THAT(invite.header("Via"), StartsWith("SIP/2.0/UDP 10.0.0.2:5060;branch=z9hG4bK"));
  EXPECT_EQ(invite.header("Max-Forwards"), "70");
  EXPECT_THAT(invite.header("From"), StartsWith("\"Alice\" <sip:alice@a.example>;tag="));
  EXPECT_EQ(invite.header("To"), "<sip:bob@b.example>");
  EXPECT_EQ(invite.header("CSeq"), "1 INVITE");
  EXPECT_EQ(invite.header("Contact"), "<sip:alice@10.0.0.2:5060>");
  EXPECT_EQ(invite.header("Route"), "<sip:proxy.example;lr>");
  EXPECT_EQ(invite.header("Supported"), "100rel");
  EXPECT_THAT(invite.header("Allow"), HasSubstr("PRACK"));
  EXPECT_EQ(invite.header("X-Own"), "1");
  EXPECT_EQ(invite.header("Content-Type"), "application/sdp");
  EXPECT_EQ(invite.body(), kOffer);
}

TEST_F(Uac, rfc3261_13_2_2_4_the_ack_follows_contact_and_record_route) {
  Packet invite = call_peer();
  respond(invite, 200, "b1",
          "Record-Route: <sip:10.0.0.9:5070;lr>\nRecord-Route: <sip:10.0.0.9:5071;lr>\nContact: "
          "<sip:carol@10.0.0.8:5062>\n",
          kAnswer);
  const Packet* ack = network.last("ACK");
  ASSERT_TRUE(ack);
  EXPECT_EQ(ack->first_line(), "ACK sip:carol@10.0.0.8:5062 SIP/2.0");
  EXPECT_THAT(ack->bytes, HasSubstr("Route: <sip:10.0.0.9:5071;lr>\r\nRoute: <sip:10.0.0.9:5070;lr>\r\n"));
  EXPECT_EQ(ack->to.to_string(), "10.0.0.9:5071");
  EXPECT_EQ(ack->header("CSeq"), "1 ACK");
  EXPECT_NE(ack->header("Via"), invite.header("Via"));
  EXPECT_THAT(phone.events, ElementsAre("answered: v=0 answer"));
}

TEST_F(Uac, rfc3261_12_2_1_1_a_strict_router_is_put_into_the_request_line) {
  Packet invite = call_peer();
  respond(invite, 200, "b1", "Record-Route: <sip:10.0.0.9:5070>\nContact: <sip:carol@10.0.0.8:5062>\n",
          kAnswer);
  const Packet* ack = network.last("ACK");
  EXPECT_EQ(ack->first_line(), "ACK sip:10.0.0.9:5070 SIP/2.0");
  EXPECT_EQ(ack->header("Route"), "<sip:carol@10.0.0.8:5062>");
}

TEST_F(Uac, a_peer_that_is_not_where_it_says_is_answered_where_it_is) {
  Packet invite =
      call_peer(kOffer, [](InviteOptions& options) { options.request_uri = "sip:bob@192.168.1.5:5060"; });
  respond(invite, 200, "b1", "Contact: <sip:bob@192.168.1.5:5060>\n", kAnswer);
  EXPECT_EQ(network.last("ACK")->first_line(), "ACK sip:bob@192.168.1.5:5060 SIP/2.0");
  EXPECT_EQ(network.last("ACK")->to.to_string(), "10.0.0.9:5060");
}

TEST_F(Uac, rfc3261_13_2_2_4_a_repeated_2xx_gets_the_same_ack) {
  Packet invite = call_peer();
  respond(invite, 200, "b1", kContact, kAnswer);
  std::string first = network.last("ACK")->bytes;
  respond(invite, 200, "b1", kContact, kAnswer);
  EXPECT_EQ(network.count("ACK"), 2);
  EXPECT_EQ(network.last("ACK")->bytes, first);
  EXPECT_EQ(phone.events.size(), 1u);
}

TEST_F(Uac, rfc3261_13_2_2_4_a_second_2xx_of_a_fork_gets_ack_and_bye) {
  Packet invite = call_peer();
  respond(invite, 200, "b1", kContact, kAnswer);
  RawPeer fork(network, "10.0.0.7:5060");
  respond(invite, 200, "b2", "Contact: <sip:dave@10.0.0.7:5060>\n", kAnswer);
  ASSERT_EQ(fork.received.size(), 2u);
  EXPECT_EQ(fork.received[0].first_line(), "ACK sip:dave@10.0.0.7:5060 SIP/2.0");
  EXPECT_EQ(fork.received[0].header("CSeq"), "1 ACK");
  EXPECT_EQ(fork.received[1].first_line(), "BYE sip:dave@10.0.0.7:5060 SIP/2.0");
  EXPECT_EQ(fork.received[1].header("CSeq"), "2 BYE");
  EXPECT_THAT(fork.received[1].header("To"), HasSubstr("tag=b2"));
  EXPECT_EQ(phone.user_agent.counters().dismissed_forks.value(), 1u);
  EXPECT_EQ(phone.ended, 0);
}

TEST_F(Uac, a_2xx_after_the_call_is_over_gets_ack_and_bye) {
  Packet invite = call_peer();
  respond(invite, 200, "b1", kContact, kAnswer);
  phone.user_agent.hangup(phone.session);
  respond(*network.last("BYE"), 200, "");
  EXPECT_EQ(phone.user_agent.sessions(), 0u);
  network.settle();
  respond(invite, 200, "b2", kContact, kAnswer);
  EXPECT_EQ(network.count("ACK"), 2);
  EXPECT_EQ(network.count("BYE"), 2);
}

TEST_F(Uac, rfc3261_13_2_2_4_the_winner_among_ringing_forks_makes_the_dialog) {
  Packet invite = call_peer();
  respond(invite, 180, "b1", "Contact: <sip:one@10.0.0.9:5060>\n");
  respond(invite, 183, "b2", "Contact: <sip:two@10.0.0.9:5060>\n", "preview two");
  respond(invite, 180, "b3", "Contact: <sip:three@10.0.0.9:5060>\n");
  respond(invite, 200, "b2", "Contact: <sip:two@10.0.0.9:5060>\n", kAnswer);
  EXPECT_THAT(phone.events, ElementsAre("progress 180", "progress 183: preview two", "progress 180",
                                        "answered: v=0 answer"));
  EXPECT_EQ(phone.user_agent.session_info(phone.session)->remote_tag, "b2");
  EXPECT_EQ(network.last("ACK")->first_line(), "ACK sip:two@10.0.0.9:5060 SIP/2.0");
  // The loser is no dialog any more.
  peer.send(kUs, write({.method = "INFO",
                        .to_tag = tag_of(invite.header("From")),
                        .call_id = invite.header("Call-ID"),
                        .from_tag = "b1"}));
  EXPECT_EQ(peer.last_line(), "SIP/2.0 481 Call/Transaction Does Not Exist");
}

TEST_F(Uac, a_flood_of_forks_is_bounded) {
  Packet invite = call_peer();
  for (int i = 0; i < 100; ++i) respond(invite, 180, "b" + std::to_string(i), kContact);
  EXPECT_EQ(phone.events.size(), 17u);  // the first and kMaxForks more
}

TEST_F(Uac, rfc3261_9_1_cancel_waits_for_the_first_provisional_response) {
  Packet invite = call_peer();
  phone.user_agent.hangup(phone.session, 16, "lost \"interest\"");
  network.settle();
  EXPECT_THAT(phone.events, ElementsAre("ended"));
  EXPECT_EQ(network.count("CANCEL"), 0);
  respond(invite, 100, "");
  EXPECT_EQ(network.count("CANCEL"), 1);
  EXPECT_EQ(network.last("CANCEL")->header("Reason"), "Q.850;cause=16;text=\"lost interest\"");
  EXPECT_EQ(network.last("CANCEL")->header("Via"), invite.header("Via"));
  respond(*network.last("CANCEL"), 200, "b1");
  respond(invite, 487, "b1");
  EXPECT_EQ(network.count("ACK"), 1);
  network.run(60s);
  EXPECT_TRUE(phone.idle());
}

TEST_F(Uac, rfc3261_9_1_an_answer_that_crosses_the_cancel_gets_ack_and_bye) {
  Packet invite = call_peer();
  respond(invite, 180, "b1", kContact);
  phone.user_agent.hangup(phone.session);
  respond(invite, 200, "b1", kContact, kAnswer);
  EXPECT_EQ(network.count("CANCEL"), 1);
  EXPECT_EQ(network.count("ACK"), 1);
  EXPECT_EQ(network.count("BYE"), 1);
  EXPECT_THAT(phone.events, ElementsAre("progress 180", "ended"));
  respond(*network.last("BYE"), 200, "");
  network.run(60s);
  EXPECT_TRUE(phone.idle());
}

TEST_F(Uac, rfc3261_9_1_a_cancelled_call_without_487_is_over_after_64_t1) {
  Packet invite = call_peer();
  respond(invite, 180, "b1", kContact);
  phone.user_agent.hangup(phone.session);
  network.settle();
  respond(*network.last("CANCEL"), 200, "b1");
  network.run(31s);
  EXPECT_EQ(phone.user_agent.sessions(), 1u);
  network.run(2s);
  EXPECT_TRUE(phone.idle());
  EXPECT_EQ(network.wheel.armed(), 0u);
}

TEST_F(Uac, rfc3261_17_1_1_2_no_response_is_a_408_without_message) {
  call_peer();
  network.run(33s);
  EXPECT_THAT(phone.events, ElementsAre("rejected 408", "ended by peer"));
  EXPECT_TRUE(phone.idle());
}

TEST_F(Uac, rfc3261_8_1_3_1_no_way_is_a_503_and_comes_later) {
  network.refuse = true;
  phone.call("10.0.0.9:5060");
  EXPECT_THAT(phone.events, IsEmpty());
  network.run(10ms);
  EXPECT_THAT(phone.events, ElementsAre("rejected 503", "ended by peer"));
}

TEST_F(Uac, rfc3261_16_8_timer_c_ends_what_rings_for_ever) {
  Packet invite = call_peer(kOffer, [](InviteOptions& options) { options.ring_limit = 60s; });
  respond(invite, 180, "b1", kContact);
  network.run(50s);
  respond(invite, 180, "b1", kContact);  // 16.7: starts it again
  network.run(50s);
  EXPECT_EQ(network.count("CANCEL"), 0);
  network.run(11s);
  EXPECT_EQ(network.count("CANCEL"), 1 + 1);  // repeated: nobody answers it
  EXPECT_THAT(phone.events, ElementsAre("progress 180", "progress 180", "rejected 408", "ended by peer"));
  network.run(60s);
  EXPECT_TRUE(phone.idle());
}

TEST_F(Uac, a_handler_may_hang_up_while_it_hears_of_the_answer) {
  phone.when_answered = [this](SessionId id) { phone.user_agent.hangup(id); };
  Packet invite = call_peer();
  respond(invite, 200, "b1", kContact, kAnswer);
  EXPECT_EQ(network.count("BYE"), 1);
  EXPECT_THAT(phone.events, ElementsAre("answered: v=0 answer", "ended"));
}

TEST_F(Uac, a_handler_may_hang_up_while_it_hears_of_the_rejection) {
  phone.when_rejected = [this](SessionId id) { phone.user_agent.hangup(id); };
  Packet invite = call_peer();
  respond(invite, 486, "b1");
  EXPECT_EQ(phone.ended, 1);
  network.run(60s);
  EXPECT_TRUE(phone.idle());
}

TEST_F(Uac, an_answer_without_description_is_no_call) {
  Packet invite = call_peer();
  respond(invite, 200, "b1", kContact);
  EXPECT_THAT(phone.events, ElementsAre("rejected 488", "ended by peer"));
  EXPECT_EQ(network.count("ACK"), 1);
  EXPECT_EQ(network.count("BYE"), 1);
}

TEST_F(Uac, an_answer_that_was_only_previewed_is_taken) {
  Packet invite = call_peer();
  respond(invite, 183, "b1", kContact, kAnswer);
  respond(invite, 200, "b1", kContact);
  EXPECT_THAT(phone.events, ElementsAre("progress 183: v=0 answer", "answered"));
  EXPECT_TRUE(phone.user_agent.offer(phone.session, kOffer));
}

TEST_F(Uac, a_late_offer_is_answered_in_the_ack) {
  Packet invite = call_peer("");
  EXPECT_EQ(invite.header("Content-Type"), "");
  respond(invite, 200, "b1", kContact, kOffer);
  EXPECT_THAT(phone.events, ElementsAre("answered", "offer: v=0 offer"));
  EXPECT_EQ(network.count("ACK"), 0);
  phone.user_agent.answer_offer(phone.session, kAnswer);
  network.settle();
  EXPECT_EQ(network.last("ACK")->body(), kAnswer);
  respond(invite, 200, "b1", kContact, kOffer);
  EXPECT_EQ(network.count("ACK"), 2);
  EXPECT_EQ(network.last("ACK")->body(), kAnswer);
}

TEST_F(Uac, a_late_offer_that_is_refused_gets_ack_and_bye) {
  Packet invite = call_peer("");
  respond(invite, 200, "b1", kContact, kOffer);
  phone.user_agent.reject_offer(phone.session, 488);
  network.settle();
  EXPECT_EQ(network.count("ACK"), 1);
  EXPECT_EQ(network.count("BYE"), 1);
}

// --- digest ---

constexpr std::string_view kChallenge =
    "WWW-Authenticate: Digest realm=\"b\", nonce=\"n1\", algorithm=MD5, qop=\"auth\"\n";

class Digest : public Raw {
 public:
  Packet call_with_password() {
    return call_peer(
        kOffer, [](InviteOptions& options) { options.credentials = Credentials{"alice", "secret", {}}; });
  }
};

TEST_F(Digest, rfc3261_22_2_the_second_try_has_cseq_one_more_and_a_new_branch) {
  Packet first = call_with_password();
  respond(first, 401, "b1", kChallenge);
  Packet second = *network.last("INVITE");
  EXPECT_EQ(second.header("CSeq"), "2 INVITE");
  EXPECT_EQ(second.header("Call-ID"), first.header("Call-ID"));
  EXPECT_EQ(second.header("From"), first.header("From"));
  EXPECT_EQ(second.header("To"), first.header("To"));
  EXPECT_NE(second.header("Via"), first.header("Via"));
  EXPECT_THAT(second.header("Authorization"), HasSubstr("username=\"alice\""));
  EXPECT_THAT(second.header("Authorization"), HasSubstr("nonce=\"n1\""));
  EXPECT_EQ(second.body(), kOffer);
  EXPECT_THAT(phone.events, IsEmpty());
  respond(second, 200, "b2", kContact, kAnswer);
  EXPECT_EQ(network.last("ACK")->header("Authorization"), second.header("Authorization"));  // 13.2.2.4
  EXPECT_EQ(network.last("ACK")->header("CSeq"), "2 ACK");
}

TEST_F(Digest, a_wrong_password_is_not_tried_twice) {
  respond(call_with_password(), 401, "b1", kChallenge);
  respond(*network.last("INVITE"), 401, "b1",
          "WWW-Authenticate: Digest realm=\"b\", nonce=\"n2\", algorithm=MD5, qop=\"auth\"\n");
  EXPECT_EQ(network.count("INVITE"), 2);
  EXPECT_THAT(phone.events, ElementsAre("rejected 401", "ended by peer"));
}

TEST_F(Digest, a_stale_nonce_is_answered_again) {
  respond(call_with_password(), 401, "b1", kChallenge);
  respond(*network.last("INVITE"), 401, "b1",
          "WWW-Authenticate: Digest realm=\"b\", nonce=\"n2\", algorithm=MD5, qop=\"auth\", stale=true\n");
  EXPECT_EQ(network.count("INVITE"), 3);
  EXPECT_THAT(network.last("INVITE")->header("Authorization"), HasSubstr("nonce=\"n2\""));
}

TEST_F(Digest, a_proxy_and_a_server_may_both_ask) {
  respond(call_with_password(), 407, "p",
          "Proxy-Authenticate: Digest realm=\"p\", nonce=\"np\", algorithm=MD5, qop=\"auth\"\n");
  respond(*network.last("INVITE"), 401, "b1", kChallenge);
  Packet third = *network.last("INVITE");
  EXPECT_EQ(third.header("CSeq"), "3 INVITE");
  EXPECT_THAT(third.header("Proxy-Authorization"), HasSubstr("nc=00000002"));
  EXPECT_THAT(third.header("Authorization"), HasSubstr("nonce=\"n1\""));
}

TEST_F(Digest, rfc8760_2_4_the_first_challenge_that_is_understood_is_answered) {
  respond(call_with_password(), 401, "b1",
          "WWW-Authenticate: Digest realm=\"b\", nonce=\"x\", algorithm=SHA-512-256, qop=\"auth\"\n"
          "WWW-Authenticate: Digest realm=\"b\", nonce=\"y\", algorithm=SHA-256, qop=\"auth\"\n"
          "WWW-Authenticate: Digest realm=\"b\", nonce=\"z\", algorithm=MD5, qop=\"auth\"\n");
  EXPECT_THAT(network.last("INVITE")->header("Authorization"), HasSubstr("nonce=\"y\""));
}

TEST_F(Digest, without_credentials_a_challenge_is_a_rejection) {
  respond(call_peer(), 401, "b1", kChallenge);
  EXPECT_THAT(phone.events, ElementsAre("rejected 401", "ended by peer"));
}

TEST_F(Digest, a_challenged_bye_is_sent_again) {
  Packet invite = call_with_password();
  respond(invite, 200, "b1", kContact, kAnswer);
  phone.user_agent.hangup(phone.session);
  network.settle();
  respond(*network.last("BYE"), 401, "", kChallenge);
  EXPECT_EQ(network.count("BYE"), 2);
  EXPECT_THAT(network.last("BYE")->header("Authorization"), HasSubstr("alice"));
  respond(*network.last("BYE"), 401, "", kChallenge);
  EXPECT_EQ(network.count("BYE"), 2);
  EXPECT_EQ(phone.user_agent.sessions(), 0u);
}

}  // namespace
}  // namespace polyfon::sip
