#include "net/stream_listener.h"

#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "net/tcp_socket.h"

namespace polyfon::net {

namespace {

constexpr int kAcceptsPerTurn = 64;
constexpr base::Duration kPause = std::chrono::milliseconds(200);  // when the process has no descriptor left

// A refused stranger leaves nothing behind, TIME-WAIT included.
void reset(int fd) {
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  ::close(fd);
}

}  // namespace

struct StreamListener::Impl {
  explicit Impl(int descriptor) : fd(descriptor), local(local_address(descriptor)) {}
  ~Impl() {
    watch_.reset();
    ::close(fd);
  }

  void watch(base::Instant) {
    watch_ = loop->watch_readable(fd, [this] { accept_some(); });
  }

  void accept_some() {
    for (int i = 0; i < kAcceptsPerTurn; ++i) {
      sockaddr_storage from{};
      socklen_t size = sizeof from;
      const int accepted =
          ::accept4(fd, reinterpret_cast<sockaddr*>(&from), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (accepted < 0 && (errno == EINTR || errno == ECONNABORTED)) continue;
      if (accepted < 0) {
        if (errno != EAGAIN) pause(errno);
        return;
      }
      set_stream_options(accepted);
      if (!accept(accepted, base::SocketAddress::from_sockaddr(reinterpret_cast<sockaddr*>(&from), size)))
        reset(accepted);
    }
  }

  // The port stays readable: watching on would burn the processor.
  void pause(int error) {
    if (warnings.allow(loop->now()))
      base::log_warning("net", "TCP {}: cannot accept a connection: {}", local.to_string(),
                        std::strerror(error));
    watch_.reset();
    loop->timers().arm(resume, loop->now() + kPause);
  }

  const int fd;
  const base::SocketAddress local;
  Loop* loop = nullptr;
  Accept accept;
  base::Timer resume = base::Timer::of<&Impl::watch>(this);
  base::LogLimit warnings{10, std::chrono::minutes(1)};
  std::unique_ptr<Loop::Watch> watch_;
};

StreamListener::StreamListener() = default;
StreamListener::~StreamListener() = default;

base::Result<std::unique_ptr<StreamListener>> StreamListener::bind(const base::SocketAddress& local) {
  auto fd = listen_tcp(local);
  if (!fd) return std::unexpected(fd.error());
  std::unique_ptr<StreamListener> listener(new StreamListener);
  listener->impl_ = std::make_unique<Impl>(*fd);
  return listener;
}

void StreamListener::start(Loop& loop, Accept accept) {
  impl_->loop = &loop;
  impl_->accept = std::move(accept);
  impl_->watch(loop.now());
}

const base::SocketAddress& StreamListener::local() const { return impl_->local; }

}  // namespace polyfon::net
