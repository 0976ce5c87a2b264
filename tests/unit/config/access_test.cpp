#include "config/access.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace polyfon::config {
namespace {

base::SocketAddress address(std::string_view host) { return base::SocketAddress::parse(host, 5060).value(); }

AccessRule rule(std::string_view text, bool permit = true) {
  return parse_access_rules(permit, text).value().at(0);
}

TEST(AccessRule, a_netmask_and_a_prefix_are_the_same) {
  for (const char* text : {"192.0.2.0/24", "192.0.2.0/255.255.255.0", " 192.0.2.77 / 24 "}) {
    EXPECT_EQ(rule(text).prefix_length, 24) << text;
    EXPECT_TRUE(matches(rule(text), address("192.0.2.255"))) << text;
    EXPECT_FALSE(matches(rule(text), address("192.0.3.0"))) << text;
  }
}
TEST(AccessRule, an_address_alone_is_that_address) {
  EXPECT_TRUE(matches(rule("192.0.2.1"), address("192.0.2.1")));
  EXPECT_FALSE(matches(rule("192.0.2.1"), address("192.0.2.2")));
  EXPECT_EQ(rule("2001:db8::1").prefix_length, 128);
}
TEST(AccessRule, all_zeros_are_every_ipv4_address) {
  for (const char* text : {"0.0.0.0/0.0.0.0", "0.0.0.0/0"}) {
    EXPECT_TRUE(matches(rule(text), address("203.0.113.9"))) << text;
    EXPECT_FALSE(matches(rule(text), address("2001:db8::1"))) << text;
  }
}
TEST(AccessRule, odd_prefixes_compare_bits) {
  EXPECT_TRUE(matches(rule("10.0.0.0/9"), address("10.127.255.255")));
  EXPECT_FALSE(matches(rule("10.0.0.0/9"), address("10.128.0.0")));
  EXPECT_EQ(rule("10.0.0.0/255.128.0.0").prefix_length, 9);
}
TEST(AccessRule, ipv6_networks) {
  EXPECT_TRUE(matches(rule("2001:db8::/32"), address("2001:db8:ffff::1")));
  EXPECT_FALSE(matches(rule("2001:db8::/32"), address("2001:db9::1")));
  EXPECT_EQ(rule("2001:db8::/ffff:ffff::").prefix_length, 32);
}
TEST(AccessRule, ipv4_in_ipv6_clothes_is_ipv4) {
  EXPECT_TRUE(matches(rule("192.0.2.0/24"), address("::ffff:192.0.2.5")));
  EXPECT_TRUE(matches(rule("::ffff:192.0.2.0/120"), address("192.0.2.5")));
  EXPECT_FALSE(matches(rule("::ffff:192.0.2.0/120"), address("192.0.3.5")));
}
TEST(AccessRule, commas_separate_and_an_exclamation_mark_turns_round) {
  auto rules = parse_access_rules(false, "10.0.0.0/8, !10.1.0.0/16").value();
  ASSERT_EQ(rules.size(), 2u);
  EXPECT_FALSE(rules[0].permit);
  EXPECT_TRUE(rules[1].permit);
}
TEST(AccessRule, what_is_no_network_is_an_error_that_names_it) {
  for (const char* text :
       {"", "phone", "192.0.2.0/33", "192.0.2.0/255.0.255.0", "192.0.2.0/",
        "192.0.2.0/ffff::", "2001:db8::/129", "192.0.2.0/24,", "192.0.2/24", "10.0.0.0/-1"})
    EXPECT_FALSE(parse_access_rules(true, text)) << text;
  EXPECT_THAT(parse_access_rules(true, "phone").error().text, testing::HasSubstr("'phone'"));
}
TEST(AccessRule, a_line_of_thousands_is_an_error) {
  std::string many = "10.0.0.1";
  for (std::size_t i = 0; i < kMaxAccessRulesPerLine; ++i) many += ",10.0.0.1";
  EXPECT_EQ(parse_access_rules(true, many).error().code, base::ErrorCode::kLimit);
}

TEST(AccessAllowed, without_rules_everybody_is) { EXPECT_TRUE(access_allowed({}, address("192.0.2.1"))); }
TEST(AccessAllowed, the_last_rule_that_matches_decides) {
  std::vector<AccessRule> rules{rule("0.0.0.0/0", false), rule("192.0.2.0/24", true),
                                rule("192.0.2.66", false)};
  EXPECT_TRUE(access_allowed(rules, address("192.0.2.1")));
  EXPECT_FALSE(access_allowed(rules, address("192.0.2.66")));
  EXPECT_FALSE(access_allowed(rules, address("198.51.100.1")));
}
TEST(AccessAllowed, a_permit_alone_shuts_nobody_out) {
  std::vector<AccessRule> rules{rule("192.0.2.0/24")};
  EXPECT_TRUE(access_allowed(rules, address("198.51.100.1")));
}

}  // namespace
}  // namespace polyfon::config
