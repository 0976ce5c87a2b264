// LocalSocket: line and block messages over a Unix stream socket: the console's connection. The server side
// lives on the edge loop; the client side (polyfon -r) is blocking and stands alone. Each message is a 4-byte
// big-endian length and that many bytes, at most kMaxMessage.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "net/loop.h"

namespace polyfon::net {

class LocalServer {
 public:
  static constexpr std::size_t kMaxMessage = 16u << 20;
  static constexpr std::size_t kMaxConnections = 64;
  using ConnectionId = std::uint64_t;
  using OnMessage = std::function<void(ConnectionId, std::string message)>;
  using OnClose = std::function<void(ConnectionId)>;

  // Listens on `path` (mode 0660); a stale socket file of a dead process is replaced, a live one is an error.
  // Callbacks run in `loop`; destroy it there too.
  static base::Result<std::unique_ptr<LocalServer>> listen(Loop& loop, const std::string& path,
                                                           OnMessage on_message, OnClose on_close = {});
  ~LocalServer();
  void send(ConnectionId connection, std::string message);  // loop thread
  void close(ConnectionId connection);                      // after what is queued has been sent

 private:
  LocalServer();
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

class LocalClient {
 public:
  static base::Result<LocalClient> connect(const std::string& path);
  ~LocalClient();
  LocalClient(LocalClient&& other) noexcept;
  LocalClient& operator=(LocalClient&& other) noexcept;
  base::Result<> send(std::string_view message);
  base::Result<std::string> receive();  // blocks; kUnavailable when the server closed

 private:
  explicit LocalClient(int fd) : fd_(fd) {}
  int fd_ = -1;
};

}  // namespace polyfon::net
