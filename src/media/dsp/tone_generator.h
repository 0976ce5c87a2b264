// ToneGenerator: call progress and DTMF tones: the sum of two sines by the recurrence y[n] = 2 cos(w) y[n-1]
// - y[n-2], phase-continuous over calls. Each frequency has -13 dBm0, so that a pair has -10 (ITU-T E.180,
// Q.23). Pure.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <utility>

namespace polyfon::media {

class ToneGenerator {
 public:
  static constexpr double kLevel = -13.0;  // dBm0, each frequency
  static constexpr std::uint32_t kSampleRate = 8000;

  ToneGenerator() = default;  // silence
  // Hz; 0 and frequencies from half the sample rate on are silent.
  ToneGenerator(std::uint16_t frequency_a, std::uint16_t frequency_b);
  void generate(std::span<std::int16_t> out);

 private:
  struct Oscillator {
    double coefficient = 0, previous = 0, current = 0;
  };
  static Oscillator make_oscillator(std::uint16_t frequency);
  static double step(Oscillator& oscillator);
  Oscillator a_, b_;
};

// The amplitude of a sine of so many dBm0 in 16-bit G.711 samples: full load of A-law, 3.14 dBm0, peaks at
// 32256.
double sine_amplitude(double dbm0);

// ITU-T Q.23: low and high frequency of 0-9 * # A-D.
std::optional<std::pair<std::uint16_t, std::uint16_t>> dtmf_frequencies(char digit);

}  // namespace polyfon::media
