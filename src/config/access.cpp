#include "config/access.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <optional>

#include <fmt/format.h>

#include "base/text.h"
#include "config/strip.h"

namespace polyfon::config {

namespace {

struct Bytes {
  std::array<std::uint8_t, 16> data{};
  std::size_t size = 0;
};

Bytes bytes_of(const base::SocketAddress& address) {
  Bytes bytes;
  if (!address.is_v6()) {
    bytes.size = 4;
    std::memcpy(bytes.data.data(), &reinterpret_cast<const sockaddr_in*>(address.data())->sin_addr, 4);
    return bytes;
  }
  const auto& v6 = reinterpret_cast<const sockaddr_in6*>(address.data())->sin6_addr;
  const bool mapped = IN6_IS_ADDR_V4MAPPED(&v6);
  bytes.size = mapped ? 4 : 16;
  std::memcpy(bytes.data.data(), v6.s6_addr + (mapped ? 12 : 0), bytes.size);
  return bytes;
}

// The number of leading ones; nullopt when a zero stands between ones.
std::optional<std::uint8_t> prefix_of_mask(const Bytes& mask) {
  std::uint8_t prefix = 0;
  bool ended = false;
  for (std::size_t i = 0; i < mask.size; ++i) {
    const auto ones = static_cast<std::uint8_t>(std::countl_one(mask.data[i]));
    if (std::popcount(mask.data[i]) != ones || (ended && ones > 0)) return std::nullopt;
    prefix = static_cast<std::uint8_t>(prefix + ones);
    ended = ended || ones < 8;
  }
  return prefix;
}

base::Result<std::uint8_t> parse_prefix(std::string_view text, const base::SocketAddress& network) {
  const std::uint8_t bits = network.is_v6() ? 128 : 32;
  if (auto number = base::parse_number<std::uint8_t>(text, 0, bits)) return *number;
  auto mask = base::SocketAddress::parse(text, 0);
  if (mask && mask->is_v6() == network.is_v6())
    if (auto prefix = prefix_of_mask(bytes_of(*mask))) return *prefix;
  return base::fail(
      base::ErrorCode::kInvalid,
      fmt::format("'{}' is no netmask; expected 0 to {}, or one like {}", base::printable(text, 60), bits,
                  network.is_v6() ? "ffff:ffff::" : "255.255.255.0"));
}

base::Result<AccessRule> parse_rule(bool permit, std::string_view text) {
  text = strip(text);
  if (text.starts_with('!')) {
    permit = !permit;
    text = strip(text.substr(1));
  }
  std::size_t slash = text.find('/');
  auto network = base::SocketAddress::parse(strip(text.substr(0, slash)), 0);
  if (!network)
    return base::fail(
        base::ErrorCode::kInvalid,
        fmt::format("'{}' is no network; expected one like 192.0.2.0/24 or 192.0.2.0/255.255.255.0",
                    base::printable(text, 60)));
  AccessRule rule{permit, *network, static_cast<std::uint8_t>(network->is_v6() ? 128 : 32)};
  if (slash == std::string_view::npos) return rule;
  auto prefix = parse_prefix(strip(text.substr(slash + 1)), *network);
  if (!prefix) return std::unexpected(prefix.error());
  rule.prefix_length = *prefix;
  return rule;
}

}  // namespace

base::Result<std::vector<AccessRule>> parse_access_rules(bool permit, std::string_view text) {
  std::vector<AccessRule> rules;
  for (std::string_view part : base::split(text, ',')) {
    auto rule = parse_rule(permit, part);
    if (!rule) return std::unexpected(rule.error());
    if (rules.size() == kMaxAccessRulesPerLine)
      return base::fail(base::ErrorCode::kLimit,
                        fmt::format("more than {} networks", kMaxAccessRulesPerLine));
    rules.push_back(*rule);
  }
  return rules;
}

bool matches(const AccessRule& rule, const base::SocketAddress& address) {
  const Bytes network = bytes_of(rule.network), wanted = bytes_of(address);
  if (network.size != wanted.size) return false;
  unsigned bits = rule.prefix_length;
  if (rule.network.is_v6() && network.size == 4) bits = bits > 96 ? bits - 96 : 0;
  const std::size_t whole = bits / 8;
  if (std::memcmp(network.data.data(), wanted.data.data(), whole) != 0) return false;
  if (bits % 8 == 0) return true;
  const auto mask = static_cast<std::uint8_t>(0xFF00u >> (bits % 8));
  return (network.data[whole] & mask) == (wanted.data[whole] & mask);
}

bool access_allowed(std::span<const AccessRule> rules, const base::SocketAddress& address) {
  bool allowed = true;
  for (const AccessRule& rule : rules)
    if (matches(rule, address)) allowed = rule.permit;
  return allowed;
}

}  // namespace polyfon::config
