// StreamListener: a TCP port: accepts connections and hands their descriptors on, or closes them when the
// receiver has no room for them. thread: the loop's.
#pragma once
#include <functional>
#include <memory>

#include "base/result.h"
#include "base/socket_address.h"
#include "net/loop.h"

namespace polyfon::net {

class StreamListener {
 public:
  // Takes over the descriptor when it returns true; else the connection is reset.
  using Accept = std::function<bool(int fd, const base::SocketAddress& remote)>;

  // Binds and listens; connections wait until start(). Port 0 takes a free one.
  static base::Result<std::unique_ptr<StreamListener>> bind(const base::SocketAddress& local);
  ~StreamListener();  // in the loop's thread, when started
  void start(Loop& loop, Accept accept);
  const base::SocketAddress& local() const;

 private:
  StreamListener();
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace polyfon::net
