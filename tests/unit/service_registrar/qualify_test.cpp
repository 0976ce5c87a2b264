// qualify=: phones are asked by OPTIONS, and those that do not answer are not dialled.
#include <set>

#include "service/registrar/probe.h"
#include "unit/service_registrar/office.h"

namespace polyfon::registrar {
namespace {

using namespace std::chrono_literals;
using Status = ContactStatus;

class Qualify : public Office {
 protected:
  Qualify() {
    auto endpoint = phone("1001");
    endpoint->qualify = true;
    configure(endpoint);
  }
  void registers(const Register& what = {}) {
    ASSERT_EQ(send_with_digest(what).status(), 200);
    sink.sent.clear();
    advance(1ms);
  }
  // The OPTIONS that left since they were last asked for, without retransmissions.
  std::vector<Sent> options() {
    std::vector<Sent> result;
    for (auto& sent : sink.sent)
      if (sent.is_request("OPTIONS") && seen_.insert(sent.header("Via")).second) result.push_back(sent);
    sink.sent.clear();
    return result;
  }
  void answer(const Sent& request, std::string_view status = "200 OK") {
    std::string text = fmt::format("SIP/2.0 {}\r\n", status);
    for (const char* name : {"Via", "From", "To", "Call-ID", "CSeq"})
      text += fmt::format("{}: {}{}\r\n", name, request.header(name),
                          name == std::string("To") ? ";tag=phone" : "");
    user_agent->receive(request.flow, text + "Content-Length: 0\r\n\r\n", clock.now());
  }
  BindingView view(std::size_t i = 0) const { return registrar->bindings("1001").at(i); }
  bool reachable() const { return registrar->contacts("1001").at(0).reachable; }

