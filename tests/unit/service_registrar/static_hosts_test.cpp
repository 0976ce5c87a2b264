// Accounts with a fixed host: addresses at once, names when the resolver answers.
#include "service/registrar/static_hosts.h"

#include "unit/service_registrar/office.h"

namespace polyfon::registrar {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

class FixedHosts : public Office {
 protected:
  static std::shared_ptr<config::Endpoint> trunk(const std::string& name, const std::string& host,
                                                 std::uint16_t port = 5060, bool any_port = false) {
    auto endpoint = phone(name);
    endpoint->dynamic = false;
    endpoint->host = host;
    endpoint->port = port;
    endpoint->port_given = port != 5060;
    endpoint->insecure_port = any_port;
    return endpoint;
  }
  void answer(std::size_t question, std::vector<base::SocketAddress> addresses) {
    questions.at(question).second(std::move(addresses));
  }
  void fail(std::size_t question) {
    questions.at(question).second(base::fail(base::ErrorCode::kNotFound, "no such name"));
  }
};

TEST_F(FixedHosts, an_address_is_there_at_once) {
  configure(trunk("trunk", "198.51.100.7", 5080));
  EXPECT_THAT(questions, IsEmpty());
  EXPECT_THAT(dialled("trunk"), ElementsAre("sip:198.51.100.7:5080 via 198.51.100.7:5080"));
  EXPECT_EQ(registrar->account_at(address("198.51.100.7:5080")), "trunk");
}

TEST_F(FixedHosts, the_user_name_stands_in_the_uri) {
  auto endpoint = trunk("trunk", "2001:db8::7");
  endpoint->username = "our number";
  configure(endpoint);
  EXPECT_THAT(dialled("trunk"), ElementsAre("sip:our%20number@[2001:db8::7] via [2001:db8::7]:5060"));
}

TEST_F(FixedHosts, the_listener_speaks_the_address_family) {
  auto fresh = std::make_shared<config::Snapshot>(*snapshot);
  fresh->sip.bind = {address("0.0.0.0:5060"), address("[::]:5060")};
  use(fresh);
  configure(trunk("four", "198.51.100.7"));
  configure(trunk("six", "2001:db8::7"));
  EXPECT_EQ(registrar->contacts("four").at(0).flow.listener, 0);
  EXPECT_EQ(registrar->contacts("six").at(0).flow.listener, 1);
}

TEST_F(FixedHosts, a_name_is_there_when_it_resolves) {
  configure(trunk("trunk", "sip.provider.example", 5070));
  ASSERT_EQ(questions.size(), 1u);
  EXPECT_EQ(questions[0].first, "sip.provider.example:5070");
  EXPECT_THAT(dialled("trunk"), IsEmpty());
  answer(0, {address("198.51.100.7:5070"), address("198.51.100.8:5070")});
  // The name stays in the URI: providers check the domain.
  EXPECT_THAT(dialled("trunk"), ElementsAre("sip:sip.provider.example:5070 via 198.51.100.7:5070"));
}

TEST_F(FixedHosts, a_name_that_does_not_resolve_is_asked_again) {
  configure(trunk("trunk", "sip.provider.example"));
  fail(0);
  EXPECT_THAT(dialled("trunk"), IsEmpty());
  advance(299s);
  EXPECT_EQ(questions.size(), 1u);
  advance(2s);
  ASSERT_EQ(questions.size(), 2u);
  answer(1, {address("198.51.100.7")});
  EXPECT_EQ(dialled("trunk").size(), 1u);
}

TEST_F(FixedHosts, a_name_that_moves_is_followed_and_one_that_fails_keeps_its_address) {
  configure(trunk("trunk", "sip.provider.example"));
  answer(0, {address("198.51.100.7")});
  advance(301s);
  fail(1);
  EXPECT_EQ(registrar->account_at(address("198.51.100.7")), "trunk");
  advance(300s);
  answer(2, {});
  EXPECT_EQ(registrar->account_at(address("198.51.100.7")), "trunk");
  advance(300s);
  answer(3, {address("198.51.100.9")});
  EXPECT_EQ(registrar->account_at(address("198.51.100.7")), "");
  EXPECT_EQ(registrar->account_at(address("198.51.100.9")), "trunk");
}

TEST_F(FixedHosts, a_reload_keeps_the_address_until_the_new_answer) {
  configure(trunk("trunk", "sip.provider.example"));
  answer(0, {address("198.51.100.7")});
  use(std::make_shared<config::Snapshot>(*snapshot));
  EXPECT_EQ(dialled("trunk").size(), 1u);
  ASSERT_EQ(questions.size(), 2u);
  answer(1, {address("198.51.100.8")});
  EXPECT_EQ(registrar->account_at(address("198.51.100.8")), "trunk");
}

TEST_F(FixedHosts, an_answer_for_a_host_that_a_reload_replaced_is_dropped) {
  configure(trunk("trunk", "old.example"));
  configure(trunk("trunk", "new.example"));
  answer(0, {address("198.51.100.1")});
  EXPECT_THAT(dialled("trunk"), IsEmpty());
  answer(1, {address("198.51.100.2")});
  EXPECT_EQ(registrar->account_at(address("198.51.100.2")), "trunk");
}

TEST_F(FixedHosts, an_answer_after_its_end_is_dropped) {
  {
    StaticHosts short_lived(locator, timers);
    auto with_trunk = *snapshot;
    with_trunk.endpoints.push_back(trunk("trunk", "old.example"));
    short_lived.set_snapshot(with_trunk);
  }
  ASSERT_EQ(questions.size(), 1u);
  answer(0, {address("198.51.100.1")});
}

TEST_F(FixedHosts, a_vanished_account_is_not_found_any_more) {
  auto before = snapshot;
  configure(trunk("trunk", "198.51.100.7"));
  use(before);
  EXPECT_EQ(registrar->account_at(address("198.51.100.7")), "");
  EXPECT_THAT(dialled("trunk"), IsEmpty());
}

TEST_F(FixedHosts, the_port_counts_unless_insecure_port) {
  configure(trunk("strict", "198.51.100.7", 5060));
  EXPECT_EQ(registrar->account_at(address("198.51.100.7:40000")), "");
  configure(trunk("loose", "198.51.100.8", 5060, true));
  EXPECT_EQ(registrar->account_at(address("198.51.100.8:40000")), "loose");
  EXPECT_EQ(registrar->account_at(address("198.51.100.9:5060")), "");
}

TEST_F(FixedHosts, of_two_with_one_address_the_right_port_goes_first_then_the_order_of_the_file) {
  for (const char* name : {"d", "c", "b", "a"}) configure(trunk(name, "198.51.100.7", 5060, true));
  EXPECT_EQ(registrar->account_at(address("198.51.100.7:40000")), "d");
  configure(trunk("exact", "198.51.100.7", 40000));
  EXPECT_EQ(registrar->account_at(address("198.51.100.7:40000")), "exact");
  EXPECT_EQ(registrar->account_at(address("198.51.100.7:5060")), "d");
}

// --- several servers (RFC 3263) ---

TEST_F(FixedHosts, without_a_port_and_a_transport_the_service_is_found) {
  configure(trunk("trunk", "provider.example"));
  ASSERT_EQ(questions.size(), 1u);
  EXPECT_EQ(questions[0].first, "provider.example:0");
  EXPECT_EQ(locator.protocols.back(), std::nullopt);
  auto endpoint = trunk("other", "tcp.example");
  endpoint->transport = {config::Transport::kTcp, 2};
  configure(endpoint);
  EXPECT_EQ(locator.protocols.back(), sip::Protocol::kTcp);
}

TEST_F(FixedHosts, its_servers_are_tried_one_after_the_other_in_turns) {
  configure(trunk("trunk", "provider.example"));
  answer(0, {address("198.51.100.7"), address("198.51.100.8:5070"), address("198.51.100.9")});
  auto contact = registrar->contacts("trunk").at(0);
  EXPECT_EQ(contact.flow.remote, address("198.51.100.7"));
  ASSERT_EQ(contact.alternatives.size(), 2u);
  EXPECT_EQ(contact.alternatives[1].remote, address("198.51.100.9"));
  locator.turn = 1;
  EXPECT_THAT(dialled("trunk"), ElementsAre("sip:provider.example via 198.51.100.8:5070"));
}

TEST_F(FixedHosts, all_its_servers_call_as_that_account) {
  configure(trunk("trunk", "provider.example"));
  answer(0, {address("198.51.100.7"), address("198.51.100.8:5070")});
  EXPECT_EQ(registrar->account_at(address("198.51.100.8:5070")), "trunk");
  EXPECT_EQ(registrar->account_at(address("198.51.100.8:5060")), "");
}

TEST_F(FixedHosts, who_is_asked_by_qualify_stays_while_it_is_one_of_them) {
  auto endpoint = trunk("trunk", "provider.example");
  endpoint->qualify = true;
  configure(endpoint);
  answer(0, {address("198.51.100.7"), address("198.51.100.8")});
  advance(301s);
  answer(1, {address("198.51.100.8"), address("198.51.100.7")});
  EXPECT_EQ(registrar->bindings("trunk").at(0).flow.remote, address("198.51.100.7"));
}

TEST_F(FixedHosts, silence_of_one_server_does_not_make_the_others_unreachable) {
  auto endpoint = trunk("trunk", "provider.example");
  endpoint->qualify = true;
  configure(endpoint);
  answer(0, {address("198.51.100.7"), address("198.51.100.8")});
  advance(10s);
  EXPECT_EQ(registrar->bindings("trunk").at(0).status, BindingView::Status::kUnreachable);
  EXPECT_TRUE(registrar->contacts("trunk").at(0).reachable);
}

// --- outboundproxy= ---

TEST_F(FixedHosts, requests_go_to_the_proxy_and_calls_come_from_the_host) {
  auto endpoint = trunk("trunk", "198.51.100.7");
  endpoint->outbound_proxy = {"192.0.2.99", 5070};
  configure(endpoint);
  EXPECT_THAT(dialled("trunk"), ElementsAre("sip:198.51.100.7 via 192.0.2.99:5070"));
  EXPECT_EQ(registrar->account_at(address("198.51.100.7")), "trunk");
  EXPECT_EQ(registrar->account_at(address("192.0.2.99:5070")), "");
}

TEST_F(FixedHosts, the_proxy_may_know_a_host_that_we_do_not) {
  auto endpoint = trunk("trunk", "inside.example");
  endpoint->outbound_proxy = {"proxy.example", 0};
  configure(endpoint);
  ASSERT_EQ(questions.size(), 2u);
  fail(0);
  answer(1, {address("192.0.2.99")});
  EXPECT_THAT(dialled("trunk"), ElementsAre("sip:inside.example via 192.0.2.99:5060"));
}

TEST_F(FixedHosts, a_registered_phone_behind_a_proxy_is_called_through_it) {
  auto endpoint = phone("1001");
  endpoint->outbound_proxy = {"192.0.2.99", 0};
  configure(endpoint);
  EXPECT_EQ(send_with_digest({}).status(), 200);
  EXPECT_THAT(dialled("1001"), ElementsAre("sip:1001@192.0.2.10:5062 via 192.0.2.99:5060"));
}

}  // namespace
}  // namespace polyfon::registrar
