// Case 3: RFC 4475 3.2 to 3.4: messages whose words are right and whose sense is not, or that come from RFC
// 2543.
#include "torture.h"

namespace polyfon::sim {
namespace {

using namespace std::chrono_literals;

using Case003 = Torture;

constexpr Verdict kVerdicts[] = {
    {"badbranch", "200", "3.2.1: a cookie alone is no branch: matched as in RFC 2543"},
    {"insuf", "400", "3.3.1: without Call-ID, From and To"},
    {"unkscm", "416", "3.3.2: a Request-URI of an unknown scheme"},
    {"novelsc", "416", "3.3.3: of a known one that is not for SIP"},
    {"unksm2", "400", "3.3.4: To and Contact of other schemes are no address of record"},
    {"bext01", "420", "3.3.5: Require"},
    {"invut", "415", "3.3.6: a body that nobody reads"},
    {"regaut01", "401", "3.3.7: an unknown authorization scheme is no authorization"},
    {"multi01", "400", "3.3.8: From, To, Call-ID and CSeq twice"},
    {"mcl01", "400", "3.3.9: Content-Length twice"},
    {"bcast", "", "3.3.10: a response to somebody else's broadcast"},
    {"zeromf", "200", "3.3.11: OPTIONS with Max-Forwards 0 has arrived"},
    {"cparam01", "200", "3.3.12"},
    {"cparam02", "200", "3.3.12"},
    {"regescrt", "200", "3.3.13"},
    {"sdp01", "406", "3.3.14: the answer could not be read"},
    {"inv2543", "200", "3.4.1: no branch, no Max-Forwards, no Contact, no From-tag"},
};

TEST_F(Case003, rfc4475_3_3_each_message_gets_its_answer) { expect(kVerdicts); }

TEST_F(Case003, rfc4475_3_3_5_unsupported_names_what_require_named) {
  const Heard heard = say("bext01");
  EXPECT_EQ(heard.wire->last(420).header("Unsupported"), "nothingSupportsThis, nothingSupportsThisEither");
}

TEST_F(Case003, rfc4475_3_3_6_415_names_what_is_read) {
  EXPECT_EQ(say("invut").wire->last(415).header("Accept"), "application/sdp");
}

TEST_F(Case003, rfc4475_3_3_7_the_challenge_is_a_digest) {
  EXPECT_TRUE(say("regaut01").wire->last(401).header("WWW-Authenticate").starts_with("Digest realm="));
}

TEST_F(Case003, rfc4475_3_3_1_the_answer_goes_by_via_and_cseq_alone) {
  const Heard heard = say("insuf");
  const Received& answer = heard.wire->last(400);
  EXPECT_EQ(answer.header("Via"), "SIP/2.0/UDP 192.0.2.95;branch=z9hG4bKkdj.insuf;received=203.0.113.9");
  EXPECT_EQ(answer.header("CSeq"), "193942 INVITE");
  EXPECT_EQ(answer.header("Call-ID"), "");
}

// RFC 3261 20: in a bare addr-spec what follows ';' belongs to the header, in <> to the URI.
TEST_F(Case003, rfc4475_3_3_12_a_parameter_belongs_to_the_header_or_to_the_uri) {
  EXPECT_TRUE(
      say("cparam01").wire->last(200).header("Contact").starts_with("<sip:+19725552222@gw1.example.net>;"));
  EXPECT_TRUE(say("cparam02")
                  .wire->last(200)
                  .header("Contact")
                  .starts_with("<sip:+19725552222@gw1.example.net;unknownparam>;"));
}

TEST_F(Case003, rfc4475_3_3_10_a_response_with_two_vias_is_malformed) {
  const Heard heard = say("bcast");
  EXPECT_EQ(heard.counters().dropped_malformed.value(), 1u);
}

TEST_F(Case003, rfc4475_3_4_1_a_call_of_rfc_2543_can_be_talked_and_ended) {
  Heard heard = say("inv2543");
  const Received& ok = heard.wire->last(200);
  EXPECT_EQ(ok.header("Record-Route"), "<sip:UserB@example.com;maddr=ss1.example.com>");
  EXPECT_FALSE(ok.to_tag().empty());
  const std::string head = fmt::format(
      "Via: SIP/2.0/UDP iftgw.example.com\n"
      "From: <sip:+13035551111@ift.client.example.net;user=phone>\n"
      "To: {}\nCall-ID: inv2543.1717@ift.client.example.com\n",
      ok.header("To"));
  heard.wire->send(at("192.0.2.1"), "ACK sip:UserB@example.com SIP/2.0\n" + head + "CSeq: 56 ACK\n\n");
  heard.world->run_for(2s);
  EXPECT_EQ(heard.wire->count(200), 1u);  // not repeated: the ACK has been matched
  heard.wire->send(at("192.0.2.1"), "BYE sip:UserB@example.com SIP/2.0\n" + head + "CSeq: 57 BYE\n\n");
  heard.world->run_for(1s);
  EXPECT_EQ(heard.wire->last(200).header("CSeq"), "57 BYE");
  EXPECT_EQ(heard.node->exchange().channel_count(), 0u);
}

// RFC 3261 16.3: a proxy refuses, and so does whoever sends the call on; OPTIONS to us asks exactly this.
TEST_F(Case003, rfc3261_8_1_1_6_max_forwards_0_ends_a_call_and_reaches_an_options) {
  Words invite;
  invite.max_forwards = "0";
  EXPECT_EQ(say_bytes(written(invite), false).wire->story(), "483");
}

}  // namespace
}  // namespace polyfon::sim
