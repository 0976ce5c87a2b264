// Scenarios as text: tests/fixtures/scenarios/*.txt. Each is a plan that Anna calls, and what comes of it:
//
//   --- what it shows
//   exten => 100,1,...        lines of extensions.conf, context [office] first
//   ? dial 200                whom she dials, unless 100
//   ? press 12#               digits, ? wait 5 seconds: in this order
//   > text                    the NoOp() steps that the plan must have run, all of them in order
//   ! part of a warning       that must have been logged; without any, none may have been
//   = ends 486                or "= ends" (whatever the status), "= stays"
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/log.h"
#include "sim/exchange_node.h"
#include "sim/phone.h"

namespace polyfon::sim {
namespace {

using namespace std::chrono_literals;

struct Scenario {
  std::string name, place, plan = "[office]\n", dials = "100", outcome;
  std::vector<std::string> actions, notes, warnings;
};

void add_line(Scenario& scenario, const std::string& line) {
  const std::string rest = line.size() > 2 ? line.substr(2) : std::string();
  if (line.starts_with("? dial "))
    scenario.dials = line.substr(7);
  else if (line.starts_with("? "))
    scenario.actions.push_back(rest);
  else if (line.starts_with("> ") || line == ">")
    scenario.notes.push_back(rest);
  else if (line.starts_with("! "))
    scenario.warnings.push_back(rest);
  else if (line.starts_with("= "))
    scenario.outcome = rest;
  else
    scenario.plan += line + "\n";
}

std::vector<Scenario> read_scenarios() {
  std::vector<Scenario> all;
  const std::filesystem::path folder = POLYFON_SOURCE_DIR "/tests/fixtures/scenarios";
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::ifstream file(entry.path());
    std::string line;
    std::size_t first = all.size();
    for (int number = 1; std::getline(file, line); ++number) {
      if (line.starts_with("--- "))
        all.push_back({.name = line.substr(4),
                       .place = fmt::format("{}:{}", entry.path().filename().string(), number)});
      else if (all.size() > first && !line.empty())
        add_line(all.back(), line);
    }
  }
  std::ranges::sort(all, {}, [](const Scenario& s) { return s.place.substr(0, s.place.find(':')) + s.name; });
  return all;
}

class Scenarios : public testing::TestWithParam<Scenario> {
 protected:
  void act(Phone& anna, const std::string& action) {
    if (action.starts_with("press "))
      for (char digit : action.substr(6)) {
        anna.press(digit);
        world_.run_for(200ms);
      }
    else if (action.starts_with("wait "))
      world_.run_for(std::chrono::seconds(std::stoi(action.substr(5))));
    else
      ADD_FAILURE() << "no such action: " << action;
  }
  World world_{1, {}};
};

std::vector<std::string> notes_of(const ExchangeNode& node) {
  std::vector<std::string> notes;
  for (const std::string& step : node.steps())
    if (step.starts_with("NoOp(")) notes.push_back(step.substr(5, step.size() - 6));
  return notes;
}

TEST_P(Scenarios, hold) {
  const Scenario& scenario = GetParam();
  SCOPED_TRACE(scenario.place + ": " + scenario.name);
  base::set_log_level(base::LogLevel::kWarning);
  testing::internal::CaptureStderr();
  ExchangeNode node(world_, *base::SocketAddress::parse("192.0.2.1", 5060),
                    SimConfiguration::with_plan(scenario.plan));
  Phone anna(world_, *base::SocketAddress::parse("192.0.2.10", 5060),
             *base::SocketAddress::parse("192.0.2.1", 5060), "1001", "secret-1001");
  Phone boris(world_, *base::SocketAddress::parse("192.0.2.11", 5060),
              *base::SocketAddress::parse("192.0.2.1", 5060), "1002", "secret-1002");
  anna.register_now();
  boris.register_now();
  world_.run_for(2s);
  anna.call(scenario.dials);
  world_.run_for(1s);
  for (const std::string& action : scenario.actions) act(anna, action);
  if (scenario.outcome.starts_with("ends")) {
    EXPECT_EQ(anna.state(), Phone::State::kEnded);
    if (scenario.outcome.size() > 5) {
      EXPECT_EQ(std::to_string(anna.final_status()), scenario.outcome.substr(5));
    }
  } else if (scenario.outcome == "stays") {
    EXPECT_NE(anna.state(), Phone::State::kEnded);
  }
  anna.hang_up();
  world_.run_for(5min);
  EXPECT_EQ(node.exchange().channel_count(), 0U);
  EXPECT_EQ(node.media().streams(), 0U);
  EXPECT_EQ(node.leftovers(), 0U);
  const std::string said = testing::internal::GetCapturedStderr();
  base::set_log_level(base::LogLevel::kError);
  EXPECT_EQ(notes_of(node), scenario.notes) << said;
  for (const std::string& warning : scenario.warnings) EXPECT_THAT(said, testing::HasSubstr(warning));
  if (scenario.warnings.empty()) {
    EXPECT_EQ(said, "");
  }
}

std::string name_of(const testing::TestParamInfo<Scenario>& info) {
  std::string name = info.param.place.substr(0, info.param.place.find('.')) + "_" + info.param.name;
  for (char& c : name)
    if (!base::is_alnum(c)) c = '_';
  return name;
}
INSTANTIATE_TEST_SUITE_P(Text, Scenarios, testing::ValuesIn(read_scenarios()), name_of);

}  // namespace
}  // namespace polyfon::sim
