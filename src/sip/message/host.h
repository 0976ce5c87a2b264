// Host: the host part of URIs and Via (RFC 3261 25.1 `host`): names, IPv4, IPv6. Pure functions. thread: any.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace polyfon::sip {

inline constexpr std::size_t kMaxHost = 255;

// The 16 bytes of an IPv6 address without brackets; nullopt when it is none.
std::optional<std::array<std::uint8_t, 16>> parse_ipv6(std::string_view text);
// A name or an IPv4 address. Underscores are let through: inner networks use them. A name whose last label is
// a number must be an IPv4 address.
bool is_hostname(std::string_view text);
// Equal without case; IPv6 by its bytes (RFC 5954 4.1), whatever its spelling.
bool same_host(std::string_view a, std::string_view b);

}  // namespace polyfon::sip
