#include "net/tcp_socket.h"

#include <cerrno>
#include <cstring>

#include <fmt/format.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace polyfon::net {

namespace {

constexpr int kBacklog = 1024;
constexpr int kProbeAfter = 120, kProbeEvery = 30, kProbes = 4;  // seconds; keep-alives of TCP
constexpr int kUnacknowledged = 60'000;                          // ms that bytes of ours may wait for an ACK

int open_socket(const base::SocketAddress& address) {
  return ::socket(address.is_v6() ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

std::unexpected<base::Error> cannot_listen(const base::SocketAddress& local, int error) {
  if (error == EADDRINUSE)
    return base::fail(base::ErrorCode::kExists, fmt::format("TCP port {} of {} is in use by another program",
                                                            local.port(), local.host()));
  if (error == EADDRNOTAVAIL)
    return base::fail(base::ErrorCode::kNotFound,
                      fmt::format("{} is no address of this machine", local.host()));
  return base::fail(error == EACCES ? base::ErrorCode::kDenied : base::ErrorCode::kIo,
                    fmt::format("cannot listen on TCP {}: {}", local.to_string(), std::strerror(error)));
}

}  // namespace

base::Result<int> listen_tcp(const base::SocketAddress& local) {
  const int fd = open_socket(local);
  if (fd < 0) return cannot_listen(local, errno);
  const int on = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (local.is_v6()) ::setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
  if (::bind(fd, local.data(), local.size()) != 0 || ::listen(fd, kBacklog) != 0) {
    const int error = errno;
    ::close(fd);
    return cannot_listen(local, error);
  }
  return fd;
}

base::Result<int> open_tcp(const base::SocketAddress& local, const base::SocketAddress& remote) {
  const int fd = open_socket(remote);
  if (fd < 0) return base::fail(base::ErrorCode::kIo, describe_connect(remote, errno));
  set_stream_options(fd);
  const int on = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (!local.is_unspecified() && local.is_v6() == remote.is_v6()) ::bind(fd, local.data(), local.size());
  if (::connect(fd, remote.data(), remote.size()) == 0 || errno == EINPROGRESS) return fd;
  const int error = errno;
  ::close(fd);
  return base::fail(base::ErrorCode::kUnavailable, describe_connect(remote, error));
}

void set_stream_options(int fd) {
  auto set = [fd](int level, int option, int value) {
    ::setsockopt(fd, level, option, &value, sizeof value);
  };
  set(IPPROTO_TCP, TCP_NODELAY, 1);
  set(SOL_SOCKET, SO_KEEPALIVE, 1);
  set(IPPROTO_TCP, TCP_KEEPIDLE, kProbeAfter);
  set(IPPROTO_TCP, TCP_KEEPINTVL, kProbeEvery);
  set(IPPROTO_TCP, TCP_KEEPCNT, kProbes);
  set(IPPROTO_TCP, TCP_USER_TIMEOUT, kUnacknowledged);
}

base::SocketAddress local_address(int fd) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&storage), &size) != 0) return {};
  return base::SocketAddress::from_sockaddr(reinterpret_cast<const sockaddr*>(&storage), size);
}

std::string describe_connect(const base::SocketAddress& remote, int error) {
  return fmt::format("cannot connect to {}: {}", remote.to_string(), std::strerror(error));
}

}  // namespace polyfon::net
