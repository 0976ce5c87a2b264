// The frame of local_socket.h, for its two ends: a 4-byte big-endian length and that many bytes. Pure
// functions.
#pragma once
#include <array>
#include <cstdint>
#include <string_view>

namespace polyfon::net {

constexpr std::size_t kFrameHeader = 4;

inline std::array<char, kFrameHeader> frame_header(std::size_t length) {
  auto byte = [length](int shift) { return static_cast<char>(static_cast<unsigned char>(length >> shift)); };
  return {byte(24), byte(16), byte(8), byte(0)};
}

// `header` holds kFrameHeader bytes.
inline std::size_t frame_length(std::string_view header) {
  std::size_t length = 0;
  for (std::size_t i = 0; i < kFrameHeader; ++i)
    length = (length << 8) | static_cast<unsigned char>(header[i]);
  return length;
}

}  // namespace polyfon::net
