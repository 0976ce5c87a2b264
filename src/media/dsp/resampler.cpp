#include "media/dsp/resampler.h"

#include <fmt/format.h>
#include <speex/speex_resampler.h>

namespace polyfon::media {

namespace {

constexpr int kQuality = 8;  // of 10: prompts are resampled once and heard often
constexpr std::size_t kBlock = 4096;

}  // namespace

void Resampler::Destroy::operator()(SpeexResamplerState_* state) const { speex_resampler_destroy(state); }

base::Result<Resampler> Resampler::make(std::uint32_t from, std::uint32_t to) {
  for (std::uint32_t rate : {from, to})
    if (rate < kMinRate || rate > kMaxRate)
      return base::fail(
          base::ErrorCode::kUnsupported,
          fmt::format("a sample rate of {} Hz is outside {} to {} Hz", rate, kMinRate, kMaxRate));
  if (from == to) return Resampler(nullptr);
  int error = 0;
  auto* state = speex_resampler_init(1, from, to, kQuality, &error);
  if (state == nullptr)
    return base::fail(base::ErrorCode::kUnsupported, fmt::format("cannot resample {} to {} Hz: {}", from, to,
                                                                 speex_resampler_strerror(error)));
  speex_resampler_skip_zeros(state);  // the filter's delay is not heard as silence
  return Resampler(state);
}

void Resampler::process(std::span<const std::int16_t> block, std::vector<std::int16_t>& out) {
  if (!state_) {
    out.insert(out.end(), block.begin(), block.end());
    return;
  }
  while (!block.empty()) {
    std::int16_t produced[kBlock];
    auto taken = static_cast<spx_uint32_t>(block.size());
    auto made = static_cast<spx_uint32_t>(kBlock);
    speex_resampler_process_int(state_.get(), 0, block.data(), &taken, produced, &made);
    out.insert(out.end(), produced, produced + made);
    if (taken == 0 && made == 0) return;  // cannot be: room and input are both there
    block = block.subspan(taken);
  }
}

void Resampler::finish(std::vector<std::int16_t>& out) {
  if (!state_) return;
  std::vector<std::int16_t> silence(static_cast<std::size_t>(speex_resampler_get_input_latency(state_.get())),
                                    0);
  process(silence, out);
}

}  // namespace polyfon::media
