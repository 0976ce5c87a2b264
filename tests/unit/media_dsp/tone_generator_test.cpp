#include "media/dsp/tone_generator.h"

#include <gtest/gtest.h>

#include "unit/media_dsp/listen.h"

namespace polyfon::media {
namespace {

std::vector<std::int16_t> generate(ToneGenerator tone, std::size_t samples) {
  std::vector<std::int16_t> out(samples);
  tone.generate(out);
  return out;
}

TEST(ToneGenerator, each_frequency_has_minus_13_dbm0) {
  auto samples = generate(ToneGenerator(440, 480), 8000);
  EXPECT_NEAR(test::level_of(samples, 440), -13, 0.1);
  EXPECT_NEAR(test::level_of(samples, 480), -13, 0.1);
}

TEST(ToneGenerator, nothing_else_is_heard) {
  auto samples = generate(ToneGenerator(425, 0), 8000);
  EXPECT_NEAR(test::level_of(samples, 425), -13, 0.1);
  for (double frequency : {50, 200, 850, 1275, 1700, 3000})
    EXPECT_LT(test::level_of(samples, frequency), -70) << frequency;
}

TEST(ToneGenerator, frames_join_without_a_click) {
  ToneGenerator whole(697, 1209), parts(697, 1209);
  std::vector<std::int16_t> expected(1600), joined(1600);
  whole.generate(expected);
  for (std::size_t at = 0; at < joined.size(); at += 160) parts.generate(std::span(joined).subspan(at, 160));
  EXPECT_EQ(joined, expected);
}

TEST(ToneGenerator, keeps_its_level_for_an_hour) {
  ToneGenerator tone(425, 0);
  std::vector<std::int16_t> samples(8000);
  for (int second = 0; second < 3600; ++second) tone.generate(samples);
  EXPECT_NEAR(test::level_of(samples, 425), -13, 0.1);
}

TEST(ToneGenerator, is_silent_without_a_frequency_it_can_make) {
  for (std::uint16_t frequency : {0, 4000, 65535})
    for (auto sample : generate(ToneGenerator(frequency, frequency), 100)) EXPECT_EQ(sample, 0);
}

TEST(ToneGenerator, full_load_of_a_law_is_3_14_dbm0) { EXPECT_NEAR(sine_amplitude(3.14), 32256, 0.5); }

TEST(Dtmf, q23_keypad) {
  EXPECT_EQ(dtmf_frequencies('1'), (std::pair<std::uint16_t, std::uint16_t>(697, 1209)));
  EXPECT_EQ(dtmf_frequencies('5'), (std::pair<std::uint16_t, std::uint16_t>(770, 1336)));
  EXPECT_EQ(dtmf_frequencies('0'), (std::pair<std::uint16_t, std::uint16_t>(941, 1336)));
  EXPECT_EQ(dtmf_frequencies('#'), (std::pair<std::uint16_t, std::uint16_t>(941, 1477)));
  EXPECT_EQ(dtmf_frequencies('d'), (std::pair<std::uint16_t, std::uint16_t>(941, 1633)));
  EXPECT_FALSE(dtmf_frequencies('x'));
}

}  // namespace
}  // namespace polyfon::media
