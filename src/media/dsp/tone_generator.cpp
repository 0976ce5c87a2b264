#include "media/dsp/tone_generator.h"

#include <array>
#include <cmath>
#include <numbers>
#include <string_view>

namespace polyfon::media {

double sine_amplitude(double dbm0) {
  constexpr double kFullLoad = 32256;
  constexpr double kFullLoadLevel = 3.14;
  return kFullLoad * std::pow(10.0, (dbm0 - kFullLoadLevel) / 20);
}

ToneGenerator::Oscillator ToneGenerator::make_oscillator(std::uint16_t frequency) {
  if (frequency == 0 || frequency >= kSampleRate / 2) return {};
  double angle = 2 * std::numbers::pi * frequency / kSampleRate;
  // current is sin(0), previous sin(-w): the first sample is 0.
  return {.coefficient = 2 * std::cos(angle),
          .previous = -std::sin(angle) * sine_amplitude(kLevel),
          .current = 0};
}

ToneGenerator::ToneGenerator(std::uint16_t frequency_a, std::uint16_t frequency_b)
    : a_(make_oscillator(frequency_a)), b_(make_oscillator(frequency_b)) {}

double ToneGenerator::step(Oscillator& oscillator) {
  double value = oscillator.current;
  double next = oscillator.coefficient * oscillator.current - oscillator.previous;
  oscillator.previous = oscillator.current;
  oscillator.current = next;
  return value;
}

void ToneGenerator::generate(std::span<std::int16_t> out) {
  for (auto& sample : out) sample = static_cast<std::int16_t>(std::lround(step(a_) + step(b_)));
}

std::optional<std::pair<std::uint16_t, std::uint16_t>> dtmf_frequencies(char digit) {
  constexpr std::array<std::uint16_t, 4> kLow{697, 770, 852, 941};
  constexpr std::array<std::uint16_t, 4> kHigh{1209, 1336, 1477, 1633};
  constexpr std::string_view kKeypad = "123A456B789C*0#D";
  if (digit >= 'a' && digit <= 'd') digit = static_cast<char>(digit - 'a' + 'A');
  auto at = kKeypad.find(digit);
  if (at == std::string_view::npos) return std::nullopt;
  return std::pair{kLow[at / 4], kHigh[at % 4]};
}

}  // namespace polyfon::media
