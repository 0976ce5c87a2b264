// Calls that went wrong once, or that go wrong elsewhere: held before the bridge, early media of a leg that
// fails, loops of calls, limits, strangers. And a storm: calls ended at every moment, by everybody.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/log.h"
#include "sim/exchange_node.h"
#include "sim/phone.h"

namespace polyfon::sim {
namespace {

using namespace std::chrono_literals;

base::SocketAddress at(const char* host) { return *base::SocketAddress::parse(host, 5060); }

class HardCalls : public testing::Test {
 protected:
  void start(std::string lines, const std::function<void(config::Endpoint&)>& change = {}) {
    base::set_log_level(base::LogLevel::kError);
    configuration_ = SimConfiguration::with_plan("[office]\n" + lines + "\n");
    if (change) configuration_.snapshot = changed(change);
    node_ = std::make_unique<ExchangeNode>(world_, at("192.0.2.1"), configuration_);
    for (Phone* phone : {&anna_, &boris_}) phone->register_now();
    world_.run_for(2s);
  }
  std::shared_ptr<const config::Snapshot> changed(const std::function<void(config::Endpoint&)>& change) {
    auto snapshot = std::make_shared<config::Snapshot>(*configuration_.snapshot);
    for (auto& endpoint : snapshot->endpoints) {
      auto copy = std::make_shared<config::Endpoint>(*endpoint);
      change(*copy);
      endpoint = copy;
      snapshot->endpoint_by_name[copy->name] = copy;
    }
    return snapshot;
  }
  bool talking() const {
    return node_->media().carries(anna_.rtp_port(), boris_.rtp_port()) &&
           node_->media().carries(boris_.rtp_port(), anna_.rtp_port());
  }
  std::string heard(const Phone& phone) const { return node_->media().heard_at(phone.rtp_port()); }
  void TearDown() override {
    for (Phone* phone : {&anna_, &boris_, &second_}) phone->hang_up();
    world_.run_for(5min);
    if (!node_) return;
    EXPECT_EQ(node_->exchange().channel_count(), 0u);
    EXPECT_EQ(node_->media().streams(), 0u);
    EXPECT_EQ(node_->leftovers(), 0u);
  }

