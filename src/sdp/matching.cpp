#include "sdp/matching.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/socket_address.h"
#include "base/text.h"

namespace polyfon::sdp {
namespace {

constexpr std::uint16_t kMinPtime = 10;
constexpr std::uint16_t kMaxPtime = 150;

// What the peer asks to be sent (RFC 8866 6.4), if that can be framed; else our own.
std::uint16_t agreed_ptime(const Media& remote, std::uint16_t ours) {
  auto usable = [](std::uint16_t ms) { return ms >= kMinPtime && ms <= kMaxPtime && ms % 10 == 0; };
  std::uint16_t ptime = usable(remote.ptime) ? remote.ptime : ours;
  return remote.max_ptime >= kMinPtime ? std::min<std::uint16_t>(ptime, remote.max_ptime / 10 * 10) : ptime;
}

}  // namespace

bool same_codec(const Format& a, const Format& b) {
  return a.clock_rate == b.clock_rate && a.channels == b.channels && base::iequals(a.encoding, b.encoding);
}

bool same_codec(const Capability& a, const Format& b) {
  return a.clock_rate == b.clock_rate && a.channels == b.channels && base::iequals(a.encoding, b.encoding);
}

const Format* find_event(const std::vector<Format>& formats, std::uint32_t clock_rate) {
  for (const Format& format : formats)
    if (format.clock_rate == clock_rate && base::iequals(format.encoding, kTelephoneEvent)) return &format;
  return nullptr;
}

bool is_plain_rtp(const Media& media) {
  return base::iequals(media.transport, "RTP/AVP") || base::iequals(media.transport, "RTP/AVPF");
}

base::Result<> agree_on_transport(Agreed& agreed, const Media& remote, const LocalMedia& local) {
  auto address = base::SocketAddress::parse(remote.address, remote.port);
  if (!address || address->is_multicast())
    return base::fail(base::ErrorCode::kUnsupported,
                      fmt::format("the SDP address {} is no unicast IPv4 or IPv6 literal",
                                  base::printable(remote.address, 64)));
  Direction theirs = remote.direction;
  if (address->is_unspecified()) {
    // RFC 3264 8.4: hold as RFC 2543 had it; neither RTP nor RTCP is sent to the peer.
    theirs = both(theirs, Direction::kSendOnly);
  } else {
    agreed.remote_address = remote.address;
  }
  agreed.direction = both(local.direction, reversed(theirs));
  agreed.remote_port = remote.port;
  agreed.rtcp_mux = remote.rtcp_mux && local.rtcp_mux;
  if (agreed.rtcp_mux)
    agreed.remote_rtcp_port = remote.port;  // RFC 5761 5.1.1
  else if (remote.rtcp_port != 0)
    agreed.remote_rtcp_port = remote.rtcp_port;  // RFC 3605
  else
    agreed.remote_rtcp_port = static_cast<std::uint16_t>(remote.port + 1);
  agreed.ptime = agreed_ptime(remote, local.ptime);
  return {};
}

}  // namespace polyfon::sdp
