// Negotiation::accept_offer (RFC 3264 6 and 8).
#include <fmt/format.h>

#include "base/text.h"
#include "sdp/matching.h"

namespace polyfon::sdp {
namespace {

using base::ErrorCode;

const Format* find_codec(const Capability& ours, const Media& offer) {
  for (const Format& theirs : offer.formats)
    if (same_codec(ours, theirs)) return &theirs;
  return nullptr;
}

// Our most preferred codec that the offer has; nullptr: none.
const Capability* best_codec(const Media& offer, const LocalMedia& local) {
  for (const Capability& ours : local.codecs)
    if (find_codec(ours, offer)) return &ours;
  return nullptr;
}

std::vector<Capability> common_codecs(const Media& offer, const LocalMedia& local) {
  std::vector<Capability> common;
  common.reserve(local.codecs.size());
  for (const Capability& ours : local.codecs)
    if (const Format* theirs = find_codec(ours, offer))
      common.push_back(
          {ours.encoding, ours.clock_rate, ours.channels, theirs->payload_type, theirs->parameters});
  return common;
}

// The first audio line that we can take, or why there is none.
base::Result<std::size_t> choose_line(const std::vector<Media>& lines, const LocalMedia& local) {
  std::string_view why = "the offer has no audio stream";
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const Media& line = lines[i];
    if (line.type != "audio" || line.port == 0) continue;
    if (!is_plain_rtp(line))
      why = "the offered audio is neither RTP/AVP nor RTP/AVPF";
    else if (!best_codec(line, local))
      why = "no codec of the offered audio is allowed here";
    else
      return i;
  }
  return base::fail(ErrorCode::kUnsupported, std::string(why));
}

// RFC 3264 6: a refused stream keeps its place, transport and formats, with port 0.
Media refuse(const Media& offered, const LocalMedia& local) {
  Media line;
  line.type = offered.type;
  line.transport = offered.transport;
  line.format_list = offered.format_list.empty() ? "0" : offered.format_list;
  line.address = local.address;
  line.address_v6 = local.v6;
  return line;
}

// Only what was chosen is listed, so that the peer cannot change codecs without asking; its payload types are
// taken over (RFC 3264 6.1).
Media take(const Media& offered, const Agreed& agreed, const LocalMedia& local) {
  Media line;
  line.type = offered.type;
  line.transport = offered.transport;
  line.port = local.port;
  line.address = local.address;
  line.address_v6 = local.v6;
  line.direction = agreed.direction;
  line.ptime = local.ptime;
  line.rtcp_mux = agreed.rtcp_mux;
  line.formats.reserve(2);
  const Capability& ours = *best_codec(offered, local);
  line.formats.push_back(
      {agreed.receive_payload_type, ours.encoding, ours.clock_rate, ours.channels, ours.parameters});
  if (agreed.receive_event_payload_type)
    line.formats.push_back({*agreed.receive_event_payload_type, std::string(kTelephoneEvent), ours.clock_rate,
                            1, std::string(kAllDigits)});
  return line;
}

}  // namespace

base::Result<Agreed> Negotiation::accept_offer(std::string_view sdp, const LocalMedia& local) {
  auto offer = SessionDescription::parse(sdp);
  if (!offer) return std::unexpected(std::move(offer.error()));
  auto index = choose_line(offer->media, local);
  if (!index) return std::unexpected(std::move(index.error()));
  const Media& theirs = offer->media[*index];

  Agreed agreed;
  if (auto result = agree_on_transport(agreed, theirs, local); !result)
    return std::unexpected(std::move(result.error()));
  agreed.common = common_codecs(theirs, local);
  agreed.send = agreed.common.front();
  agreed.receive_payload_type = agreed.send.payload_type;
  const Format* event = local.telephone_event ? find_event(theirs.formats, agreed.send.clock_rate) : nullptr;
  if (event) agreed.send_event_payload_type = agreed.receive_event_payload_type = event->payload_type;

  std::vector<Media> lines;
  lines.reserve(offer->media.size());
  for (std::size_t i = 0; i < offer->media.size(); ++i)
    lines.push_back(i == *index ? take(theirs, agreed, local) : refuse(offer->media[i], local));

  for (const Capability& codec : agreed.common)
    remember({codec.payload_type, codec.encoding, codec.clock_rate, codec.channels, {}});
  if (event) remember(*event);
  lines_ = lines;
  audio_line_ = *index;
  answer_ = publish(std::move(lines), local);
  agreed_ = agreed;
  return agreed;
}

}  // namespace polyfon::sdp
