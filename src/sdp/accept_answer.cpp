// Negotiation::accept_answer (RFC 3264 7).
#include <fmt/format.h>

#include "base/text.h"
#include "sdp/matching.h"

namespace polyfon::sdp {
namespace {

using base::ErrorCode;

// The offered format that the answer's `theirs` is. A dynamic type whose rtpmap was left out can only be
// ours.
const Format* find_offered(const std::vector<Format>& offered, const Format& theirs) {
  for (const Format& ours : offered)
    if (theirs.encoding.empty() ? ours.payload_type == theirs.payload_type : same_codec(ours, theirs))
      return &ours;
  return nullptr;
}

// The line that answers our audio. An answer must have our m-lines (RFC 3264 6); peers that leave out refused
// ones are understood as long as there is audio.
base::Result<const Media*> find_audio(const SessionDescription& answer, std::size_t index,
                                      std::size_t count) {
  const Media* audio = answer.media.size() > index && answer.media[index].type == "audio"
                           ? &answer.media[index]
                           : answer.audio();
  if (!audio)
    return base::fail(
        ErrorCode::kInvalid,
        fmt::format("the answer has {} m= lines and no audio, the offer had {}", answer.media.size(), count));
  if (audio->port == 0) return base::fail(ErrorCode::kUnsupported, "the answer refuses the audio stream");
  if (!is_plain_rtp(*audio))
    return base::fail(ErrorCode::kUnsupported, fmt::format("the answer's audio is {}, RTP/AVP was offered",
                                                           base::printable(audio->transport, 32)));
  return audio;
}

}  // namespace

base::Result<Agreed> Negotiation::accept_answer(std::string_view sdp) {
  if (!offered_) return base::fail(ErrorCode::kInvalid, "an answer came without an offer of ours");
  auto answer = SessionDescription::parse(sdp);
  if (!answer) return std::unexpected(std::move(answer.error()));
  auto audio = find_audio(*answer, audio_line_, lines_.size());
  if (!audio) return std::unexpected(std::move(audio.error()));
  const Media& theirs = **audio;

  Agreed agreed;
  if (auto result = agree_on_transport(agreed, theirs, offered_->local); !result)
    return std::unexpected(std::move(result.error()));
  // RFC 3264 7: what the answerer lists first is what it likes best.
  const Format* chosen = nullptr;
  for (const Format& format : theirs.formats) {
    const Format* ours = find_offered(offered_->formats, format);
    if (!ours || base::iequals(ours->encoding, kTelephoneEvent)) continue;
    if (!chosen) chosen = ours;
    agreed.common.push_back(
        {ours->encoding, ours->clock_rate, ours->channels, format.payload_type, format.parameters});
  }
  if (!chosen) return base::fail(ErrorCode::kUnsupported, "the answer has no codec that was offered");
  agreed.send = agreed.common.front();
  agreed.receive_payload_type = chosen->payload_type;
  for (const Format& format : theirs.formats) {
    const Format* ours = find_offered(offered_->formats, format);
    if (!ours || ours->clock_rate != chosen->clock_rate || !base::iequals(ours->encoding, kTelephoneEvent))
      continue;
    agreed.send_event_payload_type = format.payload_type;
    agreed.receive_event_payload_type = ours->payload_type;
    break;
  }
  agreed_ = agreed;
  return agreed;
}

}  // namespace polyfon::sdp
