#include "base/socket_address.h"

#include <cstring>
#include <unordered_set>

#include <gtest/gtest.h>

namespace polyfon::base {
namespace {

SocketAddress at(std::string_view host, std::uint16_t port = 5060) {
  auto parsed = SocketAddress::parse(host, port);
  EXPECT_TRUE(parsed) << host;
  return parsed ? *parsed : SocketAddress{};
}

TEST(SocketAddress, default_is_unspecified_ipv4) {
  SocketAddress address;
  EXPECT_FALSE(address.is_v6());
  EXPECT_TRUE(address.is_unspecified());
  EXPECT_EQ(address.port(), 0);
  EXPECT_EQ(address.to_string(), "0.0.0.0:0");
}

TEST(SocketAddress, parses_and_prints_ipv4) {
  auto address = at("192.0.2.1", 5061);
  EXPECT_EQ(address.host(), "192.0.2.1");
  EXPECT_EQ(address.uri_host(), "192.0.2.1");
  EXPECT_EQ(address.to_string(), "192.0.2.1:5061");
  EXPECT_EQ(address.size(), sizeof(sockaddr_in));
  EXPECT_EQ(address.data()->sa_family, AF_INET);
}

TEST(SocketAddress, parses_ipv6_with_and_without_brackets_and_prints_it_shortest) {
  for (auto text : {"2001:db8::1", "[2001:db8::1]", "2001:0DB8:0:0:0:0:0:1"}) {
    auto address = at(text);
    EXPECT_EQ(address.host(), "2001:db8::1");
    EXPECT_EQ(address.uri_host(), "[2001:db8::1]");
    EXPECT_EQ(address.to_string(), "[2001:db8::1]:5060");
    EXPECT_EQ(address.size(), sizeof(sockaddr_in6));
  }
}

TEST(SocketAddress, refuses_what_is_no_literal) {
  for (std::string_view text :
       {"", "example.com", "192.0.2", "192.0.2.256", "192.0.2.1.5", "1", "[192.0.2.1]", "[]", "[2001:db8::1",
        "2001:db8::1]", "2001:db8:::1", " 192.0.2.1", "192.0.2.1 ", "fe80::1%eth0", "010.0.0.1"}) {
    auto parsed = SocketAddress::parse(text, 1);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().code, ErrorCode::kInvalid);
    EXPECT_NE(parsed.error().text.find("is not an IPv4 or IPv6 address"), std::string::npos);
  }
}

TEST(SocketAddress, refuses_an_embedded_nul_and_overlong_text) {
  EXPECT_FALSE(SocketAddress::parse(std::string_view("192.0.2.1\0x", 11), 1));
  EXPECT_FALSE(SocketAddress::parse(std::string(10000, '1'), 1));
}

TEST(SocketAddress, error_text_shows_no_control_characters) {
  auto parsed = SocketAddress::parse("a\r\nb", 1);
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().text.find('\n'), std::string::npos);
}

TEST(SocketAddress, parse_with_port_takes_port_or_default) {
  EXPECT_EQ(SocketAddress::parse_with_port("192.0.2.1:5080", 5060)->to_string(), "192.0.2.1:5080");
  EXPECT_EQ(SocketAddress::parse_with_port("192.0.2.1", 5060)->to_string(), "192.0.2.1:5060");
  EXPECT_EQ(SocketAddress::parse_with_port("[2001:db8::1]:5080", 5060)->to_string(), "[2001:db8::1]:5080");
  EXPECT_EQ(SocketAddress::parse_with_port("[2001:db8::1]", 5060)->to_string(), "[2001:db8::1]:5060");
  EXPECT_EQ(SocketAddress::parse_with_port("2001:db8::1", 5060)->to_string(), "[2001:db8::1]:5060");
  EXPECT_EQ(SocketAddress::parse_with_port("0.0.0.0:0", 5060)->port(), 0);
}

TEST(SocketAddress, parse_with_port_refuses_bad_ports_and_leftovers) {
  for (std::string_view text :
       {"192.0.2.1:", "192.0.2.1:65536", "192.0.2.1:-1", "192.0.2.1:5060x", "192.0.2.1: 5060",
        "[2001:db8::1]5060", "[2001:db8::1]:", "[2001:db8::1", ":5060", "host:5060", ""})
    EXPECT_FALSE(SocketAddress::parse_with_port(text, 1)) << text;
}

TEST(SocketAddress, parsing_what_was_printed_gives_the_same_address) {
  for (auto text : {"0.0.0.0:0", "255.255.255.255:65535", "[::]:1", "[::1]:5060", "[fe80::1]:2",
                    "[::ffff:192.0.2.1]:3"}) {
    auto address = SocketAddress::parse_with_port(text, 9);
    ASSERT_TRUE(address) << text;
    EXPECT_EQ(address->to_string(), text);
    EXPECT_EQ(*SocketAddress::parse_with_port(address->to_string(), 9), *address);
  }
}

