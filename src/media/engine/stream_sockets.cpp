#include "media/engine/stream_sockets.h"

#include <cerrno>
#include <cstring>

#include <fmt/format.h>
#include <unistd.h>

namespace polyfon::media {

namespace {

// RTCP is a packet in seconds; a small buffer keeps a flood to that port cheap.
constexpr int kRtcpBufferBytes = 16384;

base::Result<int> bind_one(const base::SocketAddress& local, std::uint8_t type_of_service) {
  int family = local.is_v6() ? AF_INET6 : AF_INET;
  int fd = ::socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0)
    return base::fail(base::ErrorCode::kUnavailable,
                      fmt::format("no socket for RTP: {}", std::strerror(errno)));
  int tos = type_of_service;
  if (local.is_v6()) {
    int on = 1;
    ::setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    ::setsockopt(fd, IPPROTO_IPV6, IPV6_TCLASS, &tos, sizeof tos);
  } else {
    ::setsockopt(fd, IPPROTO_IP, IP_TOS, &tos, sizeof tos);
  }
  if (::bind(fd, local.data(), local.size()) == 0) return fd;
  int reason = errno;
  ::close(fd);
  auto code = reason == EADDRINUSE ? base::ErrorCode::kExists : base::ErrorCode::kIo;
  return base::fail(code, fmt::format("RTP cannot use {}: {}", local.to_string(), std::strerror(reason)));
}

}  // namespace

base::Result<StreamSockets> StreamSockets::bind(base::SocketAddress local, std::uint8_t type_of_service) {
  auto rtp = bind_one(local, type_of_service);
  if (!rtp) return std::unexpected(rtp.error());
  StreamSockets sockets(*rtp, -1);
  local.set_port(static_cast<std::uint16_t>(local.port() + 1));
  auto rtcp = bind_one(local, type_of_service);
  if (!rtcp) return std::unexpected(rtcp.error());
  sockets.rtcp_ = *rtcp;
  int bytes = kRtcpBufferBytes;
  ::setsockopt(*rtcp, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
  return sockets;
}

void StreamSockets::close() {
  if (rtp_ >= 0) ::close(std::exchange(rtp_, -1));
  if (rtcp_ >= 0) ::close(std::exchange(rtcp_, -1));
}

}  // namespace polyfon::media
