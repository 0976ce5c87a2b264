#include "net/dns_cache.h"

#include <algorithm>
#include <utility>

namespace polyfon::net {

const base::Result<DnsAnswer>* DnsCache::find(std::string_view key, base::Instant now) {
  auto found = by_key_.find(key);
  if (found == by_key_.end()) return nullptr;
  if (found->second->expires <= now) {
    erase(found->second);
    return nullptr;
  }
  entries_.splice(entries_.begin(), entries_, found->second);
  return &found->second->answer;
}

void DnsCache::put(std::string key, base::Result<DnsAnswer> answer, base::Instant now) {
  if (auto known = by_key_.find(key); known != by_key_.end()) erase(known->second);
  if (limits_.entries == 0 || (!answer && answer.error().code != base::ErrorCode::kNotFound)) return;
  if (entries_.size() >= limits_.entries) erase(std::prev(entries_.end()));
  const base::Duration ttl =
      answer ? std::clamp(answer->ttl, limits_.min_ttl, limits_.max_ttl) : limits_.negative_ttl;
  entries_.push_front({std::move(key), std::move(answer), now + ttl});
  by_key_.emplace(entries_.front().key, entries_.begin());
}

void DnsCache::erase(Position position) {
  by_key_.erase(position->key);
  entries_.erase(position);
}

}  // namespace polyfon::net
