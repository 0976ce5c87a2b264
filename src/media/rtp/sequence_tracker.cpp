#include "media/rtp/sequence_tracker.h"

#include <algorithm>

namespace polyfon::media {

void SequenceTracker::restart(const RtpHeader& header) {
  if (started_) lost_before_ = lost();
  started_ = true;
  ssrc_ = header.ssrc;
  highest_ = header.sequence;
  cycles_ = 0;
  base_ = header.sequence;
  bad_ = kNoBad;
  received_ = 1;
  prior_expected_ = 0;
  prior_received_ = 0;
  has_transit_ = false;
}

SequenceTracker::Verdict SequenceTracker::update(const RtpHeader& header, base::Instant arrival,
                                                 std::uint32_t clock_rate) {
  ++total_received_;
  if (!started_ || header.ssrc != ssrc_) {
    restart(header);
    jitter_ = 0;
    measure_jitter(header, arrival, clock_rate);
    return Verdict::kFirst;
  }
  auto delta = static_cast<std::uint16_t>(header.sequence - highest_);
  if (delta != 0 && delta < kMaxDropout) {
    if (header.sequence < highest_) cycles_ += 1u << 16;
    highest_ = header.sequence;
    bad_ = kNoBad;
    ++received_;
    measure_jitter(header, arrival, clock_rate);
    return Verdict::kInOrder;
  }
  if (delta != 0 && delta <= 0xFFFF - kMaxMisorder) {
    if (header.sequence == bad_) {  // RFC 3550 A.1: two in a row: the other side restarted without telling
      restart(header);
      return Verdict::kRestarted;
    }
    bad_ = static_cast<std::uint16_t>(header.sequence + 1);
    return Verdict::kJumped;
  }
  ++received_;
  return Verdict::kOld;
}

// RFC 3550 A.8: J += (|D| - J) / 16, kept times 16 to stay in integers.
void SequenceTracker::measure_jitter(const RtpHeader& header, base::Instant arrival,
                                     std::uint32_t clock_rate) {
  auto nanoseconds = arrival.time_since_epoch().count();
  std::int64_t units =
      nanoseconds / 1'000'000 * clock_rate / 1000 + nanoseconds % 1'000'000 * clock_rate / 1'000'000'000;
  auto transit = units - std::int64_t{header.timestamp};
  if (has_transit_) {
    // The difference modulo 2^32, so that a wrap of the timestamp is no jump.
    auto difference = static_cast<std::int32_t>(static_cast<std::uint32_t>(transit - transit_));
    std::uint64_t magnitude = difference < 0 ? -std::int64_t{difference} : std::int64_t{difference};
    jitter_ = jitter_ + magnitude - ((jitter_ + 8) >> 4);
  }
  transit_ = transit;
  has_transit_ = true;
}

std::uint64_t SequenceTracker::lost() const {
  if (!started_) return 0;
  return lost_before_ + (expected() > received_ ? expected() - received_ : 0);
}

std::int32_t SequenceTracker::cumulative_lost() const {
  if (!started_) return 0;
  auto lost = static_cast<std::int64_t>(expected()) - static_cast<std::int64_t>(received_);
  return static_cast<std::int32_t>(std::clamp<std::int64_t>(lost, -0x800000, 0x7FFFFF));
}

std::uint8_t SequenceTracker::take_fraction_lost() {
  if (!started_) return 0;
  auto expected_now = static_cast<std::int64_t>(expected() - prior_expected_);
  auto received_now = static_cast<std::int64_t>(received_ - prior_received_);
  prior_expected_ = expected();
  prior_received_ = received_;
  auto lost_now = expected_now - received_now;
  if (expected_now <= 0 || lost_now <= 0) return 0;
  return static_cast<std::uint8_t>(std::min<std::int64_t>(255, (lost_now << 8) / expected_now));
}

}  // namespace polyfon::media
