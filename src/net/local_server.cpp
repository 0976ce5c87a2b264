#include <array>
#include <cerrno>
#include <cstring>
#include <deque>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "net/local_frame.h"
#include "net/local_listener.h"
#include "net/local_socket.h"

namespace polyfon::net {
namespace {

using base::Result;

constexpr unsigned kWarnings = 10;  // a minute
constexpr std::size_t kReadChunk = 64u << 10;
constexpr int kReadsPerWakeUp = 16;                               // then the others get their turn
constexpr std::size_t kMaxUnsent = 4 * LocalServer::kMaxMessage;  // a reader so far behind is let go
constexpr base::Duration kAcceptPause = std::chrono::seconds(1);  // when the process has no descriptor left

struct Connection {
  explicit Connection(int descriptor) : fd(descriptor) {}
  ~Connection() {
    read_watch.reset();
    write_watch.reset();
    ::close(fd);
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  int fd;
  std::string in;               // from the first byte of a frame on
  std::deque<std::string> out;  // frames; the first `sent` bytes of the first are gone
  std::size_t sent = 0;
  std::size_t unsent = 0;
  bool closing = false;  // when `out` has been sent
  std::unique_ptr<Loop::Watch> read_watch;
  std::unique_ptr<Loop::Watch> write_watch;
};

}  // namespace

struct LocalServer::Impl {
  Impl(Loop& owner, std::string where, int fd, OnMessage message, OnClose close)
      : loop(owner),
        path(std::move(where)),
        listener(fd),
        on_message(std::make_shared<OnMessage>(std::move(message))),
        on_close(std::move(close)),
        resume(base::Timer::of<&Impl::watch_listener>(this)) {
    watch_listener(loop.now());
  }
  ~Impl() {
    ::unlink(path.c_str());
    listen_watch.reset();
    ::close(listener);
  }

  template <class... Args>
  void warn(fmt::format_string<Args...> format, Args&&... args) {
    if (!warnings.allow(loop.now())) return;
    base::log_warning("console", "{}: {}", path, fmt::format(format, std::forward<Args>(args)...));
  }

  void watch_listener(base::Instant) {
    listen_watch = loop.watch_readable(listener, [this] { accept_all(); });
  }

  void accept_all() {
    for (;;) {
      int fd = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (fd < 0 && (errno == EINTR || errno == ECONNABORTED)) continue;
      if (fd < 0) {
        if (errno != EAGAIN) pause_accepting(errno);
        return;
      }
      add(fd);
    }
  }

  // The listener stays readable: watching on would burn the processor.
  void pause_accepting(int error) {
    warn("cannot accept a connection: {}", std::strerror(error));
    listen_watch.reset();
    loop.timers().arm(resume, loop.now() + kAcceptPause);
  }

  void add(int fd) {
    auto connection = std::make_unique<Connection>(fd);
    if (connections.size() >= kMaxConnections) {
      warn("refused a connection: {} are open already", kMaxConnections);
      return;
    }
    ConnectionId id = ++last_id;
    connection->read_watch = loop.watch_readable(fd, [this, id] { read(id); });
    connections.emplace(id, std::move(connection));
  }

  Connection* find(ConnectionId id) {
    auto found = connections.find(id);
    return found == connections.end() ? nullptr : found->second.get();
  }

  void read(ConnectionId id) {
    std::weak_ptr<int> token = alive;
    std::array<char, kReadChunk> chunk;
    for (int i = 0; i < kReadsPerWakeUp; ++i) {
      Connection* connection = find(id);
      if (connection == nullptr) return;
      ssize_t n = ::recv(connection->fd, chunk.data(), chunk.size(), 0);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0 && errno == EAGAIN) return;
      if (n <= 0) return drop(id);
      if (connection->closing) continue;  // nobody waits for what it says now
      connection->in.append(chunk.data(), static_cast<std::size_t>(n));
      deliver(id);
      if (token.expired()) return;
    }
  }

