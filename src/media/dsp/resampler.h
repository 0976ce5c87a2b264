// Resampler: mono 16-bit audio from one sample rate to another, by speexdsp; a stream of blocks whose ends
// need not match. Used where files are loaded, never on packets. thread: its owner's.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/result.h"

struct SpeexResamplerState_;

namespace polyfon::media {

class Resampler {
 public:
  static constexpr std::uint32_t kMinRate = 1000;
  static constexpr std::uint32_t kMaxRate = 384000;

  // kUnsupported: a rate out of range.
  static base::Result<Resampler> make(std::uint32_t from, std::uint32_t to);

  // Appends what the block gives.
  void process(std::span<const std::int16_t> block, std::vector<std::int16_t>& out);
  // Appends what the filter still holds; after it nothing more may come.
  void finish(std::vector<std::int16_t>& out);

 private:
  struct Destroy {
    void operator()(SpeexResamplerState_* state) const;
  };
  explicit Resampler(SpeexResamplerState_* state) : state_(state) {}

  std::unique_ptr<SpeexResamplerState_, Destroy> state_;  // null: the rates are equal
};

}  // namespace polyfon::media
