#include "media/rtp/telephone_event.h"

#include <algorithm>
#include <string_view>

#include "media/rtp/wire.h"

namespace polyfon::media {

namespace {

constexpr std::string_view kDigits = "0123456789*#ABCD";
constexpr std::uint32_t kUnitsPerMillisecond = 8;  // telephone-event/8000, the one rate we agree on
// Packets of an event that are this much older than the newest one are late copies; beyond it the clock was
// reset.
constexpr std::int32_t kLateUnits = 8000 * 5;
constexpr std::uint32_t kMinSegment = 0xF000;

}  // namespace

std::optional<EventPayload> parse_event(std::span<const std::uint8_t> payload) {
  if (payload.size() < kEventPayloadBytes) return std::nullopt;
  return EventPayload{.event = payload[0],
                      .end = (payload[1] & 0x80) != 0,
                      .volume = static_cast<std::uint8_t>(payload[1] & 0x3F),
                      .duration = read_u16(payload, 2)};
}

void write_event(const EventPayload& event, std::span<std::uint8_t> out) {
  out[0] = event.event;
  out[1] = static_cast<std::uint8_t>((event.end ? 0x80 : 0) | (event.volume & 0x3F));
  write_u16(out, 2, event.duration);
}

char digit_of_event(std::uint8_t event) { return event < kDigits.size() ? kDigits[event] : '\0'; }

std::optional<std::uint8_t> event_of_digit(char digit) {
  if (digit >= 'a' && digit <= 'd') digit = static_cast<char>(digit - 'a' + 'A');
  auto at = kDigits.find(digit);
  if (at == std::string_view::npos) return std::nullopt;
  return static_cast<std::uint8_t>(at);
}

// RFC 4733 2.5.1.3: a long event goes on in a new segment, whose timestamp is where the one before it ended,
// which is near the most that a duration can say.
bool DigitDetector::continues(const RtpHeader& header, const EventPayload& event) const {
  std::uint32_t gap = header.timestamp - timestamp_;
  return active_ && header.ssrc == ssrc_ && event.event == event_ && !header.marker && gap >= kMinSegment &&
         gap >= duration_ && gap <= kMaxEventDuration;
}

bool DigitDetector::late(const RtpHeader& header) const {
  if (!known_ || header.ssrc != ssrc_) return false;
  auto age = static_cast<std::int32_t>(timestamp_ - header.timestamp);
  return age > 0 && age < kLateUnits;
}

std::optional<DigitDetector::Digit> DigitDetector::receive(const RtpHeader& header, const EventPayload& event,
                                                           base::Instant now) {
  if (late(header)) return std::nullopt;
  bool same = known_ && header.ssrc == ssrc_ && header.timestamp == timestamp_ && event.event == event_;
  if (same && !active_) return std::nullopt;  // an end packet's copy, or an update that came behind the end
  std::optional<Digit> ended;
  if (!same) {
    bool continued = continues(header, event);
    if (!continued && active_) ended = finish();
    before_ = continued ? before_ + (header.timestamp - timestamp_) : 0;
    known_ = active_ = true;
    event_ = event.event;
    ssrc_ = header.ssrc;
    timestamp_ = header.timestamp;
    duration_ = 0;
  }
  last_ = now;
  duration_ = std::max(duration_, event.duration);
  // When this packet also ended the event before, its own end waits for the copies of the end packet, or for
  // poll().
  if (!event.end || ended) return ended;
  return finish();
}

std::optional<DigitDetector::Digit> DigitDetector::poll(base::Instant now) {
  if (!active_ || now - last_ < kSilence) return std::nullopt;
  return finish();
}

std::optional<DigitDetector::Digit> DigitDetector::finish() {
  active_ = false;
  char digit = digit_of_event(event_);
  if (digit == '\0') return std::nullopt;
  std::uint32_t milliseconds = (before_ + duration_) / kUnitsPerMillisecond;
  return Digit{digit, static_cast<std::uint16_t>(std::min<std::uint32_t>(milliseconds, UINT16_MAX))};
}

DigitSender::DigitSender(char digit, base::Duration duration, std::uint32_t first_timestamp,
                         std::uint32_t clock_rate)
    : timestamp_(first_timestamp) {
  auto event = event_of_digit(digit);
  if (!event) return;
  event_ = *event;
  ends_left_ = kEndPackets;
  auto clamped = std::clamp(duration, kMinDuration, kMaxDuration);
  auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(clamped).count();
  total_ = static_cast<std::uint32_t>(milliseconds) * (clock_rate / 1000);
}

DigitSender::Packet DigitSender::next(std::uint32_t step) {
  Packet packet{.marker = first_, .payload = {.event = event_, .volume = kVolume}};
  if (ends_left_ == kEndPackets) {
    if (duration_ == kMaxEventDuration && total_ > kMaxEventDuration) {
      // RFC 4733 2.5.1.3: the next segment begins where this one is full.
      timestamp_ += kMaxEventDuration;
      total_ -= kMaxEventDuration;
      duration_ = std::min(beyond_ + step, total_);
    } else {
      std::uint32_t reached = std::min(duration_ + step, total_);
      duration_ = std::min<std::uint32_t>(reached, kMaxEventDuration);
      beyond_ = reached - duration_;
    }
  }
  packet.timestamp = timestamp_;
  packet.payload.duration = static_cast<std::uint16_t>(std::min<std::uint32_t>(duration_, kMaxEventDuration));
  // RFC 4733 2.5.1.4: the packet that ends the event is sent three times, its duration the same.
  packet.payload.end = duration_ >= total_;
  if (packet.payload.end) --ends_left_;
  first_ = false;
  return packet;
}

}  // namespace polyfon::media
