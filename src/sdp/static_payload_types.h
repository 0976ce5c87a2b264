// The audio payload types that need no rtpmap (RFC 3551 6, table 4). thread: any.
#pragma once
#include <cstdint>
#include <string_view>

namespace polyfon::sdp {

struct StaticPayloadType {
  std::uint8_t payload_type;
  std::string_view encoding;
  std::uint32_t clock_rate;
  std::uint8_t channels;
};

inline constexpr std::uint8_t kMaxPayloadType = 127;
inline constexpr std::uint8_t kFirstDynamic = 96;  // up to kMaxPayloadType

const StaticPayloadType* find_static_payload_type(std::uint8_t payload_type);  // nullptr: needs an rtpmap

}  // namespace polyfon::sdp
