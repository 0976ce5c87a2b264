#include "base/socket_address.h"

#include <charconv>
#include <cstring>
#include <iterator>

#include <arpa/inet.h>
#include <fmt/format.h>

#include "base/text.h"

namespace polyfon::base {
namespace {

bool in_network(const in_addr& address, std::uint32_t network, int prefix) {
  return (ntohl(address.s_addr) ^ network) >> (32 - prefix) == 0;
}

std::unexpected<Error> not_an_address(std::string_view text) {
  return fail(ErrorCode::kInvalid, fmt::format("\"{}\" is not an IPv4 or IPv6 address", printable(text, 64)));
}

}  // namespace

SocketAddress SocketAddress::from_sockaddr(const sockaddr* address, socklen_t length) {
  SocketAddress out;
  if (address == nullptr) return out;
  if (address->sa_family == AF_INET && length >= sizeof(sockaddr_in))
    std::memcpy(&out.v4_, address, sizeof(sockaddr_in));
  else if (address->sa_family == AF_INET6 && length >= sizeof(sockaddr_in6))
    std::memcpy(&out.v6_, address, sizeof(sockaddr_in6));
  return out;
}

Result<SocketAddress> SocketAddress::parse(std::string_view host, std::uint16_t port) {
  std::string_view literal = host;
  bool bracketed = literal.size() >= 2 && literal.front() == '[' && literal.back() == ']';
  if (bracketed) literal = literal.substr(1, literal.size() - 2);
  char buffer[INET6_ADDRSTRLEN] = {};
  // An embedded NUL would end the text early for inet_pton.
  if (literal.empty() || literal.size() >= sizeof buffer || literal.find('\0') != std::string_view::npos)
    return not_an_address(host);
  std::memcpy(buffer, literal.data(), literal.size());

  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(port);
  if (!bracketed && ::inet_pton(AF_INET, buffer, &v4.sin_addr) == 1) return SocketAddress(v4);
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(port);
  if (::inet_pton(AF_INET6, buffer, &v6.sin6_addr) == 1) return SocketAddress(v6);
  return not_an_address(host);
}

Result<SocketAddress> SocketAddress::parse_with_port(std::string_view text, std::uint16_t default_port) {
  std::string_view host = text;
  std::optional<std::string_view> port_text;
  if (text.starts_with('[')) {
    auto close = text.find(']');
    if (close == std::string_view::npos) return not_an_address(text);
    host = text.substr(0, close + 1);
    std::string_view rest = text.substr(close + 1);
    if (!rest.empty() && rest.front() != ':') return not_an_address(text);
    if (!rest.empty()) port_text = rest.substr(1);
  } else if (auto colon = text.find(':'); colon != std::string_view::npos && colon == text.rfind(':')) {
    host = text.substr(0, colon);
    port_text = text.substr(colon + 1);
  }
  std::uint16_t port = default_port;
  if (port_text) {
    auto number = parse_number<std::uint16_t>(*port_text);
    if (!number)
      return fail(ErrorCode::kInvalid,
                  fmt::format("the port in \"{}\" is not a number from 0 to 65535", printable(text, 64)));
    port = *number;
  }
  return parse(host, port);
}

bool SocketAddress::is_unspecified() const {
  return is_v6() ? IN6_IS_ADDR_UNSPECIFIED(&v6_.sin6_addr) != 0 : v4_.sin_addr.s_addr == INADDR_ANY;
}

bool SocketAddress::is_loopback() const {
  return is_v6() ? IN6_IS_ADDR_LOOPBACK(&v6_.sin6_addr) != 0 : in_network(v4_.sin_addr, 0x7F000000, 8);
}

bool SocketAddress::is_multicast() const {
  return is_v6() ? v6_.sin6_addr.s6_addr[0] == 0xFF : in_network(v4_.sin_addr, 0xE0000000, 4);
}

bool SocketAddress::is_private() const {
  if (is_v6())  // fc00::/7 (RFC 4193), fe80::/10
    return (v6_.sin6_addr.s6_addr[0] & 0xFE) == 0xFC || IN6_IS_ADDR_LINKLOCAL(&v6_.sin6_addr) != 0;
  return in_network(v4_.sin_addr, 0x0A000000, 8) || in_network(v4_.sin_addr, 0xAC100000, 12) ||
         in_network(v4_.sin_addr, 0xC0A80000, 16) || in_network(v4_.sin_addr, 0xA9FE0000, 16);
}

std::uint16_t SocketAddress::port() const { return ntohs(is_v6() ? v6_.sin6_port : v4_.sin_port); }

void SocketAddress::set_port(std::uint16_t port) {
  if (is_v6())
    v6_.sin6_port = htons(port);
  else
    v4_.sin_port = htons(port);
}

bool SocketAddress::same_host(const SocketAddress& other) const {
  if (is_v6() != other.is_v6()) return false;
  if (!is_v6()) return v4_.sin_addr.s_addr == other.v4_.sin_addr.s_addr;
  return std::memcmp(&v6_.sin6_addr, &other.v6_.sin6_addr, sizeof v6_.sin6_addr) == 0 &&
         v6_.sin6_scope_id == other.v6_.sin6_scope_id;
}

// A SIP message holds several addresses; inet_ntop goes through printf for IPv4, and costs ten times as much.
std::string SocketAddress::host() const {
  char buffer[INET6_ADDRSTRLEN] = {};
  if (is_v6()) {
    ::inet_ntop(AF_INET6, &v6_.sin6_addr, buffer, sizeof buffer);
    return buffer;
  }
  unsigned char octets[sizeof v4_.sin_addr];
  std::memcpy(octets, &v4_.sin_addr, sizeof octets);
  char* end = buffer;
  for (unsigned octet : octets) {
    if (end != buffer) *end++ = '.';
    end = std::to_chars(end, std::end(buffer), octet).ptr;
  }
  return std::string(buffer, end);
}

std::string SocketAddress::uri_host() const { return is_v6() ? fmt::format("[{}]", host()) : host(); }

std::string SocketAddress::to_string() const { return fmt::format("{}:{}", uri_host(), port()); }

bool SocketAddress::operator==(const SocketAddress& other) const {
  return same_host(other) && port() == other.port();
}

std::size_t SocketAddress::hash() const {
  std::uint64_t hash = port();
  if (is_v6()) {
    std::uint64_t halves[2];
    std::memcpy(halves, &v6_.sin6_addr, sizeof halves);
    hash ^= halves[0] * 0x9E3779B97F4A7C15u;
    hash = (hash ^ (hash >> 29)) + halves[1] + v6_.sin6_scope_id;
  } else {
    hash |= std::uint64_t{v4_.sin_addr.s_addr} << 16;
  }
  // The mixer of splitmix64: hosts of one network differ in few bits, and every bit is to decide.
  hash = (hash ^ (hash >> 30)) * 0xBF58476D1CE4E5B9u;
  hash = (hash ^ (hash >> 27)) * 0x94D049BB133111EBu;
  return hash ^ (hash >> 31);
}

}  // namespace polyfon::base
