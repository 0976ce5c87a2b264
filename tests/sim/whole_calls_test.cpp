// Whole calls through loss, doubling and reordering: 1000 seeds, each a scenario, a weather and the chances
// within it. A seed that fails prints the messages and replays alone: POLYFON_SIM_SEED=417
// build/dev/tests/sim
#include <cstdlib>

#include <gtest/gtest.h>

#include "base/log.h"
#include "sim/exchange_node.h"
#include "sim/phone.h"

namespace polyfon::sim {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kSeeds = 1000;

base::SocketAddress at(const char* host, std::uint16_t port = 5060) {
  return *base::SocketAddress::parse(host, port);
}

enum class Story {
  kCallerHangsUp,
  kCalleeHangsUp,
  kBothHangUp,
  kBusy,
  kDeclined,
  kNobodyAnswers,
  kCallerGivesUp,         // while it rings
  kCallerGivesUpAnytime,  // CANCEL races with 200
  kNotRegistered,
  kWrongPassword,
  kTwoPhonesOneAnswers,
  kHoldAndResume,
  kAnnouncement,
  kUnknownNumber,
  kCount,
};

struct Scene {
  explicit Scene(std::uint64_t seed)
      : story(static_cast<Story>(seed % static_cast<std::uint64_t>(Story::kCount))),
        mild(seed / 14 % 2 == 0),
        world(seed, weather(seed)),
        node(world, at("192.0.2.1")),
        anna(world, at("192.0.2.10"), at("192.0.2.1"), "1001",
             story == Story::kWrongPassword ? "wrong" : "secret-1001"),
        boris(world, at("192.0.2.11"), at("192.0.2.1"), "1002", "secret-1002"),
        second(world, at("192.0.2.12"), at("192.0.2.1"), "1002", "secret-1002") {}

  static Weather weather(std::uint64_t seed) {
    base::SeededRandom chance(seed ^ 0x9e3779b97f4a7c15);
    bool mild = seed / 14 % 2 == 0;
    Weather weather;
    weather.loss = static_cast<double>(chance.below(mild ? 50 : 250)) / 1000;
    weather.doubling = static_cast<double>(chance.below(150)) / 1000;
    weather.max_delay = std::chrono::milliseconds(1 + chance.below(300));
    return weather;
  }

  void register_phones() {
    boris.register_now();
    anna.register_now();
    if (story == Story::kTwoPhonesOneAnswers) second.register_now();
    auto settled = [](Phone& phone) { return phone.register_status() != 0; };
    world.run_until([&] { return settled(anna) && settled(boris); }, 120s);
    world.run_for(10s);
  }

