// RtpOutput: what one stream sends, as its listener sees it: one SSRC whose sequence numbers and timestamps
// go on when the source behind them changes (music to caller, transfer; RFC 3550 8, sip-cases 82). Packets of
// the first source pass as they are; from the first change on, or the first packet of our own, headers are
// rewritten by offsets. Pure.
#pragma once
#include <cstdint>

#include "base/time.h"
#include "media/rtp/packet.h"

namespace polyfon::media {

class RtpOutput {
 public:
  static constexpr std::uint32_t kClockRate = 8000;
  // A packet of a new source that is older than the first one heard is not sent while these few follow.
  static constexpr unsigned kSwitchGuard = 64;

  // What this output uses once it makes packets of its own: chance, from the caller.
  struct Identity {
    std::uint32_t ssrc = 0;
    std::uint16_t sequence = 0;
    std::uint32_t timestamp = 0;
  };
  explicit RtpOutput(const Identity& identity) : identity_(identity) {}

  // Whose packets are relayed: a stream, as a number that is never 0, and the SSRC that it sends.
  struct Source {
    std::uint64_t stream = 0;
    std::uint32_t ssrc = 0;
    bool operator==(const Source&) const = default;
  };

  // The header under which a packet of `source` goes out; false: it must not (a late one from before the
  // switch). `audio` is false for events, which take no switch marker. Payload type is the caller's.
  bool relay(const Source& source, RtpHeader& header, bool audio, base::Instant now);

  // The timestamp of a frame of our own, and the next one's, `samples` later; sent or not, time goes on.
  std::uint32_t advance(std::uint32_t samples, base::Instant now);
  // The header of a packet of our own for the frame at `timestamp`.
  RtpHeader own(std::uint32_t timestamp, bool audio, base::Instant now);
  // From here on our own SSRC is sent also when relaying (echo: a peer must not hear its own SSRC, RFC
  // 3550 8.2).
  void use_own_ssrc() { started_ = true; }

  // The listener hears nobody of before: the next packet, whosever it is, carries the marker.
  void interrupt() { current_ = {}, own_running_ = false; }

  bool sent_any() const { return sent_; }
  std::uint32_t ssrc() const { return identity_.ssrc; }
  bool rewriting() const {
    return sequence_offset_ != 0 || timestamp_offset_ != 0 || current_.ssrc != identity_.ssrc;
  }
  const Source& source() const { return current_; }
  std::uint16_t sequence_offset() const { return sequence_offset_; }
  std::uint32_t timestamp_offset() const { return timestamp_offset_; }
  // The timestamp that the listener's clock shows at `now` (for sender reports, RFC 3550 6.4.1).
  std::uint32_t timestamp_at(base::Instant now) const;

 private:
  void switch_source(const Source& source, const RtpHeader& header, base::Instant now);
  void note_sent(std::uint16_t sequence, std::uint32_t timestamp, base::Instant now);

  Identity identity_;     // of what was sent last: SSRC fixed after the first packet
  Source current_;        // {0, 0}: our own, or nobody
  bool started_ = false;  // the SSRC is settled
  bool sent_ = false;
  bool own_running_ = false;  // own_next_ goes on
  bool marker_due_ = false;
  std::uint16_t sequence_offset_ = 0;
  std::uint16_t floor_ = 0;  // the sequence number the current source began with
  unsigned guard_ = 0;
  std::uint32_t timestamp_offset_ = 0;
  std::uint32_t own_next_ = 0;
  base::Instant sent_at_{};  // of identity_.timestamp
};

}  // namespace polyfon::media
