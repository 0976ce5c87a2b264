#include "sip/message/host.h"

#include <algorithm>
#include <cstring>

#include <arpa/inet.h>

#include "base/text.h"

namespace polyfon::sip {

namespace {

bool is_ipv4(std::string_view text) {
  int parts = 0;
  for (std::size_t i = 0;; ++i) {
    const std::size_t begin = i;
    unsigned value = 0;
    for (; i < text.size() && i < begin + 3 && base::is_digit(text[i]); ++i)
      value = value * 10 + static_cast<unsigned>(text[i] - '0');
    if (i == begin || value > 255) return false;
    ++parts;
    if (i == text.size()) return parts == 4;
    if (text[i] != '.') return false;
  }
}

constexpr bool is_name_char(char c) { return base::is_alnum(c) || c == '-' || c == '_'; }

// The length of the label that begins `text`; 0 when there is none.
std::size_t label_size(std::string_view text) {
  std::size_t size = 0;
  while (size < text.size() && is_name_char(text[size])) ++size;
  return size > 63 || size == 0 || text[0] == '-' || text[size - 1] == '-' ? 0 : size;
}

}  // namespace

std::optional<std::array<std::uint8_t, 16>> parse_ipv6(std::string_view text) {
  char buffer[INET6_ADDRSTRLEN];
  if (text.size() < 2 || text.size() >= sizeof buffer) return std::nullopt;
  std::memcpy(buffer, text.data(), text.size());
  // RFC 5118 4.10: the grammar of RFC 3261 wrote "::" and a further ':' before an embedded IPv4 address; both
  // spellings must be taken.
  if (const std::size_t three = text.find(":::"); three != std::string_view::npos) {
    if (!is_ipv4(text.substr(three + 3))) return std::nullopt;
    std::memmove(buffer + three + 2, buffer + three + 3, text.size() - three - 3);
    text.remove_suffix(1);
  }
  buffer[text.size()] = '\0';
  std::array<std::uint8_t, 16> bytes;
  if (std::memchr(buffer, '\0', text.size()) || inet_pton(AF_INET6, buffer, bytes.data()) != 1)
    return std::nullopt;
  return bytes;
}

bool is_hostname(std::string_view text) {
  if (text.size() > kMaxHost) return false;
  if (is_ipv4(text)) return true;  // most hosts of most messages
  std::string_view rest = text, label;
  while (true) {
    label = rest.substr(0, label_size(rest));
    if (label.empty()) return false;
    rest.remove_prefix(label.size());
    if (rest.empty()) break;
    if (rest.front() != '.') return false;
    rest.remove_prefix(1);
    if (rest.empty()) break;  // RFC 3261 25.1: one '.' may end a name
  }
  return !std::ranges::all_of(label, base::is_digit);  // RFC 3261 25.1: a toplabel of digits is an address
}

bool same_host(std::string_view a, std::string_view b) {
  if (base::iequals(a, b)) return true;
  if (a.find(':') == std::string_view::npos || b.find(':') == std::string_view::npos) return false;
  const auto left = parse_ipv6(a);
  return left && left == parse_ipv6(b);
}

}  // namespace polyfon::sip
