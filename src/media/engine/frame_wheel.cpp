#include "media/engine/frame_wheel.h"

#include <algorithm>
#include <bit>

namespace polyfon::media {

void FrameWheel::put(Stream& stream, std::uint64_t tick) {
  slots_[tick % kSlots].push_back(&stream);
  occupied_ |= std::uint64_t{1} << (tick % kSlots);
}

void FrameWheel::add(Stream& stream, unsigned spread, base::Instant now) {
  if (size_ == 0) done_ = tick_of(now);
  std::uint64_t first = std::max(done_, tick_of(now)) + 1;
  std::uint64_t best = first;
  for (std::uint64_t tick = first; tick < first + std::min(spread, kMaxFrame); ++tick)
    if (slots_[tick % kSlots].size() < slots_[best % kSlots].size()) best = tick;
  put(stream, best);
  ++size_;
}

void FrameWheel::remove(Stream& stream) {
  for (unsigned i = 0; i < kSlots; ++i) {
    if (std::erase(slots_[i], &stream) == 0) continue;
    --size_;
    if (slots_[i].empty()) occupied_ &= ~(std::uint64_t{1} << i);
    return;
  }
}

std::optional<base::Instant> FrameWheel::next_due() const {
  if (occupied_ == 0) return std::nullopt;
  std::uint64_t next = done_ + 1;
  auto ahead = static_cast<unsigned>(std::countr_zero(std::rotr(occupied_, static_cast<int>(next % kSlots))));
  return base::Instant(kTick * static_cast<std::int64_t>(next + ahead));
}

}  // namespace polyfon::media
