// Where requests to a contact go: its address, or the connection that it came by.
#include "service/registrar/contact_flow.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace polyfon::registrar {
namespace {

using sip::Flow;
using sip::Protocol;

base::SocketAddress address(std::string_view text) {
  return *base::SocketAddress::parse_with_port(text, 5060);
}

Flow by(Protocol protocol, std::string_view from = "192.0.2.9:40000", std::uint32_t connection = 7) {
  return {.protocol = protocol,
          .listener = 2,
          .remote = address(from),
          .connection = protocol == Protocol::kUdp ? 0 : connection};
}

bool behind_nat(Protocol protocol, std::string_view sent_by) {
  const std::string text = fmt::format("REGISTER sip:x SIP/2.0\r\nVia: SIP/2.0/{} {};branch=z9hG4bK1\r\n\r\n",
                                       to_string(protocol), sent_by);
  const sip::Message message{std::span<const char>(text)};
  return is_behind_nat({}, message, by(protocol));
}

TEST(ContactFlow, a_datagrams_contact_is_obeyed) {
  EXPECT_EQ(contact_flow("sip:a@192.0.2.9:5070", by(Protocol::kUdp)),
            (Flow{Protocol::kUdp, 2, address("192.0.2.9:5070")}));
}

TEST(ContactFlow, rfc5626_3_1_a_phone_is_reached_by_its_connection) {
  Flow expected = by(Protocol::kTcp);
  expected.reply_port = 5070;
  EXPECT_EQ(contact_flow("sip:a@192.0.2.9:5070;transport=tcp", by(Protocol::kTcp)), expected);
  EXPECT_EQ(contact_flow("sip:a@192.0.2.9:5070", by(Protocol::kTcp)), expected);
}

TEST(ContactFlow, the_port_of_tls_is_5061) {
  EXPECT_EQ(contact_flow("sip:a@192.0.2.9;transport=tls", by(Protocol::kTls)).reply_port, 5061);
  EXPECT_EQ(contact_flow("sips:a@192.0.2.9", by(Protocol::kTls)).reply_port, 5061);
}

TEST(ContactFlow, rfc3261_19_1_1_a_contact_may_ask_for_another_transport) {
  EXPECT_EQ(contact_flow("sip:a@192.0.2.9;transport=tcp", by(Protocol::kUdp)),
            (Flow{Protocol::kTcp, 0, address("192.0.2.9:5060")}));
  EXPECT_EQ(contact_flow("sips:a@192.0.2.9", by(Protocol::kUdp)),
            (Flow{Protocol::kTls, 0, address("192.0.2.9:5061")}));
  EXPECT_EQ(contact_flow("sip:a@192.0.2.9;transport=sctp", by(Protocol::kUdp)).protocol, Protocol::kUdp);
}

TEST(ContactFlow, another_host_gets_a_connection_of_its_own) {
  EXPECT_EQ(contact_flow("sip:a@192.0.2.77:5070", by(Protocol::kTcp)),
            (Flow{Protocol::kTcp, 2, address("192.0.2.77:5070")}));
}

TEST(ContactFlow, rfc7118_5_a_browser_is_reached_by_its_connection_alone) {
  EXPECT_EQ(contact_flow("sip:a@df7jal23ls0d.invalid;transport=ws", by(Protocol::kWss)), by(Protocol::kWss));
}

TEST(BehindNat, a_connection_comes_from_any_port) {
  EXPECT_FALSE(behind_nat(Protocol::kTcp, "192.0.2.9:5060"));
  EXPECT_TRUE(behind_nat(Protocol::kTcp, "10.0.0.9:5060"));
  EXPECT_TRUE(behind_nat(Protocol::kUdp, "192.0.2.9:5060"));
  EXPECT_FALSE(behind_nat(Protocol::kUdp, "192.0.2.9:40000"));
}

TEST(FlowText, comes_back_without_its_connection) {
  EXPECT_EQ(encode_flow({Protocol::kUdp, 1, address("192.0.2.9:5070")}), "udp:1:192.0.2.9:5070");
  Flow tls = by(Protocol::kTls);
  tls.reply_port = 5061;
  EXPECT_EQ(encode_flow(tls), "tls:2:192.0.2.9:5061");
  EXPECT_EQ(decode_flow("tls:2:192.0.2.9:5061"), (Flow{Protocol::kTls, 2, address("192.0.2.9:5061")}));
  EXPECT_EQ(decode_flow("tcp:0:[2001:db8::1]:5060"),
            (Flow{Protocol::kTcp, 0, address("[2001:db8::1]:5060")}));
  EXPECT_FALSE(decode_flow("sctp:0:192.0.2.9:5060"));
  EXPECT_FALSE(decode_flow("tcp:192.0.2.9"));
}

}  // namespace
}  // namespace polyfon::registrar