 private:
  std::set<std::string> seen_;
};

TEST_F(Qualify, asks_a_phone_that_registered_where_it_is) {
  registers({.contacts = {"<sip:1001@10.0.0.5>"}, .from = "203.0.113.9:41000", .via = "10.0.0.5"});
  auto asked = options();
  ASSERT_EQ(asked.size(), 1u);
  EXPECT_EQ(asked[0].first_line(), "OPTIONS sip:1001@10.0.0.5 SIP/2.0");
  EXPECT_EQ(asked[0].flow.remote, address("203.0.113.9:41000"));
  EXPECT_EQ(asked[0].header("To"), "<sip:1001@10.0.0.5>");
}

TEST_F(Qualify, asks_along_the_path) {
  registers({.from = "198.51.100.1", .extra = "Supported: path\r\nPath: <sip:198.51.100.1;lr>\r\n"});
  auto asked = options();
  ASSERT_EQ(asked.size(), 1u);
  EXPECT_EQ(asked[0].header("Route"), "<sip:198.51.100.1;lr>");
  EXPECT_EQ(asked[0].flow.remote, address("198.51.100.1"));
}

TEST_F(Qualify, until_the_first_answer_a_phone_counts_as_there) {
  registers();
  EXPECT_EQ(view().status, Status::kUnknown);
  EXPECT_TRUE(reachable());
}

TEST_F(Qualify, measures_the_way_there_and_back) {
  registers();
  advance(24ms);  // registers() waited one
  answer(options().at(0));
  EXPECT_EQ(view().status, Status::kOk);
  EXPECT_EQ(view().round_trip, 25ms);
}

TEST_F(Qualify, an_error_is_an_answer_too) {
  registers();
  answer(options().at(0), "405 Method Not Allowed");
  EXPECT_EQ(view().status, Status::kOk);
}

TEST_F(Qualify, a_slow_answer_is_lagged_and_still_dialled) {
  registers();
  auto asked = options();
  advance(2999ms);
  answer(asked.at(0));
  EXPECT_EQ(view().status, Status::kLagged);
  EXPECT_EQ(view().round_trip, 3000ms);
  EXPECT_TRUE(reachable());
}

TEST_F(Qualify, twice_the_limit_without_answer_is_unreachable) {
  registers();
  advance(3900ms);
  EXPECT_EQ(view().status, Status::kUnknown);
  advance(200ms);
  EXPECT_EQ(view().status, Status::kUnreachable);
  EXPECT_FALSE(reachable());
}

TEST_F(Qualify, the_limit_is_the_account_s_own) {
  auto endpoint = phone("1001");
  endpoint->qualify = true;
  endpoint->qualify_limit = 100ms;
  configure(endpoint);
  registers();
  advance(250ms);
  EXPECT_EQ(view().status, Status::kUnreachable);
}

TEST_F(Qualify, asks_again_every_qualifyfreq_while_all_is_well) {
  registers();
  answer(options().at(0));
  advance(59s);
  EXPECT_TRUE(options().empty());
  advance(2s);
  EXPECT_EQ(options().size(), 1u);
}

TEST_F(Qualify, asks_sooner_while_a_phone_is_down) {
  registers();
  options();
  advance(13s);
  EXPECT_TRUE(options().empty());
  advance(2s);
  EXPECT_EQ(options().size(), 1u) << "10 s after it was given up at 4 s";
}

TEST_F(Qualify, a_phone_that_comes_back_is_dialled_again) {
  registers();
  options();
  advance(15s);
  EXPECT_FALSE(reachable());
  answer(options().at(0));
  EXPECT_EQ(view().status, Status::kOk);
  EXPECT_TRUE(reachable());
}

TEST_F(Qualify, the_end_of_an_older_question_does_not_take_it_down_again) {
  registers();
  options();
  advance(15s);
  answer(options().at(0));
  for (int second = 16; second < 50; ++second) {  // the first OPTIONS ends unanswered at 32 s
    advance(1s);
    for (const auto& asked : options()) answer(asked);
    ASSERT_EQ(view().status, Status::kOk) << second;
  }
}

TEST_F(Qualify, an_answer_after_it_was_given_up_counts) {
  registers();
  auto asked = options();
  advance(6s);
  EXPECT_EQ(view().status, Status::kUnreachable);
  answer(asked.at(0));
  EXPECT_EQ(view().status, Status::kLagged);
}

TEST_F(Qualify, no_way_to_the_phone_is_unreachable_at_once) {
  send_with_digest({});
  sink.refuse = true;
  advance(1ms);
  EXPECT_EQ(view().status, Status::kUnreachable);
  sink.refuse = false;
  advance(15s);
  auto asked = options();
  ASSERT_EQ(asked.size(), 1u);
  answer(asked[0]);
  EXPECT_EQ(view().status, Status::kOk);
}

TEST_F(Qualify, each_phone_of_an_account_has_a_state_of_its_own) {
  registers({.contacts = {"<sip:1001@192.0.2.10>", "<sip:1001@192.0.2.20>"}});
  auto asked = options();
  ASSERT_EQ(asked.size(), 2u);
  for (const auto& each : asked)
    if (each.flow.remote == address("192.0.2.20")) answer(each);
  advance(5s);
  for (const auto& each : registrar->bindings("1001"))
    EXPECT_EQ(each.status, each.contact_uri == "sip:1001@192.0.2.20" ? Status::kOk : Status::kUnreachable);
}

TEST_F(Qualify, the_state_survives_a_refresh) {
  registers();
  answer(options().at(0));
  registers();
  EXPECT_EQ(view().status, Status::kOk);
  EXPECT_TRUE(options().empty()) << "a refresh asks nothing";
}

TEST_F(Qualify, a_phone_that_was_down_is_asked_when_it_registers) {
  registers();
  advance(5s);
  ASSERT_EQ(view().status, Status::kUnreachable);
  options();
  registers();
  answer(options().at(0));
  EXPECT_EQ(view().status, Status::kOk);
}

TEST_F(Qualify, an_answer_of_a_phone_that_has_left_is_nothing) {
  registers();
  auto asked = options();
  send_with_digest({.expires = "0"});
  answer(asked.at(0));
  EXPECT_EQ(registrar->binding_count(), 0u);
  advance(60s);
  EXPECT_TRUE(options().empty());
}

TEST_F(Qualify, an_answer_after_the_end_of_the_registrar_is_nothing) {
  registers();
  auto asked = options();
  registrar.reset();
  answer(asked.at(0));
  advance(60s);
}

TEST_F(Qualify, a_reload_can_end_it) {
  registers();
  advance(5s);
  EXPECT_FALSE(reachable());
  configure(phone("1001"));
  EXPECT_TRUE(reachable());
  EXPECT_EQ(view().status, Status::kUnmonitored);
  options();
  advance(60s);
  EXPECT_TRUE(options().empty());
}

TEST_F(Qualify, after_a_restart_the_questions_are_spread) {
  auto fresh = std::make_shared<config::Snapshot>(*snapshot);
  std::vector<StoredBinding> stored;
  for (int i = 0; i < 600; ++i) {
    auto endpoint = phone(std::to_string(3000 + i));
    endpoint->qualify = true;
    fresh->endpoint_by_name[endpoint->name] = endpoint;
    stored.push_back({endpoint->name, "sip:" + endpoint->name + "@192.0.2.10", "call", "phone", "", 1,
                      "udp:0:192.0.2.10:5060", SimClock::kWall + 3000});
  }
  use(fresh);
  registrar->restore(stored);
  std::size_t all = 0;
  for (int second = 0; second < 60; ++second) {
    advance(1s);
    auto now = options().size();
    EXPECT_LT(now, 120u) << second;
    all += now;
  }
  EXPECT_GE(all, 600u);
}

// --- accounts with a fixed host ---

class QualifyFixed : public Qualify {
 protected:
  static std::shared_ptr<config::Endpoint> trunk(const std::string& host) {
    auto endpoint = phone("trunk");
    endpoint->dynamic = false;
    endpoint->host = host;
    endpoint->username = "office";
    endpoint->qualify = true;
    return endpoint;
  }
  void resolve(std::size_t question, std::string_view to) {
    questions.at(question).second(std::vector{address(to)});
  }
  BindingView trunk_view() const { return registrar->bindings("trunk").at(0); }
  bool trunk_reachable() const { return registrar->contacts("trunk").at(0).reachable; }
};

TEST_F(QualifyFixed, an_address_is_asked_without_a_registration) {
  configure(trunk("198.51.100.7"));
  advance(20ms);
  auto asked = options();
  ASSERT_EQ(asked.size(), 1u);
  EXPECT_EQ(asked[0].first_line(), "OPTIONS sip:office@198.51.100.7 SIP/2.0");
  EXPECT_EQ(asked[0].flow.remote, address("198.51.100.7:5060"));
  answer(asked[0]);
  EXPECT_EQ(trunk_view().status, Status::kOk);
  EXPECT_TRUE(trunk_view().fixed);
}

TEST_F(QualifyFixed, a_name_is_asked_when_it_has_resolved) {
  configure(trunk("sip.provider.example"));
  advance(20ms);
  EXPECT_TRUE(options().empty());
  EXPECT_TRUE(registrar->bindings("trunk").empty());
  resolve(0, "198.51.100.7:5060");
  advance(1ms);
  EXPECT_EQ(options().at(0).flow.remote, address("198.51.100.7:5060"));
}

TEST_F(QualifyFixed, silence_makes_it_unreachable_and_an_answer_reachable_again) {
  configure(trunk("198.51.100.7"));
  advance(5s);
  EXPECT_EQ(trunk_view().status, Status::kUnreachable);
  EXPECT_FALSE(trunk_reachable());
  options();
  advance(10s);
  answer(options().at(0), "404 Not Found");
  EXPECT_EQ(trunk_view().status, Status::kOk);
  EXPECT_TRUE(trunk_reachable());
}

TEST_F(QualifyFixed, qualifyfreq_and_the_limit_are_its_own) {
  auto endpoint = trunk("198.51.100.7");
  endpoint->qualify_limit = 100ms;
  endpoint->qualify_frequency = 300s;
  configure(endpoint);
  advance(10ms);
  auto asked = options();
  advance(150ms);
  answer(asked.at(0));
  EXPECT_EQ(trunk_view().status, Status::kLagged);
  EXPECT_TRUE(trunk_reachable());
  advance(299s);
  EXPECT_TRUE(options().empty());
  advance(1s);
  EXPECT_EQ(options().size(), 1u);
}

TEST_F(QualifyFixed, another_address_begins_anew) {
  configure(trunk("sip.provider.example"));
  resolve(0, "198.51.100.7:5060");
  advance(5s);
  EXPECT_FALSE(trunk_reachable());
  options();
  advance(5min);  // asked again
  options();
  resolve(1, "198.51.100.8:5060");
  advance(1ms);
  EXPECT_TRUE(trunk_reachable());
  EXPECT_EQ(trunk_view().status, Status::kUnknown);
  auto asked = options();
  ASSERT_FALSE(asked.empty());
  EXPECT_EQ(asked.back().flow.remote, address("198.51.100.8:5060"));
}

TEST_F(QualifyFixed, a_reload_that_changes_nothing_keeps_what_is_known) {
  configure(trunk("198.51.100.7"));
  advance(20ms);
  answer(options().at(0));
  configure(trunk("198.51.100.7"));
  EXPECT_EQ(trunk_view().status, Status::kOk);
  advance(1s);
  EXPECT_TRUE(options().empty());
}

TEST_F(QualifyFixed, it_is_no_registration) {
  configure(trunk("198.51.100.7"));
  EXPECT_EQ(registrar->binding_count(), 0u);
  advance(24h);
  EXPECT_EQ(registrar->bindings("trunk").size(), 1u) << "it does not expire";
  EXPECT_TRUE(store.bindings.empty());
  configure(phone("trunk"));
  EXPECT_TRUE(registrar->bindings("trunk").empty()) << "now it has to register";
}

TEST_F(QualifyFixed, without_qualify_nobody_asks) {
  auto endpoint = trunk("198.51.100.7");
  endpoint->qualify = false;
  configure(endpoint);
  advance(60s);
  EXPECT_TRUE(options().empty());
  EXPECT_EQ(trunk_view().status, Status::kUnmonitored);
  EXPECT_TRUE(trunk_reachable());
}

TEST_F(QualifyFixed, is_there_from_the_start) {
  configure(trunk("198.51.100.7"));
  start();
  advance(20ms);
  EXPECT_EQ(options().size(), 1u);
}

}  // namespace
}  // namespace polyfon::registrar
