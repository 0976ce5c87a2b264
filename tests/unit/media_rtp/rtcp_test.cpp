#include "media/rtp/rtcp.h"

#include <gtest/gtest.h>

#include "media/rtp/wire.h"

namespace polyfon::media {
namespace {

using namespace std::chrono_literals;
using Bytes = std::vector<std::uint8_t>;

Bytes report(const OwnReport& own) {
  Bytes bytes(kMaxReportBytes);
  bytes.resize(write_report(own, bytes));
  return bytes;
}

OwnReport full_report() {
  return {
      .ssrc = 0x11,
      .sender =
          SenderInfo{.ntp_timestamp = 0xAABBCCDD11223344, .rtp_timestamp = 8000, .packets = 5, .octets = 800},
      .received = ReportBlock{.ssrc = 0x22,
                              .fraction_lost = 25,
                              .cumulative_lost = -2,
                              .extended_highest = 70000,
                              .jitter = 3,
                              .last_report = 9,
                              .delay_since_last = 65536},
      .cname = "0123456789abcdef"};
}

void append_bye(Bytes& bytes, std::uint32_t ssrc) {
  auto at = bytes.size();
  bytes.resize(at + 8);
  bytes[at] = 0x81;
  bytes[at + 1] = 203;
  write_u16(bytes, at + 2, 1);
  write_u32(bytes, at + 4, ssrc);
}

TEST(Rtcp, rfc3550_6_1_a_compound_is_a_report_and_a_cname) {
  Bytes bytes = report(full_report());
  EXPECT_EQ(bytes.size() % 4, 0u);
  EXPECT_EQ(bytes[1], 200);
  EXPECT_EQ(read_u16(bytes, 2), (28 + 24) / 4 - 1);
  EXPECT_EQ(read_u32(bytes, 28), 0x22u);
  EXPECT_EQ(read_u32(bytes, 32), 0x19FFFFFEu);
  EXPECT_EQ(bytes[53], 202);
  EXPECT_EQ(std::string(bytes.begin() + 62, bytes.begin() + 78), "0123456789abcdef");
  auto compound = parse_rtcp(bytes);
  ASSERT_TRUE(compound);
  EXPECT_EQ(compound->ssrc, 0x11u);
  EXPECT_EQ(compound->ntp_timestamp, 0xAABBCCDD11223344u);
  EXPECT_FALSE(compound->bye);
}

TEST(Rtcp, every_length_of_cname_gives_a_valid_compound) {
  std::string name(kMaxCnameBytes + 10, 'n');
  for (std::size_t length = 0; length <= name.size(); ++length) {
    auto own = full_report();
    own.cname = std::string_view(name).substr(0, length);
    EXPECT_TRUE(parse_rtcp(report(own))) << length;
  }
}

TEST(Rtcp, without_a_sender_it_is_a_receiver_report) {
  auto own = full_report();
  own.sender.reset();
  auto bytes = report(own);
  EXPECT_EQ(bytes[1], 201);
  EXPECT_FALSE(parse_rtcp(bytes)->ntp_timestamp);
}

TEST(Rtcp, rfc3550_a2_a_compound_begins_with_a_report) {
  Bytes bytes;
  append_bye(bytes, 1);
  EXPECT_FALSE(parse_rtcp(bytes));
}

TEST(Rtcp, rfc3550_a2_lengths_must_add_up) {
  Bytes bytes = report(full_report());
  for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
    Bytes shorter(bytes.begin(), bytes.end() - static_cast<std::ptrdiff_t>(cut));
    bool whole_first = shorter.size() == 52;  // just the report
    EXPECT_EQ(parse_rtcp(shorter).has_value(), whole_first) << cut;
  }
}

TEST(Rtcp, rfc3550_a2_padding_is_allowed_in_the_last_packet_alone) {
  Bytes bytes = report(full_report());
  bytes[0] |= 0x20;
  EXPECT_FALSE(parse_rtcp(bytes));
  bytes[0] &= static_cast<std::uint8_t>(~0x20);
  bytes[52] |= 0x20;
  EXPECT_TRUE(parse_rtcp(bytes));
  append_bye(bytes, 1);
  EXPECT_FALSE(parse_rtcp(bytes));
}

TEST(Rtcp, a_report_that_counts_more_blocks_than_it_has_is_refused) {
  Bytes bytes = report(full_report());
  bytes[0] = 0x82;
  EXPECT_FALSE(parse_rtcp(bytes));
}

TEST(Rtcp, another_version_is_refused) {
  Bytes bytes = report(full_report());
  bytes[0] = static_cast<std::uint8_t>((bytes[0] & 0x3F) | 0x40);
  EXPECT_FALSE(parse_rtcp(bytes));
}

TEST(Rtcp, more_packets_than_the_limit_are_refused) {
  Bytes bytes = report(full_report());  // two packets
  for (std::size_t i = 2; i < kMaxRtcpPackets; ++i) append_bye(bytes, 1);
  EXPECT_TRUE(parse_rtcp(bytes));
  append_bye(bytes, 1);
  EXPECT_FALSE(parse_rtcp(bytes));
}

TEST(Rtcp, a_bye_is_noted) {
  Bytes bytes = report(full_report());
  append_bye(bytes, 0x11);
  EXPECT_TRUE(parse_rtcp(bytes)->bye);
}

TEST(RtcpTranslation, sender_timestamps_and_description_read_as_the_output_has_them) {
  Bytes bytes = report(full_report());
  auto size = translate_rtcp(bytes, {.source_ssrc = 0x11, .output_ssrc = 0x99, .timestamp_offset = 100});
  EXPECT_EQ(size, bytes.size());
  EXPECT_EQ(read_u32(bytes, 4), 0x99u);
  EXPECT_EQ(read_u32(bytes, 16), 8100u);
  EXPECT_EQ(read_u32(bytes, 56), 0x99u);
  EXPECT_TRUE(parse_rtcp(bytes));
}

TEST(RtcpTranslation, report_blocks_name_the_listeners_own_packets) {
  Bytes bytes = report(full_report());
  translate_rtcp(bytes, {.reported_ssrc = 0x22, .listener_ssrc = 0x33, .reported_sequence_offset = 1000});
  EXPECT_EQ(read_u32(bytes, 28), 0x33u);
  EXPECT_EQ(read_u32(bytes, 36), 69000u);
  EXPECT_EQ(read_u32(bytes, 4), 0x11u);
}

TEST(RtcpTranslation, a_bye_is_taken_out) {
  Bytes bytes = report(full_report());
  auto before = bytes.size();
  append_bye(bytes, 0x11);
  EXPECT_EQ(translate_rtcp(bytes, {.source_ssrc = 0x11, .output_ssrc = 0x99}), before);
}

TEST(Rtcp, rfc3550_4_ntp_time_counts_from_1900) {
  base::WallTime wall{1s + 500ms};
  EXPECT_EQ(ntp_timestamp(wall), (std::uint64_t{2208988801} << 32) | 0x80000000u);
}

}  // namespace
}  // namespace polyfon::media
