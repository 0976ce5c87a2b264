// SocketAddress: an IPv4 or IPv6 address and port, as a value that compares, hashes and prints.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include <netinet/in.h>

#include "base/result.h"

namespace polyfon::base {

class SocketAddress {
 public:
  SocketAddress() = default;  // unspecified: 0.0.0.0:0
  explicit SocketAddress(const sockaddr_in& v4) { v4_ = v4; }
  explicit SocketAddress(const sockaddr_in6& v6) { v6_ = v6; }
  static SocketAddress from_sockaddr(const sockaddr* address, socklen_t length);

  // A literal only, never a name: "192.0.2.1", "2001:db8::1", "[2001:db8::1]".
  static Result<SocketAddress> parse(std::string_view host, std::uint16_t port);
  // "192.0.2.1:5060", "[2001:db8::1]:5060"; without a port `default_port`.
  static Result<SocketAddress> parse_with_port(std::string_view text, std::uint16_t default_port);

  bool is_v6() const { return family_ == AF_INET6; }
  bool is_unspecified() const;  // 0.0.0.0 or ::
  bool is_loopback() const;
  bool is_multicast() const;
  bool is_private() const;  // RFC 1918, RFC 4193, link-local
  std::uint16_t port() const;
  void set_port(std::uint16_t port);
  bool same_host(const SocketAddress& other) const;

  std::string host() const;       // "192.0.2.1", "2001:db8::1"
  std::string uri_host() const;   // the same, IPv6 in brackets
  std::string to_string() const;  // "192.0.2.1:5060", "[2001:db8::1]:5060"

  const sockaddr* data() const { return &any_; }
  socklen_t size() const { return is_v6() ? sizeof v6_ : sizeof v4_; }
  bool operator==(const SocketAddress& other) const;
  std::size_t hash() const;

 private:
  union {
    sa_family_t family_;
    sockaddr any_;
    sockaddr_in v4_ = {.sin_family = AF_INET};
    sockaddr_in6 v6_;
  };
};

}  // namespace polyfon::base

template <>
struct std::hash<polyfon::base::SocketAddress> {
  std::size_t operator()(const polyfon::base::SocketAddress& address) const noexcept {
    return address.hash();
  }
};
