// Case 1: RFC 4475 3.1.1: strange messages that are right, and what each gets.
#include "torture.h"

namespace polyfon::sim {
namespace {

using Case001 = Torture;

constexpr Verdict kVerdicts[] = {
    {"wsinv", "481", "3.1.1.1: read; its To-tag names a dialog that nobody knows (RFC 3261 12.2.2)"},
    {"intmeth", "501", "3.1.1.2: an unknown method"},
    {"esc01", "200", "3.1.1.3: the user is sips:user@example.com, of whom a guest may ask"},
    {"escnull", "401", "3.1.1.4: null-%00-null is not the account null-"},
    {"esc02", "501", "3.1.1.5: RE%47IST%45R is not REGISTER"},
    {"lwsdisp", "200", "3.1.1.6"},
    {"longreq", "200", "3.1.1.7"},
    {"dblreq", "401", "3.1.1.8: the REGISTER; the INVITE behind it in the datagram is noise"},
    {"semiuri", "200", "3.1.1.9"},
    {"transports", "200", "3.1.1.10: answered, whatever the Vias below the first say"},
    {"mpart01", "405", "3.1.1.11: read; nobody here takes MESSAGE"},
    {"unreason", "", "3.1.1.12: read; no request of ours has that branch"},
    {"noreason", "", "3.1.1.13: as before"},
};

TEST_F(Case001, rfc4475_3_1_1_each_right_message_gets_its_answer) { expect(kVerdicts); }

TEST_F(Case001, rfc4475_3_1_1_responses_are_read_though_nobody_asked) {
  for (const char* name : {"unreason", "noreason"}) {
    Heard heard = say(name);
    EXPECT_EQ(heard.counters().dropped_malformed.value(), 0u) << name;
    EXPECT_EQ(heard.counters().dropped_unmatched_response.value(), 1u) << name;
  }
}

TEST_F(Case001, rfc4475_3_1_1_8_the_second_request_of_a_datagram_is_not_seen) {
  Heard heard = say("dblreq");
  EXPECT_EQ(heard.counters().received_requests.value(), 1u);
  EXPECT_EQ(heard.wire->last(401).header("CSeq"), "8 REGISTER");
  EXPECT_TRUE(heard.node->steps().empty());
}

TEST_F(Case001, rfc4475_3_1_1_10_all_vias_come_back_in_their_order) {
  const Heard heard = say("transports");
  const auto vias = heard.wire->last(200).headers("Via");
  ASSERT_EQ(vias.size(), 5u);
  EXPECT_EQ(vias[0], "SIP/2.0/UDP t1.example.com;branch=z9hG4bKkdjuw;received=203.0.113.9");
  EXPECT_EQ(vias[3], "SIP/2.0/UNKNOWN t4.example.com;branch=z9hG4bKasd0f3en");
}

TEST_F(Case001, rfc4475_3_1_1_7_an_answer_carries_34_vias) {
  const Heard heard = say("longreq");
  EXPECT_EQ(heard.wire->last(200).headers("Via").size(), 34u);
}

TEST_F(Case001, every_message_is_a_seed_of_the_fuzzer) {
  for (const std::string& name : names())
    EXPECT_EQ(read(name), read_file("tests/fuzz/corpus/sip_message/" + name)) << name;
  EXPECT_EQ(names().size(), 49u + 12u);
}

}  // namespace
}  // namespace polyfon::sim
