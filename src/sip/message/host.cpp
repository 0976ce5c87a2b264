#include "sip/message/host.h"

#include <cstring>

#include <arpa/inet.h>

#include "base/text.h"

namespace polyfon::sip {

namespace {

bool is_ipv4(std::string_view text) {
  int parts = 0;
  while (true) {
    const std::size_t dot = text.find('.');
    const std::string_view part = text.substr(0, dot);
    if (part.size() > 3 || !base::parse_number<unsigned>(part, 0, 255)) return false;
    ++parts;
    if (dot == std::string_view::npos) return parts == 4;
    text.remove_prefix(dot + 1);
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
  buffer[text.size()] = '\0';
  std::array<std::uint8_t, 16> bytes;
  if (std::memchr(buffer, '\0', text.size()) || inet_pton(AF_INET6, buffer, bytes.data()) != 1)
    return std::nullopt;
  return bytes;
}

bool is_hostname(std::string_view text) {
  if (text.size() > kMaxHost) return false;
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
  for (char c : label) {
    if (!base::is_digit(c)) return true;
  }
  return is_ipv4(text);
}

bool same_host(std::string_view a, std::string_view b) {
  if (base::iequals(a, b)) return true;
  if (a.find(':') == std::string_view::npos || b.find(':') == std::string_view::npos) return false;
  const auto left = parse_ipv6(a);
  return left && left == parse_ipv6(b);
}

}  // namespace polyfon::sip
