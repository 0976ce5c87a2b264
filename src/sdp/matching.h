// What offers and answers have in common to read: codecs of both sides, where the peer's packets go, and in
// which direction. thread: any.
#pragma once
#include <optional>
#include <string_view>

#include "base/result.h"
#include "sdp/negotiation.h"

namespace polyfon::sdp {

inline constexpr std::string_view kTelephoneEvent = "telephone-event";
inline constexpr std::string_view kAllDigits =
    "0-16";  // fmtp of telephone-event: 0-9 * # A-D and flash (RFC 4733 3)

bool same_codec(const Format& a, const Format& b);  // names without case, clock and channels
bool same_codec(const Capability& a, const Format& b);
// The peer's telephone-event of that clock. RFC 4733 2.1: the clock must be the codec's, since they share a
// stream.
const Format* find_event(const std::vector<Format>& formats, std::uint32_t clock_rate);

bool is_plain_rtp(const Media& media);  // RTP/AVP or RTP/AVPF: what we can answer

// Fills address, ports, direction and ptime of `agreed`. kUnsupported for an address that is no unicast
// literal.
base::Result<> agree_on_transport(Agreed& agreed, const Media& remote, const LocalMedia& local);

}  // namespace polyfon::sdp
