#include <gtest/gtest.h>

#include "sip/message/headers.h"
#include "sip/message/host.h"

namespace polyfon::sip {
namespace {

TEST(Via, decodes_every_part) {
  const auto via =
      parse_via("SIP/2.0/UDP 192.0.2.1:5062;branch=z9hG4bK1;rport;received=192.0.2.9;ttl=15;maddr=a.b");
  ASSERT_TRUE(via);
  EXPECT_EQ(via->transport, "UDP");
  EXPECT_EQ(via->host, "192.0.2.1");
  EXPECT_EQ(via->port, 5062);
  EXPECT_EQ(via->branch(), "z9hG4bK1");
  EXPECT_EQ(via->parameters.find("RPORT"), "");
  EXPECT_EQ(via->parameters.find("received"), "192.0.2.9");
  EXPECT_EQ(via->parameters.find("ttl"), "15");
  EXPECT_FALSE(via->parameters.find("tt"));
}

TEST(Via, takes_white_space_wherever_the_grammar_has_it) {
  const auto via = parse_via(" SIP\r\n / 2.0 /\tTLS \r\n host.example : 5061 ; branch = x\r\n ; a ");
  ASSERT_TRUE(via);
  EXPECT_EQ(via->transport, "TLS");
  EXPECT_EQ(via->host, "host.example");
  EXPECT_EQ(via->port, 5061);
  EXPECT_EQ(via->branch(), "x");
  EXPECT_EQ(via->parameters.find("a"), "");
}

TEST(Via, takes_ipv6_with_and_without_brackets) {
  EXPECT_EQ(parse_via("SIP/2.0/UDP [2001:db8::1]:5060")->host, "2001:db8::1");
  EXPECT_EQ(parse_via("SIP/2.0/UDP [2001:db8::1]:5060")->port, 5060);
  EXPECT_EQ(parse_via("SIP/2.0/UDP 2001:db8::1;rport")->host, "2001:db8::1");
  EXPECT_EQ(parse_via("SIP/2.0/UDP a;received=2001:db8::1")->parameters.find("received"), "2001:db8::1");
  EXPECT_EQ(parse_via("SIP/2.0/UDP a;received=[2001:db8::1]")->parameters.find("received"), "[2001:db8::1]");
}

TEST(Via, is_the_first_of_a_list) {
  const auto via = parse_via("SIP/2.0/UDP a;branch=1 , SIP/2.0/TCP b;branch=2");
  ASSERT_TRUE(via);
  EXPECT_EQ(via->host, "a");
  EXPECT_EQ(via->branch(), "1");
  EXPECT_EQ(via->parameters.text, ";branch=1");
}

TEST(Via, has_no_branch_in_rfc_2543) {
  EXPECT_EQ(parse_via("SIP/2.0/UDP a")->branch(), "");
  EXPECT_EQ(parse_via("SIP/2.0/UDP a")->port, 0);
}

TEST(Via, refuses_what_is_wrong) {
  for (std::string_view text : {"",
                                "SIP",
                                "SIP/2.0",
                                "SIP/2.0/",
                                "SIP/2.0/UDP",
                                "SIP/2.0/UDP ",
                                "HTTP/1.1/TCP a",
                                "SIP/2.0/UDP;branch=1",
                                "SIP/2.0/UDP a b",
                                "SIP/2.0/UDP a:",
                                "SIP/2.0/UDP a:0",
                                "SIP/2.0/UDP a:65536",
                                "SIP/2.0/UDP a:x",
                                "SIP/2.0/UDP a:5060x",
                                "SIP/2.0/UDP [::1",
                                "SIP/2.0/UDP [zz]",
                                "SIP/2.0/UDP a;",
                                "SIP/2.0/UDP a;;b",
                                "SIP/2.0/UDP a;=b",
                                "SIP/2.0/UDP a;b=\"c",
                                "SIP/2.0/UDP -a",
                                "SIP/2.0/UDP a;b=c\"d\"",
                                "SIP / / UDP a",
                                "SIP/2.0/UDP ,",
                                "SIP/2.0/UDP a<b>"}) {
    EXPECT_FALSE(parse_via(text)) << text;
  }
}

TEST(Parameters, quotes_hide_separators) {
  const Parameters parameters{R"(;a="x;b=1,\"";c="";b = 2 ; d=e)"};
  EXPECT_EQ(parameters.find("a"), R"(x;b=1,\")");
  EXPECT_EQ(parameters.find("b"), "2");
  EXPECT_EQ(parameters.find("c"), "");
  EXPECT_EQ(parameters.find("D"), "e");
}

TEST(Parameters, the_first_of_a_name_counts) { EXPECT_EQ(Parameters{";a=1;a=2"}.find("a"), "1"); }

TEST(Parameters, none_are_found_in_nothing) {
  EXPECT_FALSE(Parameters{}.find("a"));
  EXPECT_FALSE(Parameters{}.find(""));
}

TEST(Host, equality_is_by_name_or_address) {
  EXPECT_TRUE(same_host("Example.com", "eXample.COM"));
  EXPECT_FALSE(same_host("example.com", "example.org"));
  EXPECT_TRUE(same_host("::1", "0:0::1"));
  EXPECT_FALSE(same_host("::1", "::2"));
  EXPECT_FALSE(same_host("::1", "1"));
  EXPECT_FALSE(same_host("a:b", "b:a"));
}

}  // namespace
}  // namespace polyfon::sip
