// Relay: what is done with a packet that came: source check, parsing, digits, and on to those who hear the
// stream, as it is or with its header, payload type or codec changed. docs/walk-rtp.md follows one packet.
// thread: media.
#pragma once
#include <array>
#include <span>

#include "media/engine/context.h"
#include "media/engine/stream.h"

namespace polyfon::media {

class Relay {
 public:
  explicit Relay(MediaContext& context) : context_(context) {}

  // The datagrams may be written over.
  void receive_rtp(Stream& stream, std::span<std::uint8_t> datagram, const base::SocketAddress& from,
                   base::Instant now);
  void receive_rtcp(Stream& stream, std::span<std::uint8_t> datagram, const base::SocketAddress& from,
                    base::Instant now);

  // Tells the sink whether the source is settled; after every change of the guard, and now and then.
  void update_lock(Stream& stream, base::Instant now);
  void report_digit(Stream& stream, const DigitDetector::Digit& digit);

 private:
  struct Incoming {
    RtpPacket packet;
    RtpHeader
        in_buffer;  // the header as the datagram has it now: one listener's rewriting stays for the next
    std::optional<CodecId> codec;  // absent: a telephone event
  };
  std::optional<CodecId> audio_codec(const Stream& stream, std::uint8_t payload_type) const;
  void learn(Stream& stream, const base::SocketAddress& from, base::Instant now);
  bool admit(Stream& stream, const Incoming& incoming, bool learn_source, const base::SocketAddress& from,
             base::Instant now);
  void deliver(Stream& source, Stream& listener, Incoming& incoming, std::span<std::uint8_t> datagram,
               base::Instant now);
  void relay_rtcp(Stream& source, Stream& listener, std::span<const std::uint8_t> datagram);

  MediaContext& context_;
  std::array<std::uint8_t, kMaxRtpBytes> transcoded_;
};

}  // namespace polyfon::media
