#include "net/connection_limits.h"

#include <algorithm>
#include <cstring>

namespace polyfon::net {

// Whoever has one IPv6 address has the 2^64 of its network.
base::SocketAddress ConnectionLimits::host_of(const base::SocketAddress& remote) {
  base::SocketAddress host = remote;
  if (remote.is_v6()) {
    sockaddr_in6 network{};
    std::memcpy(&network, remote.data(), sizeof network);
    std::memset(network.sin6_addr.s6_addr + 8, 0, 8);
    network.sin6_scope_id = 0;
    network.sin6_flowinfo = 0;
    host = base::SocketAddress(network);
  }
  host.set_port(0);
  return host;
}

bool ConnectionLimits::admit(const base::SocketAddress& remote) {
  if (total_ >= limits_.total) {
    counters_.refused_total.add();
    return false;
  }
  const base::SocketAddress key = host_of(remote);
  const auto known = hosts_.find(key);
  const Host before = known == hosts_.end() ? Host{} : known->second;
  if (before.open >= limits_.per_host) {
    counters_.refused_host.add();
    return false;
  }
  const std::size_t share = std::max<std::size_t>(limits_.unproven / 2, 1);
  if (unproven_ >= limits_.unproven || before.unproven >= share) {
    counters_.refused_unproven.add();
    return false;
  }
  Host& host = known == hosts_.end() ? hosts_[key] : known->second;
  ++host.open;
  ++host.unproven;
  ++total_;
  ++unproven_;
  counters_.accepted.add();
  return true;
}

void ConnectionLimits::prove(const base::SocketAddress& remote) {
  const auto host = hosts_.find(host_of(remote));
  if (host == hosts_.end() || host->second.unproven == 0) return;
  --host->second.unproven;
  --unproven_;
}

void ConnectionLimits::release(const base::SocketAddress& remote, bool proven) {
  if (!proven) prove(remote);
  const auto host = hosts_.find(host_of(remote));
  if (host == hosts_.end()) return;
  --total_;
  if (--host->second.open == 0) hosts_.erase(host);
}

}  // namespace polyfon::net
