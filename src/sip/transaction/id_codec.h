// IdCodec: writes an Id into a token and back: our branches and tags carry the slot and generation of what
// they name, and a keyed check, so that a message finds its object without hashing strings, and a forged one
// touches no memory. A token is 24 hex digits: 64 bits of id, 32 of check (RFC 3261 19.3 asks 32 random bits
// of a tag). thread: any.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "sip/transaction/keyed_hash.h"

namespace polyfon::sip {

class IdCodec {
 public:
  static constexpr std::size_t kLength = 24;
  using Token = std::array<char, kLength>;

  explicit IdCodec(base::Random& random) : hash_(random) {}

  Token encode(std::uint64_t id) const;
  std::optional<std::uint64_t> decode(std::string_view token) const;

 private:
  KeyedHash hash_;
};

inline std::string_view view(const IdCodec::Token& token) { return {token.data(), token.size()}; }

}  // namespace polyfon::sip
