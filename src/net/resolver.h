// Resolver: asynchronous A/AAAA look-ups through c-ares on the loop's descriptors; literals answer at once.
// Never blocks. RFC 3263's NAPTR and SRV come on top of it. thread: the loop's.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/socket_address.h"
#include "net/loop.h"

namespace polyfon::net {

struct ResolverOptions {
  std::vector<base::SocketAddress> servers;           // empty: those of resolv.conf
  base::Duration timeout = std::chrono::seconds(2);   // until the next try, which waits twice as long
  int tries = 2;                                      // a server
  base::Duration deadline = std::chrono::seconds(8);  // then the answer is kTimeout, whatever is under way
};

class Resolver {
 public:
  using Answer = std::move_only_function<void(base::Result<std::vector<base::SocketAddress>>)>;

  explicit Resolver(Loop& loop, const ResolverOptions& options = {});
  ~Resolver();
  // `answer` is called later from the loop, exactly once, unless the Resolver is destroyed first.
  void resolve(std::string host, std::uint16_t port, Answer answer);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace polyfon::net
