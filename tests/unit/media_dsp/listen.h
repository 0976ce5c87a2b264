// Hearing for tests (style 24): how loud a frequency is in samples, by the Fourier transform at that one
// frequency.
#pragma once
#include <cmath>
#include <cstdint>
#include <numbers>
#include <span>
#include <vector>

#include "media/dsp/tone_generator.h"

namespace polyfon::test {

// The peak amplitude of the sine of `frequency` in `samples`.
inline double amplitude_of(std::span<const std::int16_t> samples, double frequency, double rate = 8000) {
  double real = 0, imaginary = 0;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    double angle = 2 * std::numbers::pi * frequency * static_cast<double>(i) / rate;
    double window = 0.5 - 0.5 * std::cos(2 * std::numbers::pi * static_cast<double>(i) /
                                         static_cast<double>(samples.size()));
    real += samples[i] * window * std::cos(angle);
    imaginary += samples[i] * window * std::sin(angle);
  }
  return 4 * std::hypot(real, imaginary) /
         static_cast<double>(samples.size());  // the window's mean is a half
}

inline double level_of(std::span<const std::int16_t> samples, double frequency, double rate = 8000) {
  double amplitude = amplitude_of(samples, frequency, rate);
  return 20 * std::log10(std::max(amplitude, 1e-3) / media::sine_amplitude(0));
}

inline std::vector<std::int16_t> sine(double frequency, std::size_t samples, double amplitude = 8000,
                                      double rate = 8000) {
  std::vector<std::int16_t> out(samples);
  for (std::size_t i = 0; i < samples; ++i)
    out[i] = static_cast<std::int16_t>(
        amplitude * std::sin(2 * std::numbers::pi * frequency * static_cast<double>(i) / rate));
  return out;
}

}  // namespace polyfon::test
