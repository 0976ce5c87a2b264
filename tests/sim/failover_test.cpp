// Calls to providers that the DNS says have several servers (RFC 3263), through a whole exchange: one
// refuses, is silent, or comes back; and hosts that are dialled without an account.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/log.h"
#include "sim/exchange_node.h"
#include "sim/phone.h"

namespace polyfon::sim {
namespace {

using namespace std::chrono_literals;

base::SocketAddress at(const char* host) { return *base::SocketAddress::parse(host, 5060); }

class Servers : public testing::Test {
 protected:
  void start(std::string lines) {
    base::set_log_level(base::LogLevel::kError);
    configuration_ = SimConfiguration::with_plan("[office]\n" + lines + "\n");
    auto snapshot = std::make_shared<config::Snapshot>(*configuration_.snapshot);
    auto trunk = std::make_shared<config::Endpoint>(*snapshot->endpoints.front());
    trunk->name = "trunk";
    trunk->type = config::PeerType::kPeer;
    trunk->dynamic = false;
    trunk->host = "provider.example";
    trunk->secret.clear();
    snapshot->endpoints.push_back(trunk);
    snapshot->endpoint_by_name[trunk->name] = trunk;
    configuration_.snapshot = snapshot;
    node_ = std::make_unique<ExchangeNode>(world_, at("192.0.2.1"), configuration_);
    node_->names().srv["_sip._udp.provider.example"] = {{1, 0, 5060, "a.example"}, {2, 0, 5060, "b.example"}};
    node_->names().addresses = {{"a.example", {"192.0.2.21"}}, {"b.example", {"192.0.2.22"}}};
    node_->hosts().set_snapshot(*snapshot);
    anna_.register_now();
    world_.run_for(2s);
  }
  bool talks_to(const Phone& server) const {
    return node_->media().carries(anna_.rtp_port(), server.rtp_port()) &&
           node_->media().carries(server.rtp_port(), anna_.rtp_port());
  }
  bool soon(const std::function<bool()>& done, base::Duration limit = 10s) {
    return world_.run_until(done, limit);
  }
  void TearDown() override {
    for (Phone* phone : {&anna_, &first_, &second_}) phone->hang_up();
    world_.run_for(5min);
    EXPECT_EQ(node_->exchange().channel_count(), 0u);
    EXPECT_EQ(node_->media().streams(), 0u);
    EXPECT_EQ(node_->leftovers(), 0u);
  }