  // The callback may close the connection or destroy the server.
  void deliver(ConnectionId id) {
    std::weak_ptr<int> token = alive;
    std::size_t at = 0;
    for (;;) {
      Connection* connection = find(id);
      if (connection == nullptr || connection->closing) return;
      std::string_view rest = std::string_view(connection->in).substr(at);
      std::size_t length = rest.size() < kFrameHeader ? 0 : frame_length(rest);
      if (length > kMaxMessage) {
        warn("closed a connection: it announced a message of {} bytes; {} are allowed", length, kMaxMessage);
        return drop(id);
      }
      if (rest.size() < kFrameHeader || rest.size() - kFrameHeader < length) {
        connection->in.erase(0, at);
        return;
      }
      at += kFrameHeader + length;
      auto callback = on_message;
      (*callback)(id, std::string(rest.substr(kFrameHeader, length)));
      if (token.expired()) return;
    }
  }

  void send(ConnectionId id, std::string message) {
    Connection* connection = find(id);
    if (connection == nullptr || connection->closing) return;
    if (message.size() > kMaxMessage || connection->unsent + message.size() > kMaxUnsent) {
      warn("closed a connection: {} bytes to send are more than it may have",
           connection->unsent + message.size());
      connection->closing = true;
      return drop_later(id);
    }
    auto header = frame_header(message.size());
    message.insert(0, header.data(), header.size());
    connection->unsent += message.size();
    connection->out.push_back(std::move(message));
    if (!connection->write_watch) flush(id);
  }

  void close(ConnectionId id) {
    Connection* connection = find(id);
    if (connection == nullptr) return;
    connection->closing = true;
    if (connection->out.empty()) drop_later(id);
  }

  void flush(ConnectionId id) {
    Connection& connection = *find(id);
    while (!connection.out.empty()) {
      std::string_view rest = std::string_view(connection.out.front()).substr(connection.sent);
      ssize_t n = ::send(connection.fd, rest.data(), rest.size(), MSG_NOSIGNAL);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0 && errno == EAGAIN) return wait_writable(id, connection);
      if (n < 0) return drop_later(id);
      connection.sent += static_cast<std::size_t>(n);
      connection.unsent -= static_cast<std::size_t>(n);
      if (connection.sent == connection.out.front().size()) {
        connection.out.pop_front();
        connection.sent = 0;
      }
    }
    if (connection.closing) drop_later(id);
  }

  void wait_writable(ConnectionId id, Connection& connection) {
    connection.write_watch = loop.watch_writable_once(connection.fd, [this, id] {
      Connection* writable = find(id);
      if (writable == nullptr) return;
      writable->write_watch.reset();
      flush(id);
    });
  }

  void drop(ConnectionId id) {
    auto connection = connections.extract(id);
    if (connection.empty() || !on_close) return;
    auto callback = on_close;  // it may destroy the server
    callback(id);
  }

  // From send() and close(), whose caller does not expect on_close before they return.
  void drop_later(ConnectionId id) {
    loop.post([this, id, token = std::weak_ptr<int>(alive)] {
      if (!token.expired()) drop(id);
    });
  }

  Loop& loop;
  std::string path;
  int listener;
  std::shared_ptr<OnMessage> on_message;  // held while it runs
  OnClose on_close;
  base::Timer resume;
  base::LogLimit warnings{kWarnings, std::chrono::minutes(1)};
  std::unique_ptr<Loop::Watch> listen_watch;
  ConnectionId last_id = 0;
  std::unordered_map<ConnectionId, std::unique_ptr<Connection>> connections;
  std::shared_ptr<int> alive = std::make_shared<int>();
};

LocalServer::LocalServer() = default;
LocalServer::~LocalServer() = default;

Result<std::unique_ptr<LocalServer>> LocalServer::listen(Loop& loop, const std::string& path,
                                                         OnMessage on_message, OnClose on_close) {
  auto fd = open_local_listener(path);
  if (!fd) return std::unexpected(fd.error());
  std::unique_ptr<LocalServer> server(new LocalServer);
  server->impl_ = std::make_unique<Impl>(loop, path, *fd, std::move(on_message), std::move(on_close));
  return server;
}

void LocalServer::send(ConnectionId connection, std::string message) {
  impl_->send(connection, std::move(message));
}

void LocalServer::close(ConnectionId connection) { impl_->close(connection); }

}  // namespace polyfon::net
