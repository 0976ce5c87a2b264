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
  std::vector<StaticHosts::Answer> answers;
  {
    StaticHosts short_lived(
        [&](std::string, std::uint16_t, auto answer) { answers.push_back(std::move(answer)); }, timers);
    auto with_trunk = *snapshot;
    with_trunk.endpoints.push_back(trunk("trunk", "old.example"));
    short_lived.set_snapshot(with_trunk);
  }
  ASSERT_EQ(answers.size(), 1u);
  answers[0](std::vector{address("198.51.100.1")});
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

}  // namespace
}  // namespace polyfon::registrar
