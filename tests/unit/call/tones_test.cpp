#include "call/tones.h"

#include <gtest/gtest.h>

namespace polyfon::call {
namespace {

using namespace std::chrono_literals;

// "425 1000 | 0 4000": the frequencies and milliseconds of each step.
std::string cadence(ToneName name, std::string_view language) {
  std::string text;
  for (const auto& step : tone_cadence(name, language)) {
    if (!text.empty()) text += " | ";
    text += step.frequency_b ? fmt::format("{}+{}", step.frequency_a, step.frequency_b)
                             : std::to_string(step.frequency_a);
    text += fmt::format(" {}", step.duration / 1ms);
  }
  return text;
}

TEST(Tones, in_russian_are_425_hz) {
  EXPECT_EQ(cadence(ToneName::kRing, "ru"), "425 1000 | 0 4000");
  EXPECT_EQ(cadence(ToneName::kBusy, "ru"), "425 350 | 0 350");
  EXPECT_EQ(cadence(ToneName::kCongestion, "ru"), "425 175 | 0 175");
}

TEST(Tones, elsewhere_are_north_american) {
  EXPECT_EQ(cadence(ToneName::kRing, "en"), "440+480 2000 | 0 4000");
  EXPECT_EQ(cadence(ToneName::kBusy, "en"), "480+620 500 | 0 500");
  EXPECT_EQ(cadence(ToneName::kCongestion, "en"), "480+620 250 | 0 250");
  EXPECT_EQ(cadence(ToneName::kRing, ""), cadence(ToneName::kRing, "en"));
  EXPECT_EQ(cadence(ToneName::kRing, "ja"), cadence(ToneName::kRing, "en"));
}

TEST(Tones, take_a_language_with_its_region_and_in_any_case) {
  EXPECT_EQ(cadence(ToneName::kRing, "ru_RU"), cadence(ToneName::kRing, "ru"));
  EXPECT_EQ(cadence(ToneName::kRing, "RU"), cadence(ToneName::kRing, "ru"));
}

TEST(Tones, of_busy_and_congestion_are_told_apart_by_their_pace) {
  for (const char* language : {"ru", "en"}) {
    auto busy = tone_cadence(ToneName::kBusy, language),
         congestion = tone_cadence(ToneName::kCongestion, language);
    EXPECT_EQ(busy[0].frequency_a, congestion[0].frequency_a);
    EXPECT_EQ(busy[0].duration, 2 * congestion[0].duration);
  }
}

}  // namespace
}  // namespace polyfon::call
