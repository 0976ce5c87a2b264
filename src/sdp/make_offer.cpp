// Negotiation::make_offer (RFC 3264 5 and 8).
#include <algorithm>

#include "sdp/matching.h"
#include "sdp/static_payload_types.h"

namespace polyfon::sdp {
namespace {

bool contains(const std::vector<Format>& formats, std::uint8_t payload_type) {
  return std::ranges::any_of(formats, [&](const Format& f) { return f.payload_type == payload_type; });
}

}  // namespace

// The payload type that `format` has had in this session; else the one it asks for; else a free dynamic one.
// nullopt when all are taken.
std::optional<std::uint8_t> Negotiation::number_for(const Format& format,
                                                    const std::vector<Format>& taken) const {
  for (const Format& known : numbers_)
    if (same_codec(known, format) && !contains(taken, known.payload_type)) return known.payload_type;
  auto is_free = [&](std::uint8_t number) { return !contains(numbers_, number) && !contains(taken, number); };
  if (is_free(format.payload_type)) return format.payload_type;
  for (std::uint8_t number = kMaxPayloadType; number >= kFirstDynamic; --number)
    if (is_free(number)) return number;
  return std::nullopt;
}

Media Negotiation::offered_audio(const LocalMedia& local) const {
  Media audio;
  audio.type = "audio";
  audio.port = local.port;
  audio.transport = "RTP/AVP";
  audio.address = local.address;
  audio.address_v6 = local.v6;
  audio.direction = local.direction;
  audio.ptime = local.ptime;
  audio.rtcp_mux = local.rtcp_mux;
  audio.formats.reserve(local.codecs.size() + 1);
  auto add = [&](Format format) {
    auto number = number_for(format, audio.formats);
    if (!number) return;
    format.payload_type = *number;
    audio.formats.push_back(std::move(format));
  };
  for (const Capability& codec : local.codecs) {
    if (audio.formats.size() == kMaxFormats) break;
    add({codec.payload_type, codec.encoding, codec.clock_rate, codec.channels, codec.parameters});
  }
  if (!local.telephone_event) return audio;
  // One for each clock among the codecs: digits must keep time with the codec beside them (RFC 4733 2.1).
  for (const Capability& codec : local.codecs)
    if (!find_event(audio.formats, codec.clock_rate))
      add({local.telephone_event_payload_type, std::string(kTelephoneEvent), codec.clock_rate, 1,
           std::string(kAllDigits)});
  return audio;
}

std::string Negotiation::make_offer(const LocalMedia& local) {
  Media audio = offered_audio(local);
  for (const Format& format : audio.formats) remember(format);
  offered_ = Offered{audio.formats, local};
  if (lines_.empty()) {
    lines_.push_back(std::move(audio));
    audio_line_ = 0;
  } else {
    // RFC 3264 8: as many m-lines as before in their order; those that are not ours stay refused.
    if (is_plain_rtp(lines_[audio_line_])) audio.transport = lines_[audio_line_].transport;
    for (Media& line : lines_) {
      line.address = local.address;
      line.address_v6 = local.v6;
    }
    lines_[audio_line_] = std::move(audio);
  }
  return publish(lines_, local);
}

}  // namespace polyfon::sdp
