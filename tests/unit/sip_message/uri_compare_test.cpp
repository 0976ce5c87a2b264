// RFC 3261 19.1.4, every pair that is printed there, and RFC 3966 4.
#include <gtest/gtest.h>

#include "sip/message/uri.h"

namespace polyfon::sip {
namespace {

// Both ways: equivalence is symmetric (though not transitive).
bool same(std::string_view a, std::string_view b) {
  const auto left = Uri::parse(a), right = Uri::parse(b);
  EXPECT_TRUE(left) << a;
  EXPECT_TRUE(right) << b;
  EXPECT_EQ(left->equivalent(*right), right->equivalent(*left)) << a << " " << b;
  EXPECT_TRUE(left->equivalent(*left)) << a;
  return left->equivalent(*right);
}

TEST(UriCompare, rfc3261_19_1_4_printed_pairs_that_are_equivalent) {
  EXPECT_TRUE(same("sip:%61lice@atlanta.com;transport=TCP", "sip:alice@AtLanTa.CoM;Transport=tcp"));
  EXPECT_TRUE(same("sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5"));
  EXPECT_TRUE(same("sip:carol@chicago.com", "sip:carol@chicago.com;security=on"));
  EXPECT_TRUE(same("sip:carol@chicago.com;newparam=5", "sip:carol@chicago.com;security=on"));
  EXPECT_TRUE(same("sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com",
                   "sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com"));
  EXPECT_TRUE(same("sip:alice@atlanta.com?subject=project%20x&priority=urgent",
                   "sip:alice@atlanta.com?priority=urgent&subject=project%20x"));
}

TEST(UriCompare, rfc3261_19_1_4_printed_pairs_that_are_not) {
  EXPECT_FALSE(same("SIP:ALICE@AtLanTa.CoM;Transport=udp", "sip:alice@AtLanTa.CoM;Transport=UDP"));
  EXPECT_FALSE(same("sip:bob@biloxi.com", "sip:bob@biloxi.com:5060"));
  EXPECT_FALSE(same("sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp"));
  EXPECT_FALSE(same("sip:bob@biloxi.com", "sip:bob@biloxi.com:6000;transport=tcp"));
  EXPECT_FALSE(same("sip:carol@chicago.com", "sip:carol@chicago.com?Subject=next%20meeting"));
  EXPECT_FALSE(same("sip:bob@phone21.boxesbybob.com", "sip:bob@192.0.2.4"));
}

TEST(UriCompare, rfc3261_19_1_4_is_not_transitive) {
  EXPECT_FALSE(same("sip:carol@chicago.com;security=on", "sip:carol@chicago.com;security=off"));
}

TEST(UriCompare, rfc3261_19_1_4_some_parameters_count_though_they_hold_the_default) {
  for (std::string_view parameter :
       {"user=ip", "ttl=1", "method=INVITE", "maddr=a.b", "transport=udp", "Transport=udp", "%75ser=ip"}) {
    EXPECT_FALSE(same("sip:a@b", std::string("sip:a@b;").append(parameter))) << parameter;
  }
  EXPECT_TRUE(same("sip:a@b", "sip:a@b;lr"));
}

TEST(UriCompare, sip_is_not_sips_and_not_tel) {
  EXPECT_FALSE(same("sip:a@b", "sips:a@b"));
  EXPECT_FALSE(same("tel:+1", "sip:+1@b"));
}

TEST(UriCompare, users_and_passwords_count_with_their_case) {
  EXPECT_FALSE(same("sip:a:x@b", "sip:a:X@b"));
  EXPECT_FALSE(same("sip:a:x@b", "sip:a@b"));
  EXPECT_FALSE(same("sip:a@b", "sip:b"));
  EXPECT_FALSE(same("sip:a@b", "sip:aa@b"));
}

TEST(UriCompare, an_escape_is_its_character_unless_that_is_reserved) {
  EXPECT_TRUE(same("sip:%2a%41@b", "sip:*A@b"));
  EXPECT_TRUE(same("sip:%4a@b", "sip:%4A@b"));
  EXPECT_TRUE(same("sip:a%3bb@c", "sip:a%3Bb@c"));
  EXPECT_FALSE(same("sip:a%3Bb@c", "sip:a;b@c"));
  EXPECT_FALSE(same("sip:a%2541@c", "sip:a%41@c"));
}

TEST(UriCompare, rfc5954_4_1_ipv6_compares_by_its_bytes) {
  EXPECT_TRUE(same("sip:a@[2001:db8::1]", "sip:a@[2001:DB8:0:0::0001]"));
  EXPECT_TRUE(same("sip:a@[::ffff:192.0.2.1]", "sip:a@[::FFFF:c000:0201]"));
  EXPECT_FALSE(same("sip:a@[2001:db8::1]", "sip:a@[2001:db8::2]"));
}

TEST(UriCompare, headers_must_all_be_there) {
  EXPECT_FALSE(same("sip:a@b?x=1&x=2", "sip:a@b?x=1&x=1"));
  EXPECT_TRUE(same("sip:a@b?x=1&x=2", "sip:a@b?X=2&x=1"));
  EXPECT_FALSE(same("sip:a@b?x=1", "sip:a@b?x=1&y=2"));
}

TEST(UriCompare, rfc3966_4_separators_do_not_count) {
  EXPECT_TRUE(same("tel:+1-201-555-0123", "tel:+1(201)555.0123"));
  EXPECT_TRUE(same("tel:7042;phone-context=+1-914", "tel:70-42;phone-context=+1(914)"));
  EXPECT_TRUE(same("tel:911b", "tel:911B"));
  EXPECT_FALSE(same("tel:+12015550123", "tel:12015550123"));
  EXPECT_FALSE(same("tel:+12", "tel:+123"));
}

TEST(UriCompare, rfc3966_4_parameters_must_all_be_there) {
  EXPECT_TRUE(same("tel:1;ext=1-2;phone-context=Example.com", "tel:1;phone-context=example.COM;ext=12"));
  EXPECT_FALSE(same("tel:1;ext=12", "tel:1"));
  EXPECT_FALSE(same("tel:1;ext=12", "tel:1;ext=13"));
}

TEST(UriCompare, other_schemes_compare_byte_by_byte) {
  EXPECT_TRUE(same("urn:service:sos", "urn:service:sos"));
  EXPECT_FALSE(same("urn:service:sos", "urn:service:sos.fire"));
}

}  // namespace
}  // namespace polyfon::sip
