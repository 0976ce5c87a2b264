#include "media/rtp/rtp_output.h"

#include <algorithm>

namespace polyfon::media {

namespace {

constexpr std::uint32_t kFrameSamples =
    160;  // the least step of the clock over a switch: one packet of 20 ms
constexpr std::int16_t kMaxMisorder = 100;
constexpr base::Duration kLongestGap = std::chrono::hours(24);

}  // namespace

std::uint32_t RtpOutput::timestamp_at(base::Instant now) const {
  auto elapsed = std::clamp(now - sent_at_, base::Duration::zero(), kLongestGap);
  auto samples =
      std::chrono::duration_cast<std::chrono::microseconds>(elapsed).count() * kClockRate / 1'000'000;
  return identity_.timestamp + static_cast<std::uint32_t>(samples);
}

void RtpOutput::switch_source(const Source& source, const RtpHeader& header, base::Instant now) {
  if (!started_) {  // the first source of all: its packets pass as they are
    started_ = true;
    identity_.ssrc = header.ssrc;
    sequence_offset_ = 0;
    timestamp_offset_ = 0;
    guard_ = 0;
  } else {
    std::uint32_t next = identity_.timestamp;
    if (sent_) next += std::max(timestamp_at(now) - identity_.timestamp, kFrameSamples);
    sequence_offset_ = static_cast<std::uint16_t>(identity_.sequence + 1 - header.sequence);
    timestamp_offset_ = next - header.timestamp;
    floor_ = header.sequence;
    guard_ = kSwitchGuard;
    marker_due_ = true;
  }
  current_ = source;
  own_running_ = false;
}

bool RtpOutput::relay(const Source& source, RtpHeader& header, bool audio, base::Instant now) {
  if (source != current_) switch_source(source, header, now);
  if (guard_ != 0) {
    if (static_cast<std::int16_t>(header.sequence - floor_) < 0) return false;
    --guard_;
  }
  header.sequence = static_cast<std::uint16_t>(header.sequence + sequence_offset_);
  header.timestamp += timestamp_offset_;
  header.ssrc = identity_.ssrc;
  if (audio && marker_due_) {
    header.marker = true;
    marker_due_ = false;
  }
  note_sent(header.sequence, header.timestamp, now);
  return true;
}

std::uint32_t RtpOutput::advance(std::uint32_t samples, base::Instant now) {
  if (!own_running_) {
    own_next_ = identity_.timestamp;
    if (sent_) own_next_ += std::max(timestamp_at(now) - identity_.timestamp, kFrameSamples);
    current_ = {};
    started_ = true;
    own_running_ = true;
    marker_due_ = true;
  }
  std::uint32_t timestamp = own_next_;
  own_next_ += samples;
  return timestamp;
}

RtpHeader RtpOutput::own(std::uint32_t timestamp, bool audio, base::Instant now) {
  RtpHeader header{.sequence = static_cast<std::uint16_t>(identity_.sequence + 1),
                   .timestamp = timestamp,
                   .ssrc = identity_.ssrc};
  if (audio && marker_due_) {
    header.marker = true;
    marker_due_ = false;
  }
  note_sent(header.sequence, header.timestamp, now);
  return header;
}

// The newest sequence number and timestamp are where the next source goes on; an older packet moves neither.
void RtpOutput::note_sent(std::uint16_t sequence, std::uint32_t timestamp, base::Instant now) {
  auto ahead = static_cast<std::int16_t>(sequence - identity_.sequence);
  bool newer = !sent_ || ahead > 0 || ahead < -kMaxMisorder;
  auto later = static_cast<std::int32_t>(timestamp - identity_.timestamp);
  if (newer) identity_.sequence = sequence;
  if (!sent_ || (newer && later != 0)) {
    identity_.timestamp = timestamp;
    sent_at_ = now;
  }
  sent_ = true;
}

}  // namespace polyfon::media
