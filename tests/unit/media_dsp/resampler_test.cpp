#include "media/dsp/resampler.h"

#include <gtest/gtest.h>

#include "unit/media_dsp/listen.h"

namespace polyfon::media {
namespace {

std::vector<std::int16_t> resample(std::uint32_t from, std::span<const std::int16_t> samples,
                                   std::size_t block = 4000) {
  auto resampler = Resampler::make(from, 8000);
  EXPECT_TRUE(resampler);
  std::vector<std::int16_t> out;
  for (std::size_t at = 0; at < samples.size(); at += block)
    resampler->process(samples.subspan(at, std::min(block, samples.size() - at)), out);
  resampler->finish(out);
  return out;
}

TEST(Resampler, the_tone_stays_at_every_rate) {
  for (std::uint32_t rate : {8000u, 11025u, 16000u, 22050u, 44100u, 48000u}) {
    auto out = resample(rate, test::sine(440, rate, 8000, rate));
    EXPECT_NEAR(static_cast<double>(out.size()), 8000, 20) << rate;
    EXPECT_NEAR(test::amplitude_of(out, 440), 8000, 200) << rate;
  }
}

TEST(Resampler, what_eight_kilohertz_cannot_hold_is_not_folded_back) {
  auto out = resample(48000, test::sine(6000, 48000, 8000, 48000));
  EXPECT_LT(test::amplitude_of(out, 2000), 20);
}

TEST(Resampler, blocks_of_any_size_give_the_same) {
  auto samples = test::sine(440, 44100, 8000, 44100);
  EXPECT_EQ(resample(44100, samples, 100), resample(44100, samples, 44100));
}

TEST(Resampler, an_equal_rate_copies) {
  auto samples = test::sine(440, 1000);
  EXPECT_EQ(resample(8000, samples), samples);
}

TEST(Resampler, a_rate_out_of_range_is_refused_with_the_range) {
  auto refused = Resampler::make(1, 8000);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, base::ErrorCode::kUnsupported);
  EXPECT_NE(refused.error().text.find("1000"), std::string::npos);
  EXPECT_FALSE(Resampler::make(8000, 400000));
}

}  // namespace
}  // namespace polyfon::media
