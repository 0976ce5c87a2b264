#include "net/udp_socket.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

namespace polyfon::net {
namespace {

using base::ErrorCode;
using base::SocketAddress;

std::string bind_error_text(const SocketAddress& local, int error) {
  std::string where = fmt::format("port {} (UDP) on {}", local.port(), local.host());
  switch (error) {
    case EADDRINUSE: return fmt::format("{} is in use by another program", where);
    case EACCES:
      return fmt::format(
          "{} may not be used by this user: ports below 1024 need root or CAP_NET_BIND_SERVICE", where);
    case EADDRNOTAVAIL:
      return fmt::format("{} cannot be used: {} is no address of this machine", where, local.host());
    case EAFNOSUPPORT:
      return fmt::format("{} cannot be used: this machine has no {}", where, local.is_v6() ? "IPv6" : "IPv4");
    default: return fmt::format("{} cannot be used: {}", where, std::strerror(error));
  }
}

ErrorCode bind_error_code(int error) {
  if (error == EADDRINUSE) return ErrorCode::kExists;
  if (error == EACCES) return ErrorCode::kDenied;
  return ErrorCode::kUnavailable;
}

// The limit net.core.rmem_max holds for everyone but root: what is granted is taken.
void set_receive_buffer(int fd, int bytes) {
  if (::setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes) != 0)
    ::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
}

SocketAddress local_of(int fd) {
  sockaddr_storage storage{};
  socklen_t length = sizeof storage;
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&storage), &length);
  return SocketAddress::from_sockaddr(reinterpret_cast<sockaddr*>(&storage), length);
}

int open_socket(const SocketAddress& family_of) {
  return ::socket(family_of.data()->sa_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

}  // namespace

struct ReceiveBatch::Impl {
  Impl(std::size_t count, std::size_t bytes_each)
      : bytes(std::make_unique_for_overwrite<char[]>(
            count * bytes_each)),  // pages are touched as datagrams fill them
        vectors(count),
        names(count),
        headers(count) {
    datagrams.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
      vectors[i] = {bytes.get() + i * bytes_each, bytes_each};
      headers[i].msg_hdr.msg_iov = &vectors[i];
      headers[i].msg_hdr.msg_iovlen = 1;
      headers[i].msg_hdr.msg_name = &names[i];
      headers[i].msg_hdr.msg_namelen = sizeof names[i];
    }
  }

  std::unique_ptr<char[]> bytes;
  std::vector<iovec> vectors;
  std::vector<sockaddr_in6> names;  // the larger of the two families
  std::vector<mmsghdr> headers;
  std::vector<Datagram> datagrams;
  std::uint64_t oversized = 0;
};

ReceiveBatch::ReceiveBatch(std::size_t count, std::size_t bytes_each)
    : impl_(std::make_unique<Impl>(std::max<std::size_t>(count, 1), bytes_each)) {}

ReceiveBatch::~ReceiveBatch() = default;

std::uint64_t ReceiveBatch::oversized() const { return impl_->oversized; }

