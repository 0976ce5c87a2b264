// The parts of Negotiation that offers and answers share; make_offer.cpp, accept_answer.cpp and
// accept_offer.cpp have one verb each.
#include "sdp/negotiation.h"

#include "sdp/matching.h"
#include "sdp/writer.h"

namespace polyfon::sdp {

// RFC 3264 5: id and version must fit a signed 64 bit number, the first version below 2^62.
Negotiation::Negotiation(std::uint64_t session_id, std::string user)
    : session_id_(session_id & INT64_MAX), user_(user.empty() ? "-" : std::move(user)) {}

// A payload type keeps its codec and a codec its payload type, once either side has used them.
void Negotiation::remember(const Format& format) {
  std::erase_if(numbers_, [&](const Format& known) {
    return known.payload_type == format.payload_type || same_codec(known, format);
  });
  numbers_.push_back(format);
}

std::string Negotiation::publish(std::vector<Media> lines, const LocalMedia& local) {
  SessionDescription description;
  description.origin_user = user_;
  description.session_id = session_id_;
  description.origin_address = local.address;
  description.origin_v6 = local.v6;
  description.media = std::move(lines);
  std::string body;
  body.reserve(512);
  append_body(body, description);
  // RFC 3264 8: the version grows by one when the description changed, and only then.
  if (body != last_body_) ++version_;
  description.version = version_;
  std::string text;
  text.reserve(body.size() + 96);
  append_origin(text, description);
  text += body;
  last_body_ = std::move(body);
  return text;
}

}  // namespace polyfon::sdp
