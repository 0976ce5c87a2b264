// RTCP (RFC 3550 6, A.2): compound packets are checked whole, relayed between the legs of a call with SSRCs
// and timestamps translated when RtpOutput rewrites them, and written for the streams that we make or consume
// ourselves. Pure, thread: any.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/time.h"

namespace polyfon::media {

inline constexpr std::size_t kMaxRtcpBytes = 1500;
inline constexpr std::size_t kMaxRtcpPackets = 32;  // in one compound
inline constexpr std::size_t kMaxCnameBytes = 64;

enum class RtcpType : std::uint8_t {
  kSenderReport = 200,
  kReceiverReport = 201,
  kDescription = 202,
  kBye = 203
};

// What a checked compound says that we use.
struct RtcpCompound {
  std::uint32_t ssrc = 0;                      // of its sender
  std::optional<std::uint64_t> ntp_timestamp;  // of its sender report
  bool bye = false;                            // noted, never obeyed: anybody can write one
};
std::optional<RtcpCompound> parse_rtcp(std::span<const std::uint8_t> datagram);

// How one leg's RTCP reads on the other: its sender's SSRC and timestamps as RtpOutput sends them to the
// listener, and reports about what we sent to it as reports about the listener's own packets.
struct RtcpTranslation {
  std::uint32_t source_ssrc = 0, output_ssrc = 0;  // sender: from, to
  std::uint32_t timestamp_offset = 0;
  std::uint32_t reported_ssrc = 0, listener_ssrc = 0;  // report blocks: from, to
  std::uint16_t reported_sequence_offset = 0;
};
// Translates a checked compound in place and returns its new length. Reports and descriptions stay; what else
// there is (BYE, APP, feedback) names SSRCs that the listener does not know, and goes.
std::size_t translate_rtcp(std::span<std::uint8_t> datagram, const RtcpTranslation& translation);

struct ReportBlock {
  std::uint32_t ssrc = 0;
  std::uint8_t fraction_lost = 0;
  std::int32_t cumulative_lost = 0;  // 24 bits signed
  std::uint32_t extended_highest = 0;
  std::uint32_t jitter = 0;
  std::uint32_t last_report = 0;       // middle 32 bits of its last sender report's NTP timestamp
  std::uint32_t delay_since_last = 0;  // 1/65536 s
};
struct SenderInfo {
  std::uint64_t ntp_timestamp = 0;
  std::uint32_t rtp_timestamp = 0;
  std::uint32_t packets = 0;
  std::uint32_t octets = 0;
};
struct OwnReport {
  std::uint32_t ssrc = 0;
  std::optional<SenderInfo> sender;  // absent: a receiver report
  std::optional<ReportBlock> received;
  std::string_view cname;  // RFC 7022: random, at most kMaxCnameBytes
};
inline constexpr std::size_t kMaxReportBytes = 28 + 24 + 8 + 4 + kMaxCnameBytes;
// Returns the bytes written; `out` holds kMaxReportBytes at least.
std::size_t write_report(const OwnReport& report, std::span<std::uint8_t> out);

std::uint64_t ntp_timestamp(base::WallTime wall);

}  // namespace polyfon::media
