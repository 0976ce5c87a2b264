#include "sip/transport/source_cache.h"

namespace polyfon::sip {

std::optional<base::SocketAddress> SourceCache::find(const base::SocketAddress& remote) {
  base::SocketAddress host = remote;
  host.set_port(0);
  if (auto known = known_.find(host); known != known_.end()) return known->second;
  auto source = ask_(remote);
  if (!source) return std::nullopt;
  if (known_.size() >= limit_) known_.clear();
  known_.emplace(host, *source);
  return *source;
}

}  // namespace polyfon::sip
