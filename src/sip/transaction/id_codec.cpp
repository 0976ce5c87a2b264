#include "sip/transaction/id_codec.h"

namespace polyfon::sip {

namespace {

void write_hex(char* out, std::uint64_t value, int digits) {
  static constexpr char kDigits[] = "0123456789abcdef";
  for (int i = 0; i < digits; ++i) out[i] = kDigits[(value >> (4 * (digits - 1 - i))) & 15];
}

// Lower case only: that is how we write, and a token is compared as it stands.
std::optional<std::uint64_t> read_hex(std::string_view text) {
  std::uint64_t value = 0;
  for (char c : text) {
    unsigned digit;
    if (c >= '0' && c <= '9')
      digit = static_cast<unsigned>(c - '0');
    else if (c >= 'a' && c <= 'f')
      digit = static_cast<unsigned>(c - 'a' + 10);
    else
      return std::nullopt;
    value = value << 4 | digit;
  }
  return value;
}

}  // namespace

IdCodec::Token IdCodec::encode(std::uint64_t id) const {
  Token token;
  write_hex(token.data(), hash_(id) & 0xffffffff, 8);
  write_hex(token.data() + 8, id, 16);
  return token;
}

std::optional<std::uint64_t> IdCodec::decode(std::string_view token) const {
  if (token.size() != kLength) return std::nullopt;
  auto check = read_hex(token.substr(0, 8));
  auto id = read_hex(token.substr(8));
  if (!check || !id || (hash_(*id) & 0xffffffff) != *check) return std::nullopt;
  return id;
}

}  // namespace polyfon::sip
