// StaticHosts: the addresses of accounts with a fixed host (not host=dynamic): literals at once, names
// through a resolver that answers later; a name that does not resolve is a warning and is asked again every 5
// minutes. thread: control.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/socket_address.h"
#include "base/timer_wheel.h"
#include "config/snapshot.h"

namespace polyfon::registrar {

class StaticHosts {
 public:
  using Answer = std::move_only_function<void(base::Result<std::vector<base::SocketAddress>>)>;
  // net::Resolver::resolve, or what a test has instead; answers later, on control.
  using Resolve = std::function<void(std::string host, std::uint16_t port, Answer answer)>;

  StaticHosts(Resolve resolve, base::TimerWheel& timers);
  ~StaticHosts();
  void set_snapshot(const config::Snapshot& snapshot);
  // Told when a name has got another address; what set_snapshot() knows at once is not told.
  using Changed = std::function<void(const std::string& account)>;
  void set_changed(Changed changed);

  std::optional<base::SocketAddress> address_of(std::string_view account) const;
  // The account that has that address; the port counts unless the account has insecure=port. "": none.
  std::string_view account_at(const base::SocketAddress& address) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace polyfon::registrar
