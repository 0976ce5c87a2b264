// SDP from strangers: what parses is written and read back the same, and neither an offer nor an answer of
// any kind breaks a negotiation: what it accepts, its own parser and a peer of its kind understand.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "sdp/negotiation.h"

namespace {

using namespace polyfon::sdp;

void require(bool holds) {
  if (!holds) std::abort();
}

LocalMedia local_media() {
  LocalMedia local;
  local.address = "198.51.100.1";
  local.port = 10000;
  local.rtcp_mux = true;
  local.codecs = {
      {.encoding = "PCMA", .payload_type = 8, .parameters = {}},
      {.encoding = "PCMU", .payload_type = 0, .parameters = {}},
      {.encoding = "opus", .clock_rate = 48000, .channels = 2, .payload_type = 107, .parameters = {}},
      {.encoding = "iLBC", .payload_type = 97, .parameters = "mode=20"}};
  return local;
}

void write_and_read_again(const SessionDescription& first) {
  std::string text = first.to_string();
  if (text.size() > kMaxBytes) return;  // written at greater length than it came
  auto second = SessionDescription::parse(text);
  require(second.has_value());
  require(second->media == first.media);
  require(SessionDescription::parse(second->to_string()) == *second);
}

void check(const Agreed& agreed) {
  require(!agreed.common.empty() && agreed.remote_port != 0);
  require(!agreed.remote_address.empty() || !sends(agreed.direction));
  require(agreed.ptime >= 10 && agreed.ptime <= 150);
}

void as_offer(std::string_view text) {
  if (text.size() > kMaxBytes / 2) return;  // our answer may be the longer one
  LocalMedia local = local_media();
  Negotiation here(1);
  auto agreed = here.accept_offer(text, local);
  if (!agreed) return;
  check(*agreed);
  std::string answer = here.answer();
  auto ours = SessionDescription::parse(answer);
  auto theirs = SessionDescription::parse(text);
  require(ours && theirs && ours->media.size() == theirs->media.size());
  require(here.accept_offer(text, local) && here.answer() == answer);
  auto again = SessionDescription::parse(here.make_offer(local));
  require(again && again->media.size() == theirs->media.size());
  Negotiation peer(2);
  auto there = peer.accept_offer(here.make_offer(local), local);
  require(there && here.accept_answer(peer.answer()));
}

void as_answer(std::string_view text) {
  Negotiation here(1);
  here.make_offer(local_media());
  if (auto agreed = here.accept_answer(text)) check(*agreed);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  if (auto description = SessionDescription::parse(text)) write_and_read_again(*description);
  as_offer(text);
  as_answer(text);
  return 0;
}
