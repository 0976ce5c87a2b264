// Resolver: asynchronous A/AAAA look-ups through c-ares on the loop's descriptors; literals answer at once. Never
// blocks. RFC 3263's NAPTR and SRV come on top of it. thread: the loop's.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/socket_address.h"
#include "net/loop.h"

namespace polyfon::net {

class Resolver {
 public:
  using Answer = std::move_only_function<void(base::Result<std::vector<base::SocketAddress>>)>;

  explicit Resolver(Loop& loop);
  ~Resolver();
  // `answer` is called later from the loop, exactly once, unless the Resolver is destroyed first.
  void resolve(std::string host, std::uint16_t port, Answer answer);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace polyfon::net
