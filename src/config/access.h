// Access rules: permit= and deny= of sip.conf, and localnet=: networks in order, the last that matches
// decides. thread: any.
#pragma once
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/socket_address.h"

namespace polyfon::config {

inline constexpr std::size_t kMaxAccessRulesPerLine = 1000;

struct AccessRule {  // permit= / deny=, in order; the last that matches decides
  bool permit = true;
  base::SocketAddress network;
  std::uint8_t prefix_length = 0;
};

// "192.0.2.0/24", "192.0.2.0/255.255.255.0", "0.0.0.0/0.0.0.0", "2001:db8::/32", or an address alone; several
// may be separated by commas; a leading `!` turns one round, as in Asterisk. Port numbers have no meaning
// here.
base::Result<std::vector<AccessRule>> parse_access_rules(bool permit, std::string_view text);

// Is the address in the rule's network? IPv4 in IPv6 clothes (::ffff:192.0.2.1) counts as IPv4.
bool matches(const AccessRule& rule, const base::SocketAddress& address);
// Nothing matches: allowed.
bool access_allowed(std::span<const AccessRule> rules, const base::SocketAddress& address);

}  // namespace polyfon::config
