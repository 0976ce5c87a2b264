#include "media/rtp/packet.h"

#include <gtest/gtest.h>

namespace polyfon::media {
namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes plain_packet(std::size_t payload = 160) {
  Bytes bytes(kRtpHeaderBytes + payload, 0x55);
  write_rtp_header(
      {.payload_type = 8, .marker = true, .sequence = 65535, .timestamp = 0xFFFFFFFE, .ssrc = 0x12345678},
      bytes);
  return bytes;
}

TEST(RtpPacket, what_is_written_is_read) {
  Bytes bytes = plain_packet();
  auto packet = parse_rtp(bytes);
  ASSERT_TRUE(packet);
  EXPECT_EQ(packet->header, (RtpHeader{8, true, 65535, 0xFFFFFFFE, 0x12345678}));
  EXPECT_EQ(packet->payload_offset, 12u);
  EXPECT_EQ(packet->payload_bytes, 160u);
}

TEST(RtpPacket, a_header_alone_is_a_packet_without_payload) {
  auto packet = parse_rtp(plain_packet(0));
  ASSERT_TRUE(packet);
  EXPECT_EQ(packet->payload_bytes, 0u);
}

TEST(RtpPacket, eleven_bytes_are_too_short) {
  Bytes bytes = plain_packet(0);
  bytes.pop_back();
  EXPECT_EQ(parse_rtp(bytes).error(), RtpError::kShort);
  EXPECT_EQ(parse_rtp({}).error(), RtpError::kShort);
}

TEST(RtpPacket, a_datagram_beyond_the_limit_is_refused) {
  EXPECT_TRUE(parse_rtp(plain_packet(kMaxRtpBytes - kRtpHeaderBytes)));
  EXPECT_EQ(parse_rtp(plain_packet(kMaxRtpBytes - kRtpHeaderBytes + 1)).error(), RtpError::kLong);
}

TEST(RtpPacket, rfc7983_only_first_bytes_of_128_to_191_are_rtp) {
  for (unsigned first = 0; first < 256; ++first) {
    Bytes bytes = plain_packet();
    bytes[0] = static_cast<std::uint8_t>(first & ~0x30u);  // without extension and padding, which need more
    bytes[0] &= 0xF0;
    bool rtp = first >= 128 && first <= 191;
    EXPECT_EQ(parse_rtp(bytes).has_value(), rtp) << first;
  }
}

TEST(RtpPacket, rfc5761_4_payload_types_64_to_95_are_rtcp) {
  for (std::uint8_t type = 0; type < 128; ++type) {
    Bytes bytes = plain_packet();
    bytes[1] = type;
    EXPECT_EQ(parse_rtp(bytes).has_value(), type < 64 || type > 95) << int{type};
  }
}

TEST(RtpPacket, contributing_sources_are_skipped) {
  Bytes bytes = plain_packet(60 + 10);
  bytes[0] |= 15;
  auto packet = parse_rtp(bytes);
  ASSERT_TRUE(packet);
  EXPECT_EQ(packet->payload_offset, 72u);
  EXPECT_EQ(packet->payload_bytes, 10u);
}

TEST(RtpPacket, a_list_of_sources_longer_than_the_datagram_is_refused) {
  Bytes bytes = plain_packet(59);
  bytes[0] |= 15;
  EXPECT_EQ(parse_rtp(bytes).error(), RtpError::kShort);
}

TEST(RtpPacket, an_extension_is_skipped) {
  Bytes bytes = plain_packet(4 + 8 + 20);
  bytes[0] |= 0x10;
  bytes[14] = 0;
  bytes[15] = 2;
  auto packet = parse_rtp(bytes);
  ASSERT_TRUE(packet);
  EXPECT_EQ(packet->payload_offset, 24u);
  EXPECT_EQ(packet->payload_bytes, 20u);
}

TEST(RtpPacket, an_extension_longer_than_the_datagram_is_refused) {
  Bytes bytes = plain_packet(4 + 7);
  bytes[0] |= 0x10;
  bytes[14] = 0;
  bytes[15] = 2;
  EXPECT_EQ(parse_rtp(bytes).error(), RtpError::kShort);
  bytes.resize(kRtpHeaderBytes + 3);
  EXPECT_EQ(parse_rtp(bytes).error(), RtpError::kShort);
}

TEST(RtpPacket, an_extension_beyond_the_limit_is_refused) {
  Bytes bytes = plain_packet(1600);
  bytes[0] |= 0x10;
  bytes[14] = 1;
  bytes[15] = 1;  // 257 words
  EXPECT_EQ(parse_rtp(bytes).error(), RtpError::kExtension);
}

TEST(RtpPacket, padding_is_no_payload) {
  Bytes bytes = plain_packet();
  bytes[0] |= 0x20;
  bytes.back() = 4;
  EXPECT_EQ(parse_rtp(bytes)->payload_bytes, 156u);
}

TEST(RtpPacket, padding_of_the_whole_payload_leaves_none) {
  Bytes bytes = plain_packet(4);
  bytes[0] |= 0x20;
  bytes.back() = 4;
  EXPECT_EQ(parse_rtp(bytes)->payload_bytes, 0u);
}

TEST(RtpPacket, padding_of_nothing_or_of_more_than_the_payload_is_refused) {
  Bytes bytes = plain_packet(4);
  bytes[0] |= 0x20;
  for (std::uint8_t padding : {0, 5, 255}) {
    bytes.back() = padding;
    EXPECT_EQ(parse_rtp(bytes).error(), RtpError::kPadding) << int{padding};
  }
}

TEST(RtpPacket, rewriting_a_header_keeps_flags_and_payload) {
  Bytes bytes = plain_packet(4 + 4 + 8);
  bytes[0] |= 0x10;
  bytes[14] = 0;
  bytes[15] = 1;
  Bytes before = bytes;
  rewrite_rtp_header({.payload_type = 0, .sequence = 1, .timestamp = 2, .ssrc = 3}, bytes);
  EXPECT_EQ(bytes[0], before[0]);
  EXPECT_TRUE(std::equal(bytes.begin() + 12, bytes.end(), before.begin() + 12));
  EXPECT_EQ(parse_rtp(bytes)->header, (RtpHeader{0, false, 1, 2, 3}));
}

}  // namespace
}  // namespace polyfon::media
