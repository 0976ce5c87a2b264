// The hash of digest authentication over parts joined by ':' (RFC 7616 3.4), as lower-case hex without an
// allocation. thread: any.
#pragma once
#include <cstdint>
#include <initializer_list>
#include <string_view>

#include "sip/auth/digest.h"

namespace polyfon::sip {

struct HexDigest {
  static constexpr std::size_t kMaxSize = 64;
  char text[kMaxSize];
  std::uint8_t size = 0;
  operator std::string_view() const { return {text, size}; }
};

constexpr std::size_t hex_length(DigestAlgorithm algorithm) {
  return algorithm == DigestAlgorithm::kMd5 ? 32 : 64;
}

HexDigest hash_joined(DigestAlgorithm algorithm, std::initializer_list<std::string_view> parts);

}  // namespace polyfon::sip
