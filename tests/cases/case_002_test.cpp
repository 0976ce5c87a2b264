// Case 2: RFC 4475 3.1.2: messages that are wrong. Requests get the one code that says so, responses nothing.
#include "torture.h"

namespace polyfon::sim {
namespace {

using Case002 = Torture;

constexpr Verdict kVerdicts[] = {
    {"badinv01", "400", "3.1.2.1: Via and Contact with empty parameters"},
    {"clerr", "400", "3.1.2.2: Content-Length beyond the datagram (RFC 3261 18.3)"},
    {"ncl", "400", "3.1.2.3: a negative Content-Length"},
    {"scalar02", "400", "3.1.2.4: CSeq beyond 2**31, Max-Forwards beyond 255"},
    {"scalarlg", "", "3.1.2.5: a response whose CSeq overflows is dropped"},
    {"quotbal", "400", "3.1.2.6: a quote that never closes"},
    {"ltgtruri", "400", "3.1.2.7: the Request-URI in <>"},
    {"lwsruri", "400", "3.1.2.8: blanks inside the Request-URI"},
    {"lwsstart", "400", "3.1.2.9: two blanks in the request line"},
    {"trws", "400", "3.1.2.10: blanks at the end of the request line"},
    {"escruri", "400", "3.1.2.11: headers in the Request-URI"},
    {"baddate", "200", "3.1.2.12: only who needs the date may mind it; nobody here does"},
    {"regbadct", "400", "3.1.2.13: a bare Contact with '?'"},
    {"badaspec", "400", "3.1.2.14: blanks inside an addr-spec"},
    {"baddn", "400", "3.1.2.15: a comma in an unquoted display name"},
    {"badvers", "505", "3.1.2.16: SIP/7.0"},
    {"mismatch01", "400", "3.1.2.17: CSeq of another method"},
    {"mismatch02", "400", "3.1.2.18: as before, the method unknown; 400 and 501 are both right"},
    {"bigcode", "", "3.1.2.19: a status beyond 699 is dropped"},
};

TEST_F(Case002, rfc4475_3_1_2_each_wrong_message_gets_its_answer) { expect(kVerdicts); }

TEST_F(Case002, rfc4475_3_1_2_wrong_responses_are_counted_as_malformed) {
  for (const char* name : {"scalarlg", "bigcode"})
    EXPECT_EQ(say(name).counters().dropped_malformed.value(), 1u) << name;
}

TEST_F(Case002, rfc4475_3_1_2_1_the_broken_via_comes_back_as_it_stands) {
  const Heard heard = say("badinv01");
  EXPECT_EQ(heard.wire->last(400).header("Via"), "SIP/2.0/UDP 192.0.2.15;;,;,,");
  EXPECT_EQ(heard.wire->last(400).header("CSeq"), "8 INVITE");
}

// Numbers are refused, not wrapped: 2**32 + 1 is not 1.
TEST_F(Case002, rfc3261_8_1_1_5_a_cseq_of_2_to_the_31_is_refused) {
  for (const char* number : {"2147483648", "4294967297", "18446744073709551617", "-1", "1.0"}) {
    Words words;
    words.cseq = std::string(number) + " INVITE";
    EXPECT_EQ(say_bytes(written(words), false).wire->story(), "400") << number;
  }
  Words words;
  words.cseq = "2147483647 INVITE";
  EXPECT_EQ(say_bytes(written(words), false).wire->story(), "200");
}

TEST_F(Case002, rfc3261_20_22_max_forwards_is_refused_not_wrapped) {
  for (const char* number : {"256", "-1", "4294967366", "x", ""}) {
    Words words;
    words.max_forwards.clear();
    words.more = "Max-Forwards: " + std::string(number) + "\n";
    EXPECT_EQ(say_bytes(written(words), false).wire->story(), "400") << number;
  }
}

}  // namespace
}  // namespace polyfon::sim