  Story story;
  bool mild;  // so little is lost that the story must come out exactly
  World world;
  ExchangeNode node;
  Phone anna, boris, second;
};

bool talking(Scene& scene, Phone& a, Phone& b) {
  return a.state() == Phone::State::kUp && b.state() == Phone::State::kUp &&
         scene.node.media().carries(a.rtp_port(), b.rtp_port()) &&
         scene.node.media().carries(b.rtp_port(), a.rtp_port());
}

void talk_and_end(Scene& scene) {
  scene.anna.call("1002");
  bool talked = scene.world.run_until([&] { return talking(scene, scene.anna, scene.boris); }, 90s);
  if (scene.mild) EXPECT_TRUE(talked);
  scene.world.run_for(5s);
  if (scene.story != Story::kCalleeHangsUp) scene.anna.hang_up();
  if (scene.story != Story::kCallerHangsUp) scene.boris.hang_up();
}

void tell_refusal(Scene& scene, int status, int boris_refuses) {
  scene.boris.manners.refuses_with = boris_refuses;
  scene.anna.call(scene.story == Story::kUnknownNumber ? "5555" : "1002");
  scene.world.run_until([&] { return scene.anna.state() == Phone::State::kEnded; }, 120s);
  if (!scene.mild) return;
  EXPECT_EQ(scene.anna.final_status(), status);
  EXPECT_FALSE(scene.anna.ever_up());
}

void hold_and_resume(Scene& scene) {
  scene.anna.call("1002");
  bool talked = scene.world.run_until([&] { return talking(scene, scene.anna, scene.boris); }, 90s);
  if (scene.mild) EXPECT_TRUE(talked);
  scene.world.run_for(40s);  // the answer is acknowledged for sure: no glare with the first offer
  scene.anna.hold(true);
  auto music = [&] { return scene.node.media().plays_to(scene.boris.rtp_port()); };
  bool heard = scene.world.run_until(music, 60s);
  scene.world.run_for(40s);
  scene.anna.hold(false);
  bool resumed = scene.world.run_until([&] { return talking(scene, scene.anna, scene.boris); }, 60s);
  if (scene.mild) {
    EXPECT_TRUE(heard);
    EXPECT_TRUE(resumed);
  }
  scene.world.run_for(40s);
  scene.anna.hang_up();
}

void play(Scene& scene) {
  auto& world = scene.world;
  switch (scene.story) {
    case Story::kCallerHangsUp:
    case Story::kCalleeHangsUp:
    case Story::kBothHangUp:
    case Story::kTwoPhonesOneAnswers:
      if (scene.story == Story::kTwoPhonesOneAnswers) scene.second.manners.answers_after = std::nullopt;
      return talk_and_end(scene);
    case Story::kBusy: return tell_refusal(scene, 486, 486);
    case Story::kDeclined: return tell_refusal(scene, 403, 603);  // cause 21 and back
    case Story::kNotRegistered: return tell_refusal(scene, 480, 0);
    case Story::kUnknownNumber: return tell_refusal(scene, 404, 0);
    case Story::kWrongPassword:
      EXPECT_EQ(scene.anna.register_status() == 200, false);
      scene.anna.call("1002");
      world.run_for(60s);
      EXPECT_FALSE(scene.anna.ever_rang());
      EXPECT_FALSE(scene.anna.ever_up());
      return;
    case Story::kNobodyAnswers:
      scene.boris.manners.answers_after = std::nullopt;
      scene.anna.call("1002");
      world.run_until([&] { return scene.anna.state() == Phone::State::kEnded; }, 200s);
      if (scene.mild) EXPECT_EQ(scene.anna.final_status(), 480);
      return;
    case Story::kCallerGivesUp:
      scene.boris.manners.answers_after = std::nullopt;
      scene.anna.call("1002");
      world.run_until([&] { return scene.anna.ever_rang(); }, 20s);
      scene.anna.hang_up();
      return;
    case Story::kCallerGivesUpAnytime:
      scene.boris.manners.answers_after = 200ms;
      scene.anna.call("1002");
      world.run_for(std::chrono::milliseconds(world.random().below(1500)));
      scene.anna.hang_up();
      return;
    case Story::kHoldAndResume: return hold_and_resume(scene);
    case Story::kAnnouncement:
      scene.anna.call("700");
      world.run_until([&] { return scene.anna.state() == Phone::State::kEnded; }, 120s);
      if (scene.mild) EXPECT_TRUE(scene.anna.ever_up());
      return;
    case Story::kCount: return;
  }
}

void expect_rows(Scene& scene) {
  auto rows = scene.node.rows();
  auto disposition = rows.empty() ? std::string() : rows.front().disposition;
  EXPECT_GE(rows.size(), static_cast<std::size_t>(scene.node.dials()));  // one row an attempt
  if (!scene.mild) return;
  switch (scene.story) {
    case Story::kCallerHangsUp:
    case Story::kCalleeHangsUp:
    case Story::kBothHangUp:
    case Story::kHoldAndResume:
    case Story::kAnnouncement:
      ASSERT_EQ(rows.size(), 1u);
      EXPECT_EQ(disposition, "ANSWERED");
      EXPECT_GE(rows.front().billable_seconds(), 4);
      break;
    case Story::kBusy:
    case Story::kDeclined:
      ASSERT_EQ(rows.size(), 1u);
      EXPECT_EQ(disposition, "BUSY");
      break;
    case Story::kNobodyAnswers:
    case Story::kCallerGivesUp:
      ASSERT_EQ(rows.size(), 1u);
      EXPECT_EQ(disposition, "NO ANSWER");
      break;
    case Story::kTwoPhonesOneAnswers: EXPECT_EQ(rows.size(), 2u); break;
    case Story::kNotRegistered:
      ASSERT_EQ(rows.size(), 1u);
      EXPECT_EQ(disposition, "FAILED");
      break;
    case Story::kWrongPassword:
    case Story::kUnknownNumber: EXPECT_TRUE(rows.empty()); break;
    case Story::kCallerGivesUpAnytime:
    case Story::kCount: break;
  }
}

void run_seed(std::uint64_t seed) {
  SCOPED_TRACE(fmt::format("POLYFON_SIM_SEED={}", seed));
  Scene scene(seed);
  if (scene.story != Story::kNotRegistered) scene.register_phones();
  play(scene);
  scene.world.run_for(10min);  // longer than every timer of RFC 3261

  EXPECT_EQ(scene.node.exchange().channel_count(), 0u);
  EXPECT_EQ(scene.node.leftovers(), 0u);
  EXPECT_EQ(scene.node.media().streams(), 0u);
  EXPECT_EQ(scene.node.open_channels(), 0);
  EXPECT_EQ(scene.node.open_dials(), 0);
  EXPECT_EQ(scene.node.open_bridges(), 0);
  EXPECT_EQ(scene.anna.leftovers() + scene.boris.leftovers() + scene.second.leftovers(), 0u);
  expect_rows(scene);
  if (::testing::Test::HasFailure()) fmt::print(stderr, "seed {}:\n{}", seed, scene.world.trace());
}

TEST(WholeCalls, come_out_right_or_end_cleanly_in_any_weather) {
  base::set_log_level(base::LogLevel::kError);  // what phones do wrong on purpose
  if (const char* one = std::getenv("POLYFON_SIM_SEED")) return run_seed(std::strtoull(one, nullptr, 10));
  for (std::uint64_t seed = 0; seed < kSeeds && !HasFailure(); ++seed) run_seed(seed);
}

TEST(WholeCalls, replay_exactly) {
  auto trace = [] {
    Scene scene(417);
    scene.register_phones();
    play(scene);
    scene.world.run_for(1min);
    return scene.world.trace();
  };
  EXPECT_EQ(trace(), trace());
}

TEST(WholeCalls, leave_no_timer_behind) {
  World world(7, {});
  {
    ExchangeNode node(world, at("192.0.2.1"));
    Phone anna(world, at("192.0.2.10"), at("192.0.2.1"), "1001", "secret-1001");
    Phone boris(world, at("192.0.2.11"), at("192.0.2.1"), "1002", "secret-1002");
    anna.register_now();
    boris.register_now();
    world.run_for(5s);
    anna.call("1002");
    world.run_for(5s);
    EXPECT_EQ(anna.state(), Phone::State::kUp);
  }
  EXPECT_EQ(world.timers().armed(), 0u);
}

}  // namespace
}  // namespace polyfon::sim
