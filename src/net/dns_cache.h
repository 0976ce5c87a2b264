// DnsCache: answers of name servers, also that a name has none, for as long as their records say, within
// bounds; when it is full, what was asked for longest ago goes. No clock: `now` is given. thread: its
// owner's.
#pragma once
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/text.h"
#include "net/dns_records.h"

namespace polyfon::net {

struct DnsCacheLimits {
  base::Duration min_ttl = std::chrono::seconds(5);  // a name that nobody may keep is not asked for each call
  base::Duration max_ttl = std::chrono::hours(1);
  base::Duration negative_ttl = std::chrono::seconds(30);  // that there is no such record
  std::size_t entries = 4096;
};

class DnsCache {
 public:
  explicit DnsCache(const DnsCacheLimits& limits = {}) : limits_(limits) {}

  // Null: not known, or not any more. Valid until the next call.
  const base::Result<DnsAnswer>* find(std::string_view key, base::Instant now);
  // Errors other than kNotFound say nothing of the name and are not kept.
  void put(std::string key, base::Result<DnsAnswer> answer, base::Instant now);
  std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    std::string key;
    base::Result<DnsAnswer> answer;
    base::Instant expires;
  };
  using Position = std::list<Entry>::iterator;
  void erase(Position position);

  DnsCacheLimits limits_;
  std::list<Entry> entries_;  // the last asked for first
  std::unordered_map<std::string_view, Position> by_key_;
};

}  // namespace polyfon::net
