// ConnectionLimits: how many connections strangers may hold: all together, from one host (an IPv4 address, an
// IPv6 /64), and how many of them that have shown no use yet. Without I/O and clock. thread: its owner's.
#pragma once
#include <cstdint>
#include <string>
#include <unordered_map>

#include "base/metrics.h"
#include "base/socket_address.h"

namespace polyfon::net {

class ConnectionLimits {
 public:
  struct Limits {
    std::size_t total = 10'000;
    std::size_t per_host = 1'000;
    std::size_t unproven = 100;  // of all hosts; of one at most half of them, and at least one
  };
  struct Counters {
    base::Counter accepted, refused_total, refused_host, refused_unproven;
  };

  explicit ConnectionLimits(const Limits& limits) : limits_(limits) {}
  void set(const Limits& limits) { limits_ = limits; }  // for what comes after it

  // A connection came: false when there is no room (counted). It is unproven until prove().
  bool admit(const base::SocketAddress& remote);
  void prove(const base::SocketAddress& remote);
  void release(const base::SocketAddress& remote, bool proven);

  std::size_t total() const { return total_; }
  std::size_t unproven() const { return unproven_; }
  const Counters& counters() const { return counters_; }

 private:
  struct Host {
    std::size_t open = 0, unproven = 0;
  };
  static base::SocketAddress host_of(const base::SocketAddress& remote);

  Limits limits_;
  Counters counters_;
  std::size_t total_ = 0, unproven_ = 0;
  std::unordered_map<base::SocketAddress, Host> hosts_;  // those with a connection
};

}  // namespace polyfon::net
