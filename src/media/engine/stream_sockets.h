// StreamSockets: the RTP and RTCP sockets of one stream, bound to a pair of ports. Opened on the control
// thread, used and closed on a media thread.
#pragma once
#include <utility>

#include <sys/socket.h>

#include "base/result.h"
#include "base/socket_address.h"

namespace polyfon::media {

class StreamSockets {
 public:
  StreamSockets() = default;
  // Binds `local`'s port and the next. kExists: another program has one of them. kIo: anything else, with the
  // reason.
  static base::Result<StreamSockets> bind(base::SocketAddress local, std::uint8_t type_of_service);
  ~StreamSockets() { close(); }
  StreamSockets(StreamSockets&& other) noexcept
      : rtp_(std::exchange(other.rtp_, -1)), rtcp_(std::exchange(other.rtcp_, -1)) {}
  StreamSockets& operator=(StreamSockets&& other) noexcept {
    std::swap(rtp_, other.rtp_);
    std::swap(rtcp_, other.rtcp_);
    return *this;
  }

  int rtp() const { return rtp_; }
  int rtcp() const { return rtcp_; }

 private:
  StreamSockets(int rtp, int rtcp) : rtp_(rtp), rtcp_(rtcp) {}
  void close();

  int rtp_ = -1;
  int rtcp_ = -1;
};

}  // namespace polyfon::media
