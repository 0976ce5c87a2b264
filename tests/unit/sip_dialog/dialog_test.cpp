// Dialog: where requests go, and how they are routed (RFC 3261 12).
#include "sip/dialog/dialog.h"

#include <gtest/gtest.h>

#include "unit/sip_dialog/network.h"

namespace polyfon::sip {
namespace {

Flow from(std::string_view at) { return {Protocol::kUdp, 1, address(at)}; }
std::string to(std::string_view origin, std::string_view uri) {
  return flow_to(from(origin), uri).remote.to_string();
}

TEST(FlowTo, a_literal_address_is_obeyed) {
  EXPECT_EQ(to("198.51.100.1:5060", "sip:a@203.0.113.7:5070"), "203.0.113.7:5070");
  EXPECT_EQ(to("198.51.100.1:5060", "sip:203.0.113.7"), "203.0.113.7:5060");
  EXPECT_EQ(flow_to(from("198.51.100.1:5060"), "sip:203.0.113.7").listener, 1);
}

TEST(FlowTo, a_name_or_another_scheme_goes_where_it_came_from) {
  EXPECT_EQ(to("198.51.100.1:5061", "sip:a@pbx.example"), "198.51.100.1:5061");
  EXPECT_EQ(to("198.51.100.1:5061", "tel:+1555"), "198.51.100.1:5061");
  EXPECT_EQ(to("198.51.100.1:5061", "rubbish"), "198.51.100.1:5061");
}

TEST(FlowTo, a_stranger_cannot_aim_us_inwards) {
  EXPECT_EQ(to("198.51.100.1:5061", "sip:a@127.0.0.1"), "198.51.100.1:5061");
  EXPECT_EQ(to("198.51.100.1:5061", "sip:a@10.0.0.1"), "198.51.100.1:5061");
  EXPECT_EQ(to("198.51.100.1:5061", "sip:a@224.0.0.1"), "198.51.100.1:5061");
  EXPECT_EQ(to("198.51.100.1:5061", "sip:a@0.0.0.0"), "198.51.100.1:5061");
  EXPECT_EQ(to("198.51.100.1:5061", "sip:a@[2001:db8::1]"), "198.51.100.1:5061");
  EXPECT_EQ(to("10.0.0.1:5061", "sip:a@10.0.0.7"), "10.0.0.7:5060");
  EXPECT_EQ(to("127.0.0.1:5061", "sip:a@127.0.0.1:5070"), "127.0.0.1:5070");
}

TEST(FlowTo, a_uri_may_ask_for_another_transport) {
  Flow tcp = flow_to(from("198.51.100.1:5060"), "sip:a@203.0.113.7;transport=tcp");
  EXPECT_EQ(tcp, (Flow{Protocol::kTcp, 0, address("203.0.113.7:5060")}));
  Flow tls = flow_to(from("198.51.100.1:5060"), "sips:a@203.0.113.7");
  EXPECT_EQ(tls, (Flow{Protocol::kTls, 0, address("203.0.113.7:5061")}));
  EXPECT_EQ(flow_to(from("198.51.100.1:5060"), "sip:203.0.113.7;transport=x").protocol, Protocol::kUdp);
}

TEST(FlowTo, the_same_host_is_reached_by_its_connection) {
  Flow origin{Protocol::kTcp, 1, address("203.0.113.7:40000"), 9};
  Flow expected = origin;
  expected.reply_port = 5070;  // when the connection has gone
  EXPECT_EQ(flow_to(origin, "sip:a@203.0.113.7:5070"), expected);
  EXPECT_EQ(flow_to(origin, "sip:a@203.0.113.8:5070"),
            (Flow{Protocol::kTcp, 1, address("203.0.113.8:5070")}));
}

TEST(Route, loose_is_what_says_so) {
  EXPECT_TRUE(is_loose_route("<sip:p.example;lr>"));
  EXPECT_TRUE(is_loose_route("\"P\" <sip:p.example;lr;x=1>;y=2"));
  EXPECT_FALSE(is_loose_route("<sip:p.example>;lr"));
  EXPECT_FALSE(is_loose_route("<sip:p.example>"));
}

Dialog called(std::string_view at, std::string_view via, std::string_view contact,
              std::string_view routes = "") {
  std::string bytes = fmt::format(
      "INVITE sip:b@y SIP/2.0\r\nVia: SIP/2.0/UDP {};branch=z9hG4bK1\r\nFrom: \"C\" <sip:c@x>;tag=f\r\nTo: "
      "sip:b@y\r\n"
      "Call-ID: c1\r\nCSeq: 9 INVITE\r\nContact: {}\r\n{}\r\n",
      via, contact, routes);
  Message message{std::span<const char>(bytes)};
  auto envelope = Envelope::of(message);
  EXPECT_TRUE(envelope);
  return Dialog::called({message, *envelope, from(at), {}}, "mine");
}

TEST(Dialog, rfc3261_12_1_1_the_called_side_turns_from_and_to_around) {
  Dialog dialog = called("10.0.0.9:5060", "10.0.0.9", "<sip:c@10.0.0.9:5062>");
  EXPECT_EQ(dialog.local, "sip:b@y;tag=mine");
  EXPECT_EQ(dialog.remote, "\"C\" <sip:c@x>;tag=f");
  EXPECT_EQ(dialog.remote_cseq, 9u);
  EXPECT_EQ(dialog.remote_target, "sip:c@10.0.0.9:5062");
  EXPECT_EQ(dialog.flow.remote.to_string(), "10.0.0.9:5062");
}

TEST(Dialog, a_caller_whose_via_is_not_its_address_is_behind_nat) {
  Dialog dialog = called("198.51.100.1:40000", "192.168.1.2:5060", "<sip:c@192.168.1.2:5060>");
  EXPECT_EQ(dialog.flow.remote.to_string(), "198.51.100.1:40000");
  EXPECT_EQ(dialog.request_uri(), "sip:c@192.168.1.2:5060");
}

TEST(Dialog, rfc5627_a_peer_that_is_named_by_a_gruu_is_where_it_came_from) {
  Dialog dialog = called("10.0.0.9:5062", "10.0.0.9:5062", "<sip:c@192.0.2.1;gr=urn:uuid:f81d4fae>");
  EXPECT_EQ(dialog.flow.remote.to_string(), "10.0.0.9:5062");
  EXPECT_EQ(dialog.request_uri(), "sip:c@192.0.2.1;gr=urn:uuid:f81d4fae");
  EXPECT_FALSE(dialog.unlocated_hop());
}

TEST(Dialog, a_peer_behind_nat_is_followed_to_its_new_port) {
  Dialog dialog = called("198.51.100.1:40000", "192.168.1.2:5060", "<sip:c@192.168.1.2:5060>");
  std::string bytes =
      "UPDATE sip:b@y SIP/2.0\r\nVia: SIP/2.0/UDP 192.168.1.2:5060;branch=z9hG4bK2\r\nFrom: "
      "<sip:c@x>;tag=f\r\n"
      "To: sip:b@y;tag=mine\r\nCall-ID: c1\r\nCSeq: 10 UPDATE\r\nContact: <sip:c@192.168.1.2:5099>\r\n\r\n";
  Message message{std::span<const char>(bytes)};
  auto envelope = Envelope::of(message);
  ASSERT_TRUE(envelope);
  dialog.refresh_target({message, *envelope, from("198.51.100.1:40001"), {}});
  EXPECT_EQ(dialog.flow.remote.to_string(), "198.51.100.1:40001");
  EXPECT_EQ(dialog.remote_target, "sip:c@192.168.1.2:5099");
}

TEST(Dialog, rfc3261_12_1_1_the_route_set_is_record_route_in_order) {
  Dialog dialog = called("10.0.0.9:5060", "10.0.0.9", "<sip:c@1.2.3.4>",
                         "Record-Route: <sip:10.0.0.9;lr>, <sip:p1;lr>\r\nRecord-Route: <sip:p0;lr>\r\n");
  ASSERT_EQ(dialog.routes.size(), 3u);
  EXPECT_EQ(dialog.routes[0], "<sip:10.0.0.9;lr>");
  EXPECT_EQ(dialog.routes[2], "<sip:p0;lr>");
  EXPECT_EQ(dialog.flow.remote.to_string(), "10.0.0.9:5060");
  EXPECT_EQ(dialog.request_uri(), "sip:c@1.2.3.4");
}

TEST(Dialog, a_route_set_is_bounded) {
  std::string routes;
  for (int i = 0; i < 100; ++i) routes += (i ? ", " : "Record-Route: ") + fmt::format("<sip:p{};lr>", i);
  EXPECT_EQ(called("10.0.0.9:5060", "10.0.0.9", "<sip:c@x>", routes + "\r\n").routes.size(), kMaxRoutes);
}

TEST(Dialog, rfc3261_12_2_1_1_a_strict_router_takes_the_request_line) {
  Dialog dialog = called("10.0.0.9:5060", "10.0.0.9", "<sip:c@1.2.3.4>",
                         "Record-Route: <sip:strict>, <sip:loose;lr>\r\n");
  std::string out;
  Builder builder(out);
  dialog.write_routes(builder);
  EXPECT_EQ(dialog.request_uri(), "sip:strict");
  EXPECT_EQ(out, "Route: <sip:loose;lr>\r\nRoute: <sip:c@1.2.3.4>\r\n");
}

}  // namespace
}  // namespace polyfon::sip