  World world_{3, {}};
  SimConfiguration configuration_;
  std::unique_ptr<ExchangeNode> node_;
  Phone anna_{world_, at("192.0.2.10"), at("192.0.2.1"), "1001", "secret-1001"};
  Phone boris_{world_, at("192.0.2.11"), at("192.0.2.1"), "1002", "secret-1002"};
  Phone second_{world_, at("192.0.2.12"), at("192.0.2.1"), "1002", "secret-1002"};
};

TEST_F(HardCalls, music_of_a_hold_ends_with_the_call_and_leaves_the_next_prompt_alone) {
  start("exten => 100,1,Dial(SIP/1002,,g)\n same => n,Playback(menu)\n same => n,Wait(9)");
  anna_.call("100");
  ASSERT_TRUE(world_.run_until([this] { return talking(); }, 10s));
  world_.run_for(1s);
  boris_.hold(true);
  ASSERT_TRUE(world_.run_until([this] { return heard(anna_) == "tone"; }, 2s));
  boris_.hang_up();
  ASSERT_TRUE(world_.run_until([this] { return heard(anna_) == "menu"; }, 2s));
  world_.run_for(5s);
  EXPECT_EQ(node_->steps().back(), "Wait(9)");
}

TEST_F(HardCalls, a_prompt_in_the_callers_language) {
  start("exten => 100,1,Set(CHANNEL(language)=ru)\n same => n,Background(only-ru)\n same => n,Wait(9)");
  anna_.call("100");
  EXPECT_TRUE(world_.run_until([this] { return heard(anna_) == "only-ru"; }, 2s));
}

TEST_F(HardCalls, hangup_keeps_the_cause_of_the_last_dial) {
  start("exten => 100,1,Dial(SIP/1002)\n same => n,Hangup()");
  boris_.manners.refuses_with = 486;
  anna_.call("100");
  world_.run_for(3s);
  EXPECT_EQ(anna_.final_status(), 486);
}

// What the account `loop` is sent comes back to the exchange's own address.
class Loops : public HardCalls {
 protected:
  void call_with(std::string plan) {
    start(std::move(plan), [](config::Endpoint& endpoint) {
      endpoint.secret.clear();  // so that what comes round is admitted again
      endpoint.nat = {
          .force_rport = false, .comedia = false, .auto_force_rport = false, .auto_comedia = false};
      if (endpoint.name == "1002") endpoint.name = "loop";
    });
    loop_.emplace(world_, at("192.0.2.30"), at("192.0.2.1"), "loop", "secret-1002");
    loop_->register_as("sip:loop@192.0.2.1:5060");
    world_.run_for(2s);
    anna_.call("100");
    world_.run_for(30s);
  }
  std::optional<Phone> loop_;
};

TEST_F(Loops, a_call_that_comes_back_to_the_same_number_ends_there) {
  call_with("exten => 100,1,Dial(SIP/loop/100)");
  EXPECT_EQ(node_->dials(), 1);
  EXPECT_EQ(anna_.state(), Phone::State::kEnded);
}

TEST_F(Loops, a_spiral_through_ever_new_numbers_ends_at_max_forwards) {
  call_with("exten => _10.,1,Dial(SIP/loop/${EXTEN}0)");
  EXPECT_GE(node_->dials(), 69);
  EXPECT_LE(node_->dials(), 71);
  EXPECT_EQ(anna_.state(), Phone::State::kEnded);
}

TEST_F(HardCalls, call_limit_counts_phones_that_ring_for_one_call_once) {
  start("exten => 100,1,Dial(SIP/1002,20)", [](config::Endpoint& endpoint) { endpoint.call_limit = 2; });
  second_.register_now();
  world_.run_for(1s);
  boris_.manners.answers_after = second_.manners.answers_after = std::nullopt;
  anna_.call("100");
  world_.run_for(2s);
  EXPECT_EQ(node_->dials(), 2);
  EXPECT_EQ(node_->exchange().calls_of("1002"), 1u);
}

TEST_F(HardCalls, a_refused_offer_leaves_no_call_behind) {
  start("exten => 100,1,Answer()\n same => n,Wait(9)", [](config::Endpoint& endpoint) {
    if (endpoint.name == "1001") endpoint.codecs = {"g729"}, endpoint.call_limit = 1;
  });
  anna_.call("100");
  world_.run_for(1s);
  EXPECT_EQ(anna_.final_status(), 488);
  EXPECT_EQ(node_->exchange().calls_of("1001"), 0u);
  EXPECT_EQ(node_->open_channels(), 0);
}

TEST_F(HardCalls, dial_without_a_time_rings_on_after_three_minutes) {
  start("exten => 100,1,Dial(SIP/1002)");
  boris_.manners.answers_after = 4min;
  anna_.call("100");
  world_.run_for(245s);
  EXPECT_TRUE(talking());
}

TEST_F(HardCalls, who_holds_while_it_rings_is_still_holding_when_it_is_answered) {
  start("exten => 100,1,Answer()\n same => n,Dial(SIP/1002)");
  boris_.manners.answers_after = 5s;
  anna_.call("100");
  world_.run_for(2s);
  anna_.hold(true);
  world_.run_for(5s);
  EXPECT_EQ(heard(boris_), "tone");
  anna_.hold(false);
  world_.run_for(1s);
  EXPECT_TRUE(talking());
}

TEST_F(HardCalls, rtptimeout_counts_from_the_answer_and_not_while_held) {
  start("exten => 100,1,Dial(SIP/1002,60,m(default))", [](config::Endpoint& endpoint) {
    endpoint.rtp_timeout = 30s;
    endpoint.rtp_hold_timeout = 300s;
  });
  auto timeout = [this] { return node_->media().config_towards(anna_.rtp_port())->timeout; };
  anna_.call("100");
  world_.run_for(1s);
  ASSERT_TRUE(node_->media().config_towards(anna_.rtp_port()));
  EXPECT_EQ(timeout(), base::Duration(0));
  ASSERT_TRUE(world_.run_until([this] { return talking(); }, 10s));
  EXPECT_EQ(timeout(), base::Duration(30s));
  world_.run_for(1s);
  anna_.hold(true);
  world_.run_for(1s);
  EXPECT_EQ(timeout(), base::Duration(300s));
}

TEST_F(HardCalls, digits_dialled_while_it_rings_skip_no_menu) {
  start(
      "exten => 100,1,Answer()\n same => n,Dial(SIP/1002,3)\n same => n,Background(menu)\n same => "
      "n,Wait(9)\n"
      "exten => 5,1,NoOp(five)");
  boris_.manners.answers_after = std::nullopt;
  anna_.call("100");
  world_.run_for(1s);
  anna_.press('5');
  ASSERT_TRUE(world_.run_until([this] { return heard(anna_) == "menu"; }, 5s));
  world_.run_for(1s);
  EXPECT_EQ(heard(anna_), "menu");
}

TEST_F(HardCalls, one_prompt_wanted_by_many_at_once_is_loaded_once_for_all) {
  base::set_log_level(base::LogLevel::kError);
  std::vector<std::move_only_function<void()>> later;
  int loads = 0, answers = 0;
  call::SoundLibrary library([&](std::move_only_function<void()> work, std::move_only_function<void()> done) {
    ++loads;
    work();
    later.push_back(std::move(done));
  });
  for (int i = 0; i < 20; ++i)
    library.prompt("hello", "en", POLYFON_SOURCE_DIR "/tests/fixtures/sim/sounds",
                   [&](media::AudioPtr audio) { answers += audio ? 1 : 0; });
  for (auto& done : later) done();
  EXPECT_EQ(loads, 1);
  EXPECT_EQ(answers, 20);
}

// Everything that waits is ended at every moment by everybody, with sounds on their way and reloads in
// between.
TEST(Storm, whoever_hangs_up_whenever_nothing_is_left) {
  base::set_log_level(base::LogLevel::kError);
  const char* plans[] = {
      "exten => 1,1,Answer(100)\n same => n,Background(hello&missing)\n same => n,Wait(1)\n",
      "exten => 1,1,Playback(hello,noanswer)\n same => n,SayDigits(12#)\n same => n,MusicOnHold(default,1)\n "
      "same => n,Echo()\n",
      "exten => 1,1,Dial(SIP/1002,2,m)\n same => n,Busy(1)\n",
      "exten => 1,1,Answer()\n same => n,Dial(SIP/1002,5,grL(1500:1000:100))\n same => n,Playback(hello)\n"
      " same => n,Congestion(1)\n",
      "exten => 1,1,Progress()\n same => n,Ringing()\n same => n,Dial(SIP/1002)\n"
      "exten => h,1,Wait(0.3)\n same => n,Playback(hello)\n same => n,Dial(SIP/1002)\n same => n,NoOp(x)\n",
  };
  for (const char* plan : plans)
    for (int who = 0; who < 4; ++who)
      for (int moment = 0; moment < 3000; moment += 61) {
        SCOPED_TRACE(fmt::format("who {} moment {} plan {}", who, moment, plan));
        auto configuration = SimConfiguration::with_plan(std::string("[office]\n") + plan);
        World world(static_cast<std::uint64_t>(moment) + 1, {});
        ExchangeNode node(world, at("192.0.2.1"), configuration);
        Phone anna(world, at("192.0.2.10"), at("192.0.2.1"), "1001", "secret-1001");
        Phone boris(world, at("192.0.2.11"), at("192.0.2.1"), "1002", "secret-1002");
        anna.register_now();
        boris.register_now();
        world.run_for(500ms);
        boris.manners.answers_after = 700ms;
        anna.call("1");
        world.run_for(std::chrono::milliseconds(moment));
        if (who == 0) anna.hang_up();
        if (who == 1) boris.hang_up();
        if (who == 2) node.exchange().hangup_all(call::HangupCause::kNormalClearing);
        if (who == 3) {
          anna.hold(true);
          world.run_for(50ms);
          anna.press('1');
          anna.hang_up();
        }
        node.exchange().set_snapshot(configuration.snapshot);
        if (moment % 5 == 0) continue;  // the exchange goes with what is under way
        world.run_for(200s);
        anna.hang_up();
        world.run_for(100s);
        ASSERT_EQ(node.exchange().channel_count(), 0u);
        ASSERT_EQ(node.media().streams(), 0u);
        ASSERT_EQ(node.leftovers(), 0u);
        ASSERT_EQ(node.open_dials(), 0);
        ASSERT_EQ(node.open_bridges(), 0);
        ASSERT_EQ(node.open_channels(), 0);
      }
}

}  // namespace
}  // namespace polyfon::sim