base::Result<UdpSocket> UdpSocket::bind(const SocketAddress& local, int receive_buffer_bytes) {
  UdpSocket socket;
  socket.fd_ = open_socket(local);
  if (socket.fd_ < 0) return base::fail(ErrorCode::kUnavailable, bind_error_text(local, errno));
  int on = 1;
  // An IPv6 socket takes IPv6 alone: a source is never an IPv4 address in IPv6 dress.
  if (local.is_v6()) ::setsockopt(socket.fd_, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
  set_receive_buffer(socket.fd_, receive_buffer_bytes);
  if (::bind(socket.fd_, local.data(), local.size()) != 0)
    return base::fail(bind_error_code(errno), bind_error_text(local, errno));
  socket.local_ = local_of(socket.fd_);
  return socket;
}

UdpSocket::~UdpSocket() {
  if (fd_ >= 0) ::close(fd_);
}

UdpSocket::UdpSocket(UdpSocket&& other) noexcept : fd_(std::exchange(other.fd_, -1)), local_(other.local_) {}

UdpSocket& UdpSocket::operator=(UdpSocket&& other) noexcept {
  if (this == &other) return *this;
  if (fd_ >= 0) ::close(fd_);
  fd_ = std::exchange(other.fd_, -1);
  local_ = other.local_;
  return *this;
}

std::span<const Datagram> UdpSocket::receive(ReceiveBatch& batch) {
  ReceiveBatch::Impl& b = *batch.impl_;
  b.datagrams.clear();
  int received = 0;
  do
    received =
        ::recvmmsg(fd_, b.headers.data(), static_cast<unsigned>(b.headers.size()), MSG_DONTWAIT, nullptr);
  while (received < 0 && errno == EINTR);
  for (int i = 0; i < received; ++i) {
    mmsghdr& header = b.headers[static_cast<std::size_t>(i)];
    if ((header.msg_hdr.msg_flags & MSG_TRUNC) != 0)
      ++b.oversized;
    else
      b.datagrams.push_back({{static_cast<char*>(header.msg_hdr.msg_iov->iov_base), header.msg_len},
                             SocketAddress::from_sockaddr(static_cast<sockaddr*>(header.msg_hdr.msg_name),
                                                          header.msg_hdr.msg_namelen)});
    header.msg_hdr.msg_namelen =
        sizeof(sockaddr_in6);  // the kernel has written the length of the address there
  }
  return b.datagrams;
}

bool UdpSocket::send(std::string_view bytes, const SocketAddress& to) {
  ssize_t sent = 0;
  do sent = ::sendto(fd_, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL, to.data(), to.size());
  while (sent < 0 && errno == EINTR);
  return sent == static_cast<ssize_t>(bytes.size());
}

void SendBatch::add(std::string_view bytes, const SocketAddress& to) {
  datagrams_.push_back({bytes_.size(), bytes.size(), to});
  bytes_.append(bytes);
}

void UdpSocket::send(SendBatch& batch, const Refused& refused) {
  iovec vectors[SendBatch::kMost];
  mmsghdr headers[SendBatch::kMost];
  for (std::span<SendBatch::Datagram> left(batch.datagrams_); !left.empty();) {
    auto some = left.first(std::min(left.size(), SendBatch::kMost));
    for (std::size_t i = 0; i < some.size(); ++i) {
      vectors[i] = {batch.bytes_.data() + some[i].begin, some[i].size};
      headers[i] = {};
      headers[i].msg_hdr.msg_name = const_cast<sockaddr*>(some[i].to.data());  // the kernel reads it
      headers[i].msg_hdr.msg_namelen = some[i].to.size();
      headers[i].msg_hdr.msg_iov = &vectors[i];
      headers[i].msg_hdr.msg_iovlen = 1;
    }
    int sent = 0;
    do sent = ::sendmmsg(fd_, headers, static_cast<unsigned>(some.size()), MSG_DONTWAIT | MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    if (sent <= 0) {  // the first of them was refused; those behind it may go
      refused(some.front().to, errno);
      sent = 1;
    }
    left = left.subspan(static_cast<std::size_t>(sent));
  }
  batch.datagrams_.clear();
  batch.bytes_.clear();
}

int UdpSocket::take_error() {
  int error = 0;
  socklen_t length = sizeof error;
  return ::getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &length) == 0 ? error : errno;
}

base::Result<SocketAddress> source_address_for(const SocketAddress& remote) {
  SocketAddress target = remote;
  if (target.port() == 0) target.set_port(9);  // any port: no packet is sent
  int fd = open_socket(target);
  if (fd < 0 || ::connect(fd, target.data(), target.size()) != 0) {
    int error = errno;
    if (fd >= 0) ::close(fd);
    return base::fail(ErrorCode::kUnavailable,
                      fmt::format("no route to {}: {}", remote.host(), std::strerror(error)));
  }
  SocketAddress source = local_of(fd);
  ::close(fd);
  source.set_port(0);
  return source;
}

}  // namespace polyfon::net