TEST(SocketAddress, knows_its_kinds) {
  EXPECT_TRUE(at("0.0.0.0").is_unspecified());
  EXPECT_TRUE(at("::").is_unspecified());
  EXPECT_FALSE(at("::1").is_unspecified());
  EXPECT_TRUE(at("127.0.0.1").is_loopback());
  EXPECT_TRUE(at("127.255.0.9").is_loopback());
  EXPECT_TRUE(at("::1").is_loopback());
  EXPECT_FALSE(at("128.0.0.1").is_loopback());
  EXPECT_TRUE(at("224.0.1.75").is_multicast());
  EXPECT_TRUE(at("239.255.255.255").is_multicast());
  EXPECT_FALSE(at("240.0.0.1").is_multicast());
  EXPECT_TRUE(at("ff02::1").is_multicast());
  EXPECT_FALSE(at("fe02::1").is_multicast());
}

TEST(SocketAddress, rfc1918_and_rfc4193_networks_are_private_to_their_edges) {
  for (auto text : {"10.0.0.0", "10.255.255.255", "172.16.0.0", "172.31.255.255", "192.168.0.0",
                    "192.168.255.255", "169.254.1.1", "fc00::1", "fdff::1", "fe80::1", "febf::1"})
    EXPECT_TRUE(at(text).is_private()) << text;
  for (auto text : {"9.255.255.255", "11.0.0.0", "172.15.255.255", "172.32.0.0", "192.167.255.255",
                    "192.169.0.0", "8.8.8.8", "127.0.0.1", "fec0::1", "2001:db8::1", "fb00::1"})
    EXPECT_FALSE(at(text).is_private()) << text;
}

TEST(SocketAddress, same_host_ignores_the_port_and_equality_does_not) {
  EXPECT_TRUE(at("192.0.2.1", 1).same_host(at("192.0.2.1", 2)));
  EXPECT_FALSE(at("192.0.2.1", 1) == at("192.0.2.1", 2));
  EXPECT_TRUE(at("2001:db8::1", 7) == at("[2001:DB8::1]", 7));
  EXPECT_FALSE(at("::ffff:192.0.2.1").same_host(at("192.0.2.1")));
}

TEST(SocketAddress, set_port_changes_the_port_alone) {
  auto v4 = at("192.0.2.1", 1);
  v4.set_port(65535);
  EXPECT_EQ(v4.to_string(), "192.0.2.1:65535");
  auto v6 = at("2001:db8::1", 1);
  v6.set_port(2);
  EXPECT_EQ(v6.to_string(), "[2001:db8::1]:2");
}

TEST(SocketAddress, equality_ignores_padding_and_flow_information) {
  sockaddr_in v4{};
  std::memset(&v4, 0xAA, sizeof v4);
  v4.sin_family = AF_INET;
  v4.sin_port = htons(5060);
  v4.sin_addr.s_addr = htonl(0xC0000201);
  EXPECT_EQ(SocketAddress(v4), at("192.0.2.1"));
  EXPECT_EQ(SocketAddress(v4).hash(), at("192.0.2.1").hash());
}

TEST(SocketAddress, from_sockaddr_takes_only_whole_addresses_of_known_families) {
  auto v6 = at("2001:db8::1", 9);
  EXPECT_EQ(SocketAddress::from_sockaddr(v6.data(), v6.size()), v6);
  EXPECT_EQ(SocketAddress::from_sockaddr(v6.data(), sizeof(sockaddr_in)), SocketAddress{});
  EXPECT_EQ(SocketAddress::from_sockaddr(nullptr, 0), SocketAddress{});
  sockaddr_storage other{};
  other.ss_family = AF_UNIX;
  EXPECT_EQ(SocketAddress::from_sockaddr(reinterpret_cast<sockaddr*>(&other), sizeof other), SocketAddress{});
}

TEST(SocketAddress, hashes_of_a_network_are_spread) {
  std::unordered_set<std::size_t> low_bits;
  for (int i = 0; i < 1000; ++i)
    low_bits.insert(at("10.0." + std::to_string(i / 250) + "." + std::to_string(i % 250)).hash() % 4096);
  EXPECT_GT(low_bits.size(), 700u);
  EXPECT_NE(at("2001:db8::1").hash(), at("2001:db8::2").hash());
  EXPECT_NE(at("2001:db8::1", 1).hash(), at("2001:db8::1", 2).hash());
}

}  // namespace
}  // namespace polyfon::base
