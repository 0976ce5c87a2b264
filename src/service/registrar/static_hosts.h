// StaticHosts: where accounts with a fixed host (not host=dynamic), or with an outboundproxy=, are: addresses
// at once, names through a locator that answers later (RFC 3263); a name that is not found is a warning and
// is asked for again every 5 minutes. thread: control.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/socket_address.h"
#include "base/timer_wheel.h"
#include "config/snapshot.h"
#include "sip/transaction/locator.h"

namespace polyfon::registrar {

class StaticHosts {
 public:
  StaticHosts(sip::Locator& locator, base::TimerWheel& timers);
  ~StaticHosts();
  void set_snapshot(const config::Snapshot& snapshot);
  // Told when a name has moved elsewhere; what set_snapshot() knows at once is not told.
  using Changed = std::function<void(const std::string& account)>;
  void set_changed(Changed changed);

  // One way to the account's outbound proxy, or else to its host: the same as long as it is right.
  std::optional<sip::Flow> flow_of(std::string_view account) const;
  // All of them, in the order that a request is to try: drawn anew each time. Empty: none is known.
  std::vector<sip::Flow> ways_to(std::string_view account) const;
  bool has_proxy(std::string_view account) const;
  // The account that has that address; the port counts unless the account has insecure=port. "": none.
  std::string_view account_at(const base::SocketAddress& address) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace polyfon::registrar
