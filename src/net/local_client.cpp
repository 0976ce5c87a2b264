#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "net/local_frame.h"
#include "net/local_socket.h"

namespace polyfon::net {
namespace {

using base::ErrorCode;
using base::Result;

std::unexpected<base::Error> connect_error(const std::string& path, int error) {
  switch (error) {
    case ENOENT:
    case ECONNREFUSED:
      return base::fail(ErrorCode::kUnavailable,
                        fmt::format("no exchange is running: nothing answers at {}", path));
    case EACCES:
    case EPERM:
      return base::fail(ErrorCode::kDenied, fmt::format("this user may not use the control socket {}", path));
    default:
      return base::fail(ErrorCode::kIo, fmt::format("cannot connect to {}: {}", path, std::strerror(error)));
  }
}

std::unexpected<base::Error> closed() {
  return base::fail(ErrorCode::kUnavailable, "the exchange has closed the connection");
}

Result<> write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    ssize_t n = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && (errno == EPIPE || errno == ECONNRESET)) return closed();
    if (n < 0)
      return base::fail(ErrorCode::kIo, fmt::format("sending to the exchange: {}", std::strerror(errno)));
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return {};
}

Result<> read_all(int fd, char* out, std::size_t size) {
  while (size > 0) {
    ssize_t n = ::recv(fd, out, size, 0);
    if (n < 0 && errno == EINTR) continue;
    if (n == 0 || (n < 0 && errno == ECONNRESET)) return closed();
    if (n < 0)
      return base::fail(ErrorCode::kIo, fmt::format("receiving from the exchange: {}", std::strerror(errno)));
    out += n;
    size -= static_cast<std::size_t>(n);
  }
  return {};
}

}  // namespace

Result<LocalClient> LocalClient::connect(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path)
    return base::fail(ErrorCode::kLimit, fmt::format("the path {} is too long for a socket: at most {} bytes",
                                                     path, sizeof address.sun_path - 1));
  std::memcpy(address.sun_path, path.data(), path.size());
  LocalClient client(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (client.fd_ < 0) return connect_error(path, errno);
  int result = 0;
  do result = ::connect(client.fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  while (result != 0 && errno == EINTR);
  if (result != 0) return connect_error(path, errno);
  return client;
}

LocalClient::~LocalClient() {
  if (fd_ >= 0) ::close(fd_);
}

LocalClient::LocalClient(LocalClient&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

LocalClient& LocalClient::operator=(LocalClient&& other) noexcept {
  if (this == &other) return *this;
  if (fd_ >= 0) ::close(fd_);
  fd_ = std::exchange(other.fd_, -1);
  return *this;
}

Result<> LocalClient::send(std::string_view message) {
  if (message.size() > LocalServer::kMaxMessage)
    return base::fail(ErrorCode::kLimit,
                      fmt::format("a message of {} bytes is longer than the {} that are allowed",
                                  message.size(), LocalServer::kMaxMessage));
  auto header = frame_header(message.size());
  if (auto sent = write_all(fd_, {header.data(), header.size()}); !sent) return sent;
  return write_all(fd_, message);
}

Result<std::string> LocalClient::receive() {
  std::array<char, kFrameHeader> header{};
  if (auto got = read_all(fd_, header.data(), header.size()); !got) return std::unexpected(got.error());
  std::size_t length = frame_length({header.data(), header.size()});
  if (length > LocalServer::kMaxMessage)
    return base::fail(ErrorCode::kLimit,
                      fmt::format("the exchange announced a message of {} bytes; {} are allowed", length,
                                  LocalServer::kMaxMessage));
  std::string message(length, '\0');
  if (auto got = read_all(fd_, message.data(), length); !got) return std::unexpected(got.error());
  return message;
}

}  // namespace polyfon::net
