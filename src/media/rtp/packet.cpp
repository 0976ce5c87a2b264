#include "media/rtp/packet.h"

#include "media/rtp/wire.h"

namespace polyfon::media {

namespace {

constexpr std::uint8_t kVersion2 = 0x80;
constexpr std::uint8_t kVersionMask = 0xC0;
constexpr std::uint8_t kPaddingBit = 0x20;
constexpr std::uint8_t kExtensionBit = 0x10;
constexpr std::uint8_t kCsrcCountMask = 0x0F;
constexpr std::uint8_t kMarkerBit = 0x80;

}  // namespace

std::expected<RtpPacket, RtpError> parse_rtp(std::span<const std::uint8_t> datagram) {
  if (datagram.size() < kRtpHeaderBytes) return std::unexpected(RtpError::kShort);
  if (datagram.size() > kMaxRtpBytes) return std::unexpected(RtpError::kLong);
  std::uint8_t first = datagram[0];
  if ((first & kVersionMask) != kVersion2) return std::unexpected(RtpError::kVersion);

  RtpPacket packet;
  packet.header.marker = (datagram[1] & kMarkerBit) != 0;
  packet.header.payload_type = datagram[1] & 0x7F;
  if (packet.header.payload_type >= 64 && packet.header.payload_type <= 95)
    return std::unexpected(RtpError::kRtcp);
  packet.header.sequence = read_u16(datagram, 2);
  packet.header.timestamp = read_u32(datagram, 4);
  packet.header.ssrc = read_u32(datagram, 8);

  std::size_t offset = kRtpHeaderBytes + std::size_t{4} * (first & kCsrcCountMask);
  if ((first & kExtensionBit) != 0) {
    if (datagram.size() < offset + 4) return std::unexpected(RtpError::kShort);
    std::size_t extension = std::size_t{4} * read_u16(datagram, offset + 2);
    if (extension > kMaxRtpExtensionBytes) return std::unexpected(RtpError::kExtension);
    offset += 4 + extension;
  }
  if (datagram.size() < offset) return std::unexpected(RtpError::kShort);

  std::size_t end = datagram.size();
  if ((first & kPaddingBit) != 0) {
    std::uint8_t padding = datagram[end - 1];
    if (padding == 0 || padding > end - offset) return std::unexpected(RtpError::kPadding);
    end -= padding;
  }
  packet.payload_offset = offset;
  packet.payload_bytes = end - offset;
  return packet;
}

void write_rtp_header(const RtpHeader& header, std::span<std::uint8_t> out) {
  out[0] = kVersion2;
  rewrite_rtp_header(header, out);
}

void rewrite_rtp_header(const RtpHeader& header, std::span<std::uint8_t> datagram) {
  datagram[1] = static_cast<std::uint8_t>((header.marker ? kMarkerBit : 0) | (header.payload_type & 0x7F));
  write_u16(datagram, 2, header.sequence);
  write_u32(datagram, 4, header.timestamp);
  write_u32(datagram, 8, header.ssrc);
}

}  // namespace polyfon::media
