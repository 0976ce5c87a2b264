// FrameWheel: when each stream that we make packets for is due: 64 slots of 1 ms, so that one loop serves
// every stream of a thread, and streams are spread over the milliseconds of a frame instead of bursting
// together. thread: media.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/time.h"

namespace polyfon::media {

struct Stream;

class FrameWheel {
 public:
  static constexpr unsigned kSlots = 64;
  static constexpr base::Duration kTick = std::chrono::milliseconds(1);
  static constexpr unsigned kMaxFrame = 60;  // ms; below kSlots

  // Puts a stream into the emptiest of the next `spread` slots. It is in at most one.
  void add(Stream& stream, unsigned spread, base::Instant now);
  void remove(Stream& stream);

  std::optional<base::Instant> next_due() const;  // nullopt: nobody is on the wheel
  // Calls frame(stream) for everyone due up to `now`; it returns the ms until the stream's next frame, or 0
  // to leave the wheel. After a stall of the thread frames are caught up, those of more than kSlots ms
  // excepted.
  template <class Frame>
  void run(base::Instant now, Frame&& frame);
  std::size_t size() const { return size_; }

 private:
  std::uint64_t tick_of(base::Instant at) const {
    return static_cast<std::uint64_t>(at.time_since_epoch() / kTick);
  }
  void put(Stream& stream, std::uint64_t tick);

  std::array<std::vector<Stream*>, kSlots> slots_;
  std::uint64_t occupied_ = 0;  // a bit a slot
  std::uint64_t done_ = 0;      // the last tick that ran
  std::size_t size_ = 0;
  std::vector<Stream*> running_;
};

template <class Frame>
void FrameWheel::run(base::Instant now, Frame&& frame) {
  std::uint64_t until = tick_of(now);
  if (until > done_ + kSlots) done_ = until - kSlots;
  while (done_ < until && size_ != 0) {
    ++done_;
    auto& slot = slots_[done_ % kSlots];
    if (slot.empty()) continue;
    running_.swap(slot);
    occupied_ &= ~(std::uint64_t{1} << (done_ % kSlots));
    for (Stream* stream : running_) {
      unsigned next = frame(*stream);
      if (next == 0)
        --size_;
      else
        put(*stream, done_ + next);
    }
    running_.clear();
  }
  if (done_ < until) done_ = until;
}

}  // namespace polyfon::media
