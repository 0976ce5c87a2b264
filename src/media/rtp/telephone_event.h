// Telephone events (RFC 4733 2): digits as packets. EventPayload is the four bytes; DigitDetector makes one
// digit of the packets of one event, whichever of them are lost; DigitSender makes the packets of one digit.
// Pure, thread: media.
#pragma once
#include <cstdint>
#include <optional>
#include <span>

#include "base/time.h"
#include "media/rtp/packet.h"

namespace polyfon::media {

inline constexpr std::size_t kEventPayloadBytes = 4;
inline constexpr std::uint16_t kMaxEventDuration = 0xFFFF;  // in timestamp units: one segment of a long event

struct EventPayload {
  std::uint8_t event = 0;
  bool end = false;
  std::uint8_t volume = 0;     // -dBm0, 0-63
  std::uint16_t duration = 0;  // timestamp units
  bool operator==(const EventPayload&) const = default;
};
std::optional<EventPayload> parse_event(std::span<const std::uint8_t> payload);
void write_event(const EventPayload& event, std::span<std::uint8_t> out);

// RFC 4733 3.2: 0-9 * # A-D are events 0-15. 0: none.
char digit_of_event(std::uint8_t event);
std::optional<std::uint8_t> event_of_digit(char digit);

class DigitDetector {
 public:
  static constexpr base::Duration kSilence =
      std::chrono::milliseconds(150);  // no update for so long: it has ended

  struct Digit {
    char digit = 0;
    std::uint16_t duration_ms = 0;
  };
  // A digit when this packet ended one, or showed that the one before had ended without an end packet
  // arriving.
  std::optional<Digit> receive(const RtpHeader& header, const EventPayload& event, base::Instant now);
  // A digit when its packets stopped without an end.
  std::optional<Digit> poll(base::Instant now);
  bool active() const { return active_; }

 private:
  bool continues(const RtpHeader& header, const EventPayload& event) const;
  bool late(const RtpHeader& header) const;
  std::optional<Digit> finish();

  bool active_ = false;
  bool known_ = false;  // the fields below name an event, running or done
  std::uint8_t event_ = 0;
  std::uint16_t duration_ = 0;  // of the segment
  std::uint32_t ssrc_ = 0;
  std::uint32_t timestamp_ = 0;  // of the segment
  std::uint32_t before_ = 0;     // timestamp units in the segments before it
  base::Instant last_{};
};

class DigitSender {
 public:
  static constexpr base::Duration kMinDuration = std::chrono::milliseconds(40);
  static constexpr base::Duration kMaxDuration = std::chrono::seconds(60);
  static constexpr unsigned kEndPackets = 3;  // RFC 4733 2.5.1.4
  static constexpr std::uint8_t kVolume = 10;

  DigitSender() = default;
  // A digit that the event alphabet lacks sends nothing.
  DigitSender(char digit, base::Duration duration, std::uint32_t first_timestamp, std::uint32_t clock_rate);

  bool done() const { return ends_left_ == 0; }
  struct Packet {
    std::uint32_t timestamp = 0;
    bool marker = false;
    EventPayload payload;
  };
  // The next packet, `step` timestamp units after the one before; not when done().
  Packet next(std::uint32_t step);

 private:
  std::uint8_t event_ = 0;
  bool first_ = true;
  unsigned ends_left_ = 0;
  std::uint32_t timestamp_ = 0;
  std::uint32_t total_ = 0;     // left of the whole event, from this segment's start
  std::uint32_t duration_ = 0;  // of this segment
  std::uint32_t beyond_ = 0;    // what did not fit into it
};

}  // namespace polyfon::media