  World world_{3, {}};
  SimConfiguration configuration_;
  std::unique_ptr<ExchangeNode> node_;
  Phone anna_{world_, at("192.0.2.10"), at("192.0.2.1"), "1001", "secret-1001"};
  Phone first_{world_, at("192.0.2.21"), at("192.0.2.1"), "trunk", ""};
  Phone second_{world_, at("192.0.2.22"), at("192.0.2.1"), "trunk", ""};
};

TEST_F(Servers, the_preferred_server_gets_the_call) {
  start("exten => 100,1,Dial(SIP/555@trunk,60)");
  anna_.call("100");
  EXPECT_TRUE(soon([this] { return talks_to(first_); }));
  EXPECT_FALSE(second_.ever_rang());
}

TEST_F(Servers, rfc3263_4_3_a_503_is_not_the_callers_affair) {
  start("exten => 100,1,Dial(SIP/555@trunk,60)");
  first_.manners.refuses_with = 503;
  anna_.call("100");
  ASSERT_TRUE(soon([this] { return talks_to(second_); }));
  EXPECT_EQ(node_->dials(), 1);
  anna_.hang_up();
  EXPECT_TRUE(soon([this] { return second_.state() == Phone::State::kEnded; }));
}

TEST_F(Servers, the_end_of_a_call_from_the_second_server_is_heard) {
  start("exten => 100,1,Dial(SIP/555@trunk,60)");
  first_.manners.refuses_with = 503;
  second_.manners.hangs_up_after = 3s;
  anna_.call("100");
  ASSERT_TRUE(soon([this] { return talks_to(second_); }));
  EXPECT_TRUE(soon([this] { return anna_.state() == Phone::State::kEnded; }));
}

TEST_F(Servers, silence_is_left_after_timer_b_and_remembered) {
  start("exten => 100,1,Dial(SIP/555@trunk,60)");
  world_.detach(at("192.0.2.21"));
  anna_.call("100");
  world_.run_for(31s);
  EXPECT_FALSE(second_.ever_rang());
  ASSERT_TRUE(soon([this] { return talks_to(second_); }));
  anna_.hang_up();
  world_.run_for(2s);
  anna_.call("100");
  EXPECT_TRUE(soon([this] { return talks_to(second_); }));
}

TEST_F(Servers, a_server_that_failed_is_asked_again_later) {
  start("exten => 100,1,Dial(SIP/555@trunk,60)");
  first_.manners.refuses_with = 503;
  anna_.call("100");
  ASSERT_TRUE(soon([this] { return talks_to(second_); }));
  anna_.hang_up();
  first_.manners.refuses_with = 0;
  world_.run_for(61s);
  anna_.call("100");
  EXPECT_TRUE(soon([this] { return talks_to(first_); }));
}

TEST_F(Servers, when_all_refuse_the_caller_hears_it) {
  start("exten => 100,1,Dial(SIP/555@trunk,60)\n same => n,Hangup(${HANGUPCAUSE})");
  first_.manners.refuses_with = second_.manners.refuses_with = 503;
  anna_.call("100");
  ASSERT_TRUE(soon([this] { return anna_.state() == Phone::State::kEnded; }));
  EXPECT_EQ(node_->dials(), 1);
  EXPECT_GE(anna_.final_status(), 500);
}

TEST_F(Servers, a_cancel_goes_where_the_invite_went) {
  start("exten => 100,1,Dial(SIP/555@trunk,60)");
  first_.manners.refuses_with = 503;
  second_.manners.answers_after = std::nullopt;
  anna_.call("100");
  ASSERT_TRUE(soon([this] { return second_.ever_rang(); }));
  anna_.hang_up();
  EXPECT_TRUE(soon([this] { return second_.state() == Phone::State::kEnded; }));
}

TEST_F(Servers, a_call_that_is_given_up_goes_no_further) {
  start("exten => 100,1,Dial(SIP/555@trunk,60)");
  world_.detach(at("192.0.2.21"));
  anna_.call("100");
  world_.run_for(10s);
  anna_.hang_up();
  world_.run_for(2min);
  EXPECT_FALSE(second_.ever_rang());
}

TEST_F(Servers, calls_from_any_server_are_the_accounts) {
  start("exten => 100,1,Dial(SIP/555@trunk,60)");
  EXPECT_EQ(node_->registrar().account_at(at("192.0.2.21")), "trunk");
  EXPECT_EQ(node_->registrar().account_at(at("192.0.2.22")), "trunk");
}

// --- hosts without an account ---

TEST_F(Servers, a_host_is_dialled_without_an_account) {
  start("exten => 100,1,Dial(SIP/555@other.example,60)");
  node_->names().srv["_sip._udp.other.example"] = {{1, 0, 5060, "a.example"}, {2, 0, 5060, "b.example"}};
  first_.manners.refuses_with = 503;
  anna_.call("100");
  EXPECT_TRUE(soon([this] { return talks_to(second_); }));
}

TEST_F(Servers, an_address_is_dialled_without_an_account) {
  start("exten => 100,1,Dial(SIP/555@192.0.2.22:5060,60)");
  const int before = node_->names().questions;
  anna_.call("100");
  EXPECT_TRUE(soon([this] { return talks_to(second_); }));
  EXPECT_EQ(node_->names().questions, before);
}

TEST_F(Servers, a_host_that_is_not_there_leaves_the_other_targets) {
  start("exten => 100,1,Dial(SIP/555@nowhere.example&SIP/555@b.example,60)");
  anna_.call("100");
  EXPECT_TRUE(soon([this] { return talks_to(second_); }));
}

TEST_F(Servers, a_host_that_is_not_there_is_unavailable) {
  start(
      "exten => 100,1,Dial(SIP/555@nowhere.example,60)\n same => n,Goto(${DIALSTATUS},1)\n"
      "exten => CHANUNAVAIL,1,Hangup(1)");
  anna_.call("100");
  ASSERT_TRUE(soon([this] { return anna_.state() == Phone::State::kEnded; }));
  EXPECT_EQ(node_->steps().back(), "Hangup(1)");
}

TEST_F(Servers, a_caller_who_hangs_up_while_a_name_is_looked_up_leaves_nothing) {
  start("exten => 100,1,Dial(SIP/555@b.example,60)");
  anna_.call("100");
  ASSERT_TRUE(soon([this] { return !node_->steps().empty(); }));
  node_->exchange().hangup_all(call::HangupCause::kNormalClearing);
  world_.run_for(5s);
  EXPECT_FALSE(second_.ever_rang());
}

TEST_F(Servers, a_name_without_a_dot_is_an_account_that_is_not_there) {
  start("exten => 100,1,Dial(SIP/1009,60)");
  const int before = node_->names().questions;
  anna_.call("100");
  world_.run_for(2s);
  EXPECT_EQ(node_->names().questions, before);
}

}  // namespace
}  // namespace polyfon::sim
