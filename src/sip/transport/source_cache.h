// SourceCache: which of this machine's addresses packets to a host leave from; asking the kernel costs three
// system calls, so the answer is kept for a while: at most `limit` hosts, then it starts afresh. thread:
// control.
#pragma once
#include <functional>
#include <optional>
#include <unordered_map>

#include "base/result.h"
#include "base/socket_address.h"

namespace polyfon::sip {

class SourceCache {
 public:
  using Ask = std::function<base::Result<base::SocketAddress>(const base::SocketAddress& remote)>;

  SourceCache(std::size_t limit, Ask ask) : limit_(limit), ask_(std::move(ask)) {}

  // Port 0. nullopt: there is no way to that host now; that is not remembered.
  std::optional<base::SocketAddress> find(const base::SocketAddress& remote);
  std::size_t size() const { return known_.size(); }

 private:
  std::size_t limit_;
  Ask ask_;
  std::unordered_map<base::SocketAddress, base::SocketAddress> known_;  // by host, port 0
};

}  // namespace polyfon::sip
