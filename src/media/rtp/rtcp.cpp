#include "media/rtp/rtcp.h"

#include <algorithm>
#include <cstring>

#include "media/rtp/wire.h"

namespace polyfon::media {

namespace {

constexpr std::size_t kHeaderBytes = 8;  // with the sender's SSRC
constexpr std::size_t kSenderInfoBytes = 20;
constexpr std::size_t kReportBlockBytes = 24;
constexpr std::uint8_t kCnameItem = 1;

struct Part {
  std::uint8_t type = 0;
  std::uint8_t count = 0;
  bool padding = false;
  std::size_t bytes = 0;
};

std::optional<Part> part_at(std::span<const std::uint8_t> datagram, std::size_t at) {
  if (datagram.size() - at < 4 || (datagram[at] & 0xC0) != 0x80) return std::nullopt;
  Part part{.type = datagram[at + 1],
            .count = static_cast<std::uint8_t>(datagram[at] & 0x1F),
            .padding = (datagram[at] & 0x20) != 0,
            .bytes = (std::size_t{read_u16(datagram, at + 2)} + 1) * 4};
  if (part.bytes > datagram.size() - at) return std::nullopt;
  return part;
}

// Where the report blocks begin, or 0 when the part is too short for what it counts.
std::size_t blocks_offset(const Part& part) {
  std::size_t first = kHeaderBytes;
  if (part.type == static_cast<std::uint8_t>(RtcpType::kSenderReport)) first += kSenderInfoBytes;
  return part.bytes >= first + part.count * kReportBlockBytes ? first : 0;
}

bool is_report(const Part& part) {
  return part.type == static_cast<std::uint8_t>(RtcpType::kSenderReport) ||
         part.type == static_cast<std::uint8_t>(RtcpType::kReceiverReport);
}

void translate_report(std::span<std::uint8_t> part_bytes, const Part& part, const RtcpTranslation& t) {
  if (read_u32(part_bytes, 4) == t.source_ssrc) {
    write_u32(part_bytes, 4, t.output_ssrc);
    if (part.type == static_cast<std::uint8_t>(RtcpType::kSenderReport))
      write_u32(part_bytes, 16, read_u32(part_bytes, 16) + t.timestamp_offset);
  }
  std::size_t at = blocks_offset(part);
  for (unsigned i = 0; i < part.count; ++i, at += kReportBlockBytes) {
    if (read_u32(part_bytes, at) != t.reported_ssrc) continue;
    write_u32(part_bytes, at, t.listener_ssrc);
    // The low half is the sequence number; the cycles above it are the reporter's own count.
    write_u16(part_bytes, at + 10,
              static_cast<std::uint16_t>(read_u16(part_bytes, at + 10) - t.reported_sequence_offset));
  }
}

// RFC 3550 6.5: chunks of an SSRC and items up to a zero, each chunk padded to 32 bits.
void translate_description(std::span<std::uint8_t> part_bytes, const Part& part, const RtcpTranslation& t) {
  std::size_t at = 4;
  for (unsigned i = 0; i < part.count && at + 4 <= part_bytes.size(); ++i) {
    if (read_u32(part_bytes, at) == t.source_ssrc) write_u32(part_bytes, at, t.output_ssrc);
    at += 4;
    while (at + 1 < part_bytes.size() && part_bytes[at] != 0) at += std::size_t{2} + part_bytes[at + 1];
    at = (at + 4) & ~std::size_t{3};
  }
}

}  // namespace

std::optional<RtcpCompound> parse_rtcp(std::span<const std::uint8_t> datagram) {
  if (datagram.size() < kHeaderBytes || datagram.size() > kMaxRtcpBytes) return std::nullopt;
  RtcpCompound compound;
  std::size_t at = 0;
  for (std::size_t packets = 0; at < datagram.size(); ++packets) {
    auto part = part_at(datagram, at);
    if (!part || packets == kMaxRtcpPackets) return std::nullopt;
    // RFC 3550 A.2: the first is a report, and padding is allowed in the last alone.
    if (packets == 0 && (!is_report(*part) || part->padding)) return std::nullopt;
    if (part->padding && at + part->bytes != datagram.size()) return std::nullopt;
    if (is_report(*part) && blocks_offset(*part) == 0) return std::nullopt;
    if (packets == 0) {
      compound.ssrc = read_u32(datagram, 4);
      if (part->type == static_cast<std::uint8_t>(RtcpType::kSenderReport))
        compound.ntp_timestamp = (std::uint64_t{read_u32(datagram, 8)} << 32) | read_u32(datagram, 12);
    }
    if (part->type == static_cast<std::uint8_t>(RtcpType::kBye)) compound.bye = true;
    at += part->bytes;
  }
  return compound;
}

std::size_t translate_rtcp(std::span<std::uint8_t> datagram, const RtcpTranslation& translation) {
  std::size_t kept = 0;
  for (std::size_t at = 0; at < datagram.size();) {
    auto part = part_at(datagram, at);
    if (!part) break;
    auto bytes = datagram.subspan(at, part->bytes);
    bool description = part->type == static_cast<std::uint8_t>(RtcpType::kDescription);
    if ((is_report(*part) || description) && !part->padding) {
      if (description)
        translate_description(bytes, *part, translation);
      else
        translate_report(bytes, *part, translation);
      std::memmove(datagram.data() + kept, bytes.data(), bytes.size());
      kept += bytes.size();
    }
    at += part->bytes;
  }
  return kept;
}

std::size_t write_report(const OwnReport& report, std::span<std::uint8_t> out) {
  std::size_t bytes = kHeaderBytes;
  write_u32(out, 4, report.ssrc);
  if (report.sender) {
    write_u32(out, 8, static_cast<std::uint32_t>(report.sender->ntp_timestamp >> 32));
    write_u32(out, 12, static_cast<std::uint32_t>(report.sender->ntp_timestamp));
    write_u32(out, 16, report.sender->rtp_timestamp);
    write_u32(out, 20, report.sender->packets);
    write_u32(out, 24, report.sender->octets);
    bytes += kSenderInfoBytes;
  }
  if (const auto& block = report.received) {
    write_u32(out, bytes, block->ssrc);
    write_u32(out, bytes + 4, static_cast<std::uint32_t>(block->cumulative_lost) & 0xFFFFFF);
    out[bytes + 4] = block->fraction_lost;
    write_u32(out, bytes + 8, block->extended_highest);
    write_u32(out, bytes + 12, block->jitter);
    write_u32(out, bytes + 16, block->last_report);
    write_u32(out, bytes + 20, block->delay_since_last);
    bytes += kReportBlockBytes;
  }
  out[0] = static_cast<std::uint8_t>(0x80 | (report.received ? 1 : 0));
  out[1] = static_cast<std::uint8_t>(report.sender ? RtcpType::kSenderReport : RtcpType::kReceiverReport);
  write_u16(out, 2, static_cast<std::uint16_t>(bytes / 4 - 1));

  // RFC 3550 6.1: every compound has a description with a CNAME.
  auto cname = report.cname.substr(0, kMaxCnameBytes);
  std::size_t chunk = (4 + 2 + cname.size() + 1 + 3) & ~std::size_t{3};
  auto description = out.subspan(bytes, 4 + chunk);
  std::ranges::fill(description, std::uint8_t{0});
  description[0] = 0x81;
  description[1] = static_cast<std::uint8_t>(RtcpType::kDescription);
  write_u16(description, 2, static_cast<std::uint16_t>(description.size() / 4 - 1));
  write_u32(description, 4, report.ssrc);
  description[8] = kCnameItem;
  description[9] = static_cast<std::uint8_t>(cname.size());
  std::memcpy(description.data() + 10, cname.data(), cname.size());
  return bytes + description.size();
}

std::uint64_t ntp_timestamp(base::WallTime wall) {
  constexpr std::uint64_t kSecondsFrom1900To1970 = 2'208'988'800;
  auto microseconds = static_cast<std::uint64_t>(wall.time_since_epoch().count());
  std::uint64_t seconds = microseconds / 1'000'000 + kSecondsFrom1900To1970;
  std::uint64_t fraction = ((microseconds % 1'000'000) << 32) / 1'000'000;
  return (seconds << 32) | fraction;
}

}  // namespace polyfon::media
