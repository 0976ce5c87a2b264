// Where a registered phone is reached: NAT, proxies, restarts, fixed hosts.
#include "unit/service_registrar/office.h"

namespace polyfon::registrar {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

class Reach : public Office {
 protected:
  void with_nat(config::Nat nat) {
    auto endpoint = phone("1001");
    endpoint->nat = nat;
    configure(endpoint);
  }
  static constexpr config::Nat kNo{.force_rport = false, .auto_force_rport = false};
  static constexpr config::Nat kForce{.force_rport = true, .auto_force_rport = false};
  // Behind NAT: its own addresses are private.
  const Register natted{
      .contacts = {"<sip:1001@10.0.0.5:5060>"}, .from = "203.0.113.9:41000", .via = "10.0.0.5:5060"};
  // Its Contact is another port than the one it sends from, which Via shows truly.
  const Register plain{.contacts = {"<sip:1001@192.0.2.10:6000>"}, .from = "192.0.2.10:5062"};
};

TEST_F(Reach, a_registered_peer_is_known_by_its_address) {
  auto endpoint = phone("1001");
  endpoint->type = config::PeerType::kPeer;
  configure(endpoint);
  send_with_digest(plain);
  EXPECT_EQ(registrar->account_at(address("192.0.2.10:6000")), "1001");
  EXPECT_EQ(registrar->account_at(address("192.0.2.10:7000")), "");
  auto any_port = std::make_shared<config::Endpoint>(*endpoint);
  any_port->insecure_port = true;
  configure(any_port);
  EXPECT_EQ(registrar->account_at(address("192.0.2.10:7000")), "1001");
  configure(phone("1001"));  // a friend is known by its name
  EXPECT_EQ(registrar->account_at(address("192.0.2.10:6000")), "");
}

TEST_F(Reach, a_phone_behind_nat_where_it_came_from) {
  send_with_digest(natted);
  EXPECT_THAT(dialled(), ElementsAre("sip:1001@10.0.0.5:5060 via 203.0.113.9:41000"));
}

TEST_F(Reach, a_phone_behind_nat_that_keeps_its_port) {
  Register what = natted;
  what.from = "203.0.113.9:5060";
  send_with_digest(what);
  EXPECT_THAT(dialled(), ElementsAre("sip:1001@10.0.0.5:5060 via 203.0.113.9:5060"));
}

TEST_F(Reach, a_phone_without_nat_where_its_contact_says) {
  send_with_digest(plain);
  EXPECT_THAT(dialled(), ElementsAre("sip:1001@192.0.2.10:6000 via 192.0.2.10:6000"));
}

TEST_F(Reach, nat_force_rport_where_it_came_from_whatever_via_says) {
  with_nat(kForce);
  send_with_digest(plain);
  EXPECT_THAT(dialled(), ElementsAre("sip:1001@192.0.2.10:6000 via 192.0.2.10:5062"));
}

TEST_F(Reach, nat_no_where_its_contact_says_whatever_via_says) {
  with_nat(kNo);
  send_with_digest(natted);
  EXPECT_THAT(dialled(), ElementsAre("sip:1001@10.0.0.5:5060 via 10.0.0.5:5060"));
}

TEST_F(Reach, a_via_that_names_a_host_counts_as_nat) {
  Register what = plain;
  what.via = "phone.example:5062";
  send_with_digest(what);
  EXPECT_THAT(dialled(), ElementsAre("sip:1001@192.0.2.10:6000 via 192.0.2.10:5062"));
}

TEST_F(Reach, a_contact_that_is_no_address_of_a_phone_where_it_came_from) {
  for (const char* host : {"phone.example", "0.0.0.0", "224.0.1.75", "[2001:db8::1]"}) {
    Register what = plain;
    what.contacts = {fmt::format("<sip:1001@{}>", host)};
    send_with_digest(what);
    EXPECT_EQ(registrar->contacts("1001")[0].flow.remote, address("192.0.2.10:5062")) << host;
  }
}

TEST_F(Reach, a_refresh_from_elsewhere_moves_it) {
  send_with_digest(natted);
  Register moved = natted;
  moved.from = "203.0.113.9:52000";
  send_with_digest(moved);
  EXPECT_THAT(dialled(), ElementsAre("sip:1001@10.0.0.5:5060 via 203.0.113.9:52000"));
}

TEST_F(Reach, rfc3327_path_is_kept_returned_and_the_way_to_the_phone) {
  Register what = plain;
  what.from = "198.51.100.1:5060";
  what.extra =
      "Supported: path\r\nPath: <sip:edge.example;lr>, <sip:198.51.100.1;lr>\r\nPath: "
      "<sip:inner.example;lr>\r\n";
  Sent answer = send_with_digest(what);
  EXPECT_EQ(answer.header("Path"), "<sip:edge.example;lr>, <sip:198.51.100.1;lr>, <sip:inner.example;lr>");
  auto contacts = registrar->contacts("1001");
  ASSERT_EQ(contacts.size(), 1u);
  EXPECT_THAT(contacts[0].path,
              ElementsAre("<sip:edge.example;lr>", "<sip:198.51.100.1;lr>", "<sip:inner.example;lr>"));
  EXPECT_EQ(contacts[0].flow.remote, address("198.51.100.1:5060")) << "the proxy that sent it";
}

TEST_F(Reach, rfc3327_5_3_path_without_support_is_a_bad_extension) {
  Sent answer = send({.extra = "Path: <sip:edge.example;lr>\r\n"});
  EXPECT_EQ(answer.status(), 420);
  EXPECT_EQ(answer.header("Unsupported"), "path");
}

TEST_F(Reach, rfc3327_5_1_a_phone_may_require_path) {
  Register what{.from = "198.51.100.1",
                .extra = "Require: path\r\nSupported: path\r\nPath: <sip:198.51.100.1;lr>\r\n"};
  EXPECT_EQ(send_with_digest(what).status(), 200);
  what.extra = "Require: path, fancy\r\n";
  Sent refused = send(what);
  EXPECT_EQ(refused.status(), 420);
  EXPECT_EQ(refused.header("Unsupported"), "fancy");
}

TEST_F(Reach, a_path_that_is_too_long_is_refused) {
  Register what;
  what.extra = "Supported: path\r\n";
  for (int i = 0; i < 30; ++i)
    what.extra += fmt::format("Path: <sip:{}.example;lr>\r\n", std::string(40, 'p'));
  EXPECT_EQ(send(what).status(), 400);
}

// --- restart ---

TEST_F(Reach, after_a_restart_as_before) {
  Register what = natted;
  what.extra = "Supported: path\r\nPath: <sip:edge.example;lr>\r\n";
  send_with_digest(what);
  advance(100s);
  auto before = registrar->bindings("1001");
  start();
  EXPECT_THAT(dialled(), IsEmpty());
  registrar->restore(store.all());
  auto after = registrar->bindings("1001");
  ASSERT_EQ(after.size(), 1u);
  EXPECT_EQ(after[0].contact_uri, before[0].contact_uri);
  EXPECT_EQ(after[0].user_agent, before[0].user_agent);
  EXPECT_EQ(after[0].flow, before[0].flow);
  EXPECT_EQ(after[0].expires_in, before[0].expires_in);
  EXPECT_THAT(registrar->contacts("1001")[0].path, ElementsAre("<sip:edge.example;lr>"));
}

TEST_F(Reach, after_a_restart_the_order_of_cseq_still_holds) {
  Register what = natted;
  what.cseq = 10;
  send_with_digest(what);
  start();
  registrar->restore(store.all());
  EXPECT_EQ(send_with_digest(what).status(), 500);
  what.cseq = 11;
  EXPECT_EQ(send_with_digest(what).status(), 200);
  EXPECT_EQ(registrar->binding_count(), 1u);
}

TEST_F(Reach, after_a_restart_it_expires_when_it_would_have) {
  send_with_digest(natted);
  advance(100s);
  start();
  registrar->restore(store.all());
  advance(199s);
  EXPECT_EQ(registrar->binding_count(), 1u);
  advance(3s);
  EXPECT_EQ(registrar->binding_count(), 0u);
}

TEST_F(Reach, what_cannot_be_restored_is_left_out) {
  StoredBinding good{
      "1001", "sip:1001@192.0.2.10", "call", "phone", "", 1, "udp:0:192.0.2.10:5060", SimClock::kWall + 100};
  auto with = [&](auto&& change) {
    auto bad = good;
    change(bad);
    return bad;
  };
  registrar->restore(
      {with([](auto& b) { b.account = "gone"; }), with([](auto& b) { b.flow = "sctp:0:192.0.2.10:5060"; }),
       with([](auto& b) { b.flow = "udp:0:phone.example"; }), with([](auto& b) { b.flow = "udp"; }),
       with([](auto& b) { b.flow = "udp:999:192.0.2.10:5060"; }), with([](auto& b) { b.flow = ""; }),
       with([](auto& b) { b.expires_at = SimClock::kWall; })});
  EXPECT_EQ(registrar->binding_count(), 0u);
  registrar->restore({good});
  EXPECT_EQ(registrar->binding_count(), 1u);
}

TEST_F(Reach, a_clock_that_was_set_back_does_not_keep_it_for_ever) {
  registrar->restore({{"1001", "sip:1001@192.0.2.10", "call", "phone", "", 1, "udp:0:192.0.2.10:5060",
                       std::numeric_limits<std::int64_t>::max()}});
  EXPECT_EQ(registrar->bindings("1001")[0].expires_in, 3600);
}

TEST_F(Reach, an_ipv6_phone_is_restored) {
  send_with_digest({.contacts = {"<sip:1001@[2001:db8::5]:5070>"}, .from = "[2001:db8::5]:5070"});
  start();
  registrar->restore(store.all());
  EXPECT_THAT(dialled(), ElementsAre("sip:1001@[2001:db8::5]:5070 via [2001:db8::5]:5070"));
}

}  // namespace
}  // namespace polyfon::registrar
