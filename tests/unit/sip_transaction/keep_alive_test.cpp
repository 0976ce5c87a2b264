// Keep-alives on a flow.
#include "sip/transaction/keep_alive.h"

#include <gtest/gtest.h>

namespace polyfon::sip {
namespace {

using namespace std::string_literals;

const std::string kCookie = "\x21\x12\xa4\x42"s;
const std::string kTransaction = "abcdefghijkl";

Flow from(std::string_view host, std::uint16_t port, Protocol protocol = Protocol::kUdp) {
  Flow flow;
  flow.protocol = protocol;
  flow.remote = *base::SocketAddress::parse(host, port);
  return flow;
}
std::string request(const std::string& attributes = "") {
  return "\0\1\0"s + static_cast<char>(attributes.size()) + kCookie + kTransaction + attributes;
}
std::string answer(const Flow& flow, std::string_view bytes) {
  std::string out;
  return std::string(answer_keep_alive(flow, bytes, out));
}

TEST(KeepAlive, rfc5626_3_5_1_a_ping_is_answered_by_a_pong) {
  EXPECT_EQ(answer(from("192.0.2.9", 5060, Protocol::kTcp), "\r\n\r\n"), "\r\n");
  EXPECT_EQ(answer(from("192.0.2.9", 5060), "\r\n\r\n"), "\r\n");
}

TEST(KeepAlive, a_pong_and_other_emptiness_are_not_answered) {
  for (const char* bytes : {"\r\n", "\r\n\r\n\r\n", "\n\n", ""})
    EXPECT_EQ(answer(from("192.0.2.9", 1), bytes), "");
}

TEST(KeepAlive, rfc5389_7_3_a_binding_request_is_told_where_it_came_from) {
  // RFC 5769's way of veiling: 192.0.2.1:32853 is a147 e112a643 under the cookie.
  EXPECT_EQ(answer(from("192.0.2.1", 32853), request()),
            "\1\1\0\x0c"s + kCookie + kTransaction + "\0\x20\0\x08\0\1\xa1\x47\xe1\x12\xa6\x43"s);
}

TEST(KeepAlive, over_ipv6_too) {
  std::string reply = answer(from("2001:db8::1", 32853), request());
  ASSERT_EQ(reply.size(), 44u);
  EXPECT_EQ(reply.substr(20, 8), "\0\x20\0\x14\0\2\xa1\x47"s);
  std::string mask = kCookie + kTransaction, host;
  for (std::size_t i = 0; i < 16; ++i) host += static_cast<char>(reply[28 + i] ^ mask[i]);
  EXPECT_EQ(host, "\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1"s);
}

TEST(KeepAlive, rfc5389_7_3_1_what_must_be_understood_and_is_not_is_420) {
  std::string reply = answer(from("192.0.2.1", 1), request("\0\x24\0\4\0\0\0\1\x80\x22\0\1x\0\0\0"s));
  EXPECT_EQ(reply.substr(0, 2), "\1\x11"s);
  EXPECT_EQ(reply.substr(24, 4), "\0\0\4\x14"s);
  EXPECT_EQ(reply.substr(reply.size() - 8), "\0\x0a\0\2\0\x24\0\0"s);
  EXPECT_EQ(reply.size() % 4, 0u);
  EXPECT_EQ(static_cast<std::size_t>(reply[3]), reply.size() - 20);
}

TEST(KeepAlive, attributes_that_may_be_passed_over_are) {
  EXPECT_EQ(answer(from("192.0.2.1", 1), request("\x80\x22\0\1x\0\0\0"s)).substr(0, 2), "\1\1"s);
}

TEST(KeepAlive, what_is_no_binding_request_is_not_answered) {
  std::string good = request();
  for (std::size_t size = 0; size < good.size(); ++size)
    EXPECT_EQ(answer(from("192.0.2.1", 1), good.substr(0, size)), "");
  EXPECT_EQ(answer(from("192.0.2.1", 1), good + "more"), "");
  std::string reply = good;
  reply[0] = 1;
  EXPECT_EQ(answer(from("192.0.2.1", 1), reply), "") << "an answer: no echo between two servers";
  std::string old = good;
  old[4] = 0;
  EXPECT_EQ(answer(from("192.0.2.1", 1), old), "") << "RFC 3489 has no cookie";
  EXPECT_EQ(answer(from("192.0.2.1", 1), request("\0\x24\0\x40\0\0\0\1"s)), "")
      << "an attribute beyond the end";
  EXPECT_EQ(answer(from("192.0.2.1", 1, Protocol::kTcp), good), "") << "RFC 5626 3.5.2: on UDP";
}

TEST(KeepAlive, sip_is_none) {
  EXPECT_TRUE(is_stun(std::string_view("\0\1", 2)));
  EXPECT_FALSE(is_stun(std::string_view("OPTIONS")));
  EXPECT_FALSE(is_stun(std::string_view("\r\n")));
  EXPECT_FALSE(is_stun(std::string_view()));
}

}  // namespace
}  // namespace polyfon::sip
