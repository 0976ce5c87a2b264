// RTP packets (RFC 3550 5.1): a view over received bytes that has been checked whole, and the writing of
// headers, into a caller's buffer or over a received header. Nothing allocates: this is the packet path.
// Pure, thread: any.
#pragma once
#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>

namespace polyfon::media {

inline constexpr std::size_t kRtpHeaderBytes = 12;
inline constexpr std::size_t kMaxRtpBytes = 2048;  // a datagram beyond any Ethernet MTU is not speech
inline constexpr std::size_t kMaxRtpExtensionBytes = 1024;    // RFC 8285 headers are tens of bytes
inline constexpr std::uint8_t kComfortNoisePayloadType = 13;  // RFC 3389

enum class RtpError : std::uint8_t {
  kShort,      // shorter than its header, CSRC list or extension says
  kLong,       // above kMaxRtpBytes
  kVersion,    // not version 2: STUN, DTLS, noise (RFC 7983)
  kRtcp,       // a payload type of 64-95 is RTCP's (RFC 5761 4)
  kExtension,  // above kMaxRtpExtensionBytes
  kPadding,    // none, or more than the payload
};

struct RtpHeader {
  std::uint8_t payload_type = 0;
  bool marker = false;
  std::uint16_t sequence = 0;
  std::uint32_t timestamp = 0;
  std::uint32_t ssrc = 0;
  bool operator==(const RtpHeader&) const = default;
};

struct RtpPacket {
  RtpHeader header;
  std::size_t payload_offset = 0;  // behind CSRC list and extension
  std::size_t payload_bytes = 0;   // without padding
  std::span<const std::uint8_t> payload(std::span<const std::uint8_t> datagram) const {
    return datagram.subspan(payload_offset, payload_bytes);
  }
};

std::expected<RtpPacket, RtpError> parse_rtp(std::span<const std::uint8_t> datagram);

// Writes a header without CSRC list, extension and padding; `out` holds kRtpHeaderBytes at least.
void write_rtp_header(const RtpHeader& header, std::span<std::uint8_t> out);

// Overwrites these fields of a checked packet's header; CSRC list, extension and padding stay.
void rewrite_rtp_header(const RtpHeader& header, std::span<std::uint8_t> datagram);

}  // namespace polyfon::media
