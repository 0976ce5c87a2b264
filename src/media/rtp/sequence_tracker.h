// SequenceTracker: how many packets of one source were sent, came and were lost, by RFC 3550 A.1 and A.3, and
// the interarrival jitter of A.8: what a receiver report says. One per stream; a new SSRC starts it anew.
// Pure.
#pragma once
#include <cstdint>

#include "base/time.h"
#include "media/rtp/packet.h"

namespace polyfon::media {

class SequenceTracker {
 public:
  static constexpr std::uint16_t kMaxDropout =
      3000;  // RFC 3550 A.1: a jump beyond it is a restart when it repeats
  static constexpr std::uint16_t kMaxMisorder = 100;

  enum class Verdict : std::uint8_t {
    kFirst,      // of this SSRC
    kInOrder,    // newer than all before it
    kOld,        // late or doubled
    kRestarted,  // two packets in a row after a jump: the source counts anew
    kJumped,     // the first packet after a jump: maybe a stray
  };
  Verdict update(const RtpHeader& header, base::Instant arrival, std::uint32_t clock_rate);

  bool started() const { return started_; }
  std::uint32_t ssrc() const { return ssrc_; }
  std::uint32_t extended_highest() const { return cycles_ + highest_; }
  std::uint64_t received() const { return total_received_; }
  // Expected less received over all sources so far; doubled packets may hide losses, and it is never below 0.
  std::uint64_t lost() const;
  std::uint32_t jitter() const { return static_cast<std::uint32_t>(jitter_ >> 4); }  // in timestamp units

  // Since the last call, in 1/256 (RFC 3550 A.3), and the lost of this SSRC clamped to 24 bits signed.
  std::uint8_t take_fraction_lost();
  std::int32_t cumulative_lost() const;

 private:
  void restart(const RtpHeader& header);
  void measure_jitter(const RtpHeader& header, base::Instant arrival, std::uint32_t clock_rate);
  std::uint64_t expected() const { return std::uint64_t{extended_highest()} - base_ + 1; }

  bool started_ = false;
  std::uint16_t highest_ = 0;
  std::uint32_t cycles_ = 0;
  std::uint32_t base_ = 0;
  std::uint32_t bad_ = kNoBad;
  std::uint32_t ssrc_ = 0;
  std::uint64_t received_ = 0;  // of this run
  std::uint64_t total_received_ = 0;
  std::uint64_t lost_before_ = 0;  // in runs that ended
  std::uint64_t prior_expected_ = 0;
  std::uint64_t prior_received_ = 0;
  std::uint64_t jitter_ = 0;  // times 16
  std::int64_t transit_ = 0;
  bool has_transit_ = false;

  static constexpr std::uint32_t kNoBad = 1u << 17;
};

}  // namespace polyfon::media
