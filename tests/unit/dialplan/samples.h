// What the tests of dialplan share: plans from text, and the warnings they gave. thread: any.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "config/diagnostic.h"
#include "config/file.h"
#include "dialplan/plan.h"

namespace polyfon::dialplan {

struct Loaded {
  std::shared_ptr<const Plan> plan;
  std::vector<std::string> said;  // "extensions.conf:3: warning: ..."
  bool has_errors = false;

  std::string all_said() const {
    std::string all;
    for (const auto& line : said) all += line + "\n";
    return all;
  }
};

inline Loaded load(std::string_view text, const base::Clock* clock = nullptr) {
  config::Diagnostics diagnostics;
  const config::File file = config::File::parse(text, "extensions.conf", diagnostics);
  Loaded loaded{Plan::load(file, diagnostics, clock), {}, diagnostics.has_errors()};
  for (const auto& diagnostic : diagnostics.all()) loaded.said.push_back(diagnostic.to_string());
  return loaded;
}

// A plan that nothing is wrong with.
inline std::shared_ptr<const Plan> plan_of(std::string_view text) {
  Loaded loaded = load(text);
  EXPECT_EQ(loaded.all_said(), "");
  return loaded.plan;
}

// 2026-03-02 was a Monday.
inline base::WallTime utc(int year, int month, int day, int hour = 0, int minute = 0) {
  using namespace std::chrono;
  return base::WallTime(sys_days(std::chrono::year(year) / month / day) + hours(hour) + minutes(minute));
}

// "App(arguments)" of what is found; empty: nothing.
inline std::string step_at(const Plan& plan, std::string_view context, std::string_view exten,
                           int priority = 1, std::string_view caller = {},
                           base::WallTime now = utc(2026, 3, 2, 12)) {
  const auto found = plan.find(context, exten, priority, caller, now);
  return found ? found.step->application + "(" + found.step->arguments + ")" : std::string();
}

}  // namespace polyfon::dialplan
