// Resolver: asynchronous A/AAAA, SRV and NAPTR look-ups through c-ares on the loop's descriptors; address
// literals answer at once. What is known is kept for its TTL, within bounds (dns_cache.h); who asks for what
// is being looked up waits for the same answer. Never blocks. thread: the loop's.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/socket_address.h"
#include "net/dns_cache.h"
#include "net/dns_records.h"
#include "net/loop.h"

namespace polyfon::net {

inline constexpr std::size_t kMaxLookUps = 4096;   // under way; kLimit above
inline constexpr std::size_t kMaxWaiting = 65536;  // for them

struct ResolverOptions {
  std::vector<base::SocketAddress> servers;           // empty: those of resolv.conf
  base::Duration timeout = std::chrono::seconds(2);   // until the next try, which waits twice as long
  int tries = 2;                                      // a server
  base::Duration deadline = std::chrono::seconds(8);  // then the answer is kTimeout, whatever is under way
  DnsCacheLimits cache{};
};

// What asks for names: Resolver, or in tests a table. An answer is given later, never from inside the
// question, exactly once, unless the object is destroyed first. Errors: kNotFound when the name has no such
// record, kInvalid, kTimeout, kUnavailable, kLimit.
class NameService {
 public:
  using Answer = std::move_only_function<void(base::Result<Addresses>)>;
  using SrvAnswer = std::move_only_function<void(base::Result<SrvRecords>)>;
  using NaptrAnswer = std::move_only_function<void(base::Result<NaptrRecords>)>;

  virtual ~NameService() = default;
  virtual void resolve(std::string host, std::uint16_t port, Answer answer) = 0;
  virtual void resolve_srv(std::string name, SrvAnswer answer) = 0;
  virtual void resolve_naptr(std::string name, NaptrAnswer answer) = 0;
};

class Resolver final : public NameService {
 public:
  explicit Resolver(Loop& loop, const ResolverOptions& options = {});
  ~Resolver() override;
  void resolve(std::string host, std::uint16_t port, Answer answer) override;
  void resolve_srv(std::string name, SrvAnswer answer) override;
  void resolve_naptr(std::string name, NaptrAnswer answer) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace polyfon::net
