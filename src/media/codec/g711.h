// G.711 (ITU-T G.711, as G.191 defines the arithmetic): A-law and mu-law to 16-bit linear and back, and one
// to the other. Decoding is a table of 256; encoding is arithmetic; a-law to mu-law is a table made of both.
// All made at compile time. Pure, thread: any.
#pragma once
#include <array>
#include <bit>
#include <cstdint>
#include <span>

namespace polyfon::media::g711 {

// One A-law code is 13 bits of linear in the top of 16.
constexpr std::int16_t expand_alaw(std::uint8_t code) {
  unsigned value = (code ^ 0x55u) & 0x7Fu;  // even bits are inverted on the line
  unsigned segment = value >> 4;
  int magnitude = static_cast<int>(((value & 0x0F) << 4) + 8);
  if (segment > 0) magnitude = (magnitude + 0x100) << (segment - 1);
  return static_cast<std::int16_t>((code & 0x80) != 0 ? magnitude : -magnitude);
}

constexpr std::uint8_t compress_alaw(std::int16_t sample) {
  bool positive = sample >= 0;
  // The ones' complement makes both signs symmetric: -1 falls into the lowest step, like 0.
  unsigned magnitude = static_cast<unsigned>(positive ? sample : ~sample) >> 4;
  if (magnitude > 15) {
    auto segment = static_cast<unsigned>(std::bit_width(magnitude)) - 4;
    magnitude = (segment << 4) + ((magnitude >> (segment - 1)) & 0x0F);
  }
  return static_cast<std::uint8_t>((magnitude | (positive ? 0x80u : 0u)) ^ 0x55u);
}

// One mu-law code is 14 bits of linear in the top of 16; 33 is the bias that aligns its segments.
constexpr std::int16_t expand_ulaw(std::uint8_t code) {
  unsigned value = static_cast<std::uint8_t>(~code);
  unsigned segment = (value >> 4) & 0x07;
  int magnitude = static_cast<int>((((value & 0x0F) << 3) + 0x84) << segment) - 0x84;
  return static_cast<std::int16_t>((value & 0x80) != 0 ? -magnitude : magnitude);
}

constexpr std::uint8_t compress_ulaw(std::int16_t sample) {
  bool positive = sample >= 0;
  unsigned magnitude = (static_cast<unsigned>(positive ? sample : ~sample) >> 2) + 33;
  if (magnitude > 0x1FFF) magnitude = 0x1FFF;
  auto segment = static_cast<unsigned>(std::bit_width(magnitude)) - 6;
  unsigned low = (magnitude >> (segment + 1)) & 0x0F;
  return static_cast<std::uint8_t>((~((segment << 4) | low) & 0x7F) | (positive ? 0x80u : 0u));
}

using Law = std::array<std::uint8_t, 256>;
using Expansion = std::array<std::int16_t, 256>;
extern const Expansion kAlawToLinear, kUlawToLinear;
extern const Law kAlawToUlaw, kUlawToAlaw;

// Rewrites every code by the table.
void convert(const Law& table, std::span<std::uint8_t> codes);

}  // namespace polyfon::media::g711
