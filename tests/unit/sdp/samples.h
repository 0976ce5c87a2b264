// Descriptions and media that the SDP tests share.
#pragma once
#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sdp/negotiation.h"

namespace polyfon::sdp {

inline constexpr std::string_view kHead =
    "v=0\r\no=alice 2890844526 2890844526 IN IP4 192.0.2.10\r\ns=-\r\nc=IN IP4 192.0.2.10\r\nt=0 0\r\n";

// A description of alice's with these media lines.
inline std::string with(std::string_view media) { return std::string(kHead) + std::string(media); }

inline constexpr std::string_view kPhone =
    "m=audio 49170 RTP/AVP 0 8 18 101\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:18 "
    "G729/8000\r\n"
    "a=fmtp:18 annexb=no\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 "
    "0-15\r\na=ptime:20\r\na=sendrecv\r\n";

inline Capability pcma() { return {.encoding = "PCMA", .payload_type = 8, .parameters = {}}; }
inline Capability pcmu() { return {.encoding = "PCMU", .payload_type = 0, .parameters = {}}; }
inline Capability g729() { return {.encoding = "G729", .payload_type = 18, .parameters = "annexb=no"}; }
inline Capability ilbc() { return {.encoding = "iLBC", .payload_type = 97, .parameters = "mode=20"}; }
inline Capability opus() {
  return {.encoding = "opus", .clock_rate = 48000, .channels = 2, .payload_type = 107, .parameters = {}};
}

inline LocalMedia ours(std::vector<Capability> codecs = {pcma(), pcmu()}) {
  LocalMedia local;
  local.address = "198.51.100.1";
  local.port = 10000;
  local.codecs = std::move(codecs);
  return local;
}

inline SessionDescription parsed(std::string_view text) {
  auto description = SessionDescription::parse(text);
  EXPECT_TRUE(description) << (description ? "" : description.error().text) << "\n" << text;
  return description ? *description : SessionDescription();
}

inline base::ErrorCode parse_error(std::string_view text) {
  auto description = SessionDescription::parse(text);
  EXPECT_FALSE(description) << text;
  return description ? base::ErrorCode::kIo : description.error().code;
}

inline Agreed must(base::Result<Agreed> result) {
  EXPECT_TRUE(result) << (result ? "" : result.error().text);
  return result ? *result : Agreed();
}

inline base::ErrorCode error_of(const base::Result<Agreed>& result) {
  EXPECT_FALSE(result);
  return result ? base::ErrorCode::kIo : result.error().code;
}

inline std::vector<int> payload_types(const Media& media) {
  std::vector<int> all;
  for (const Format& format : media.formats) all.push_back(format.payload_type);
  return all;
}

inline std::vector<std::string> encodings(const std::vector<Capability>& codecs) {
  std::vector<std::string> all;
  for (const Capability& codec : codecs) all.push_back(codec.encoding);
  return all;
}

}  // namespace polyfon::sdp
