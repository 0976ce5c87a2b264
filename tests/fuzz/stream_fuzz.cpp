// The framing of a connection: however the bytes are split, the same messages come out, each of them exact
// and within its limit. The first byte says where to split.
#include <cstdlib>
#include <string>
#include <vector>

#include "sip/transport/stream_framing.h"

using polyfon::sip::Message;
using polyfon::sip::StreamFraming;

namespace {

struct Seen {
  StreamFraming::Kind kind;
  std::string bytes;
  bool valid;
  bool operator==(const Seen&) const = default;
};

void require(bool holds) {
  if (!holds) std::abort();
}

// Pieces of a length that changes from one to the next.
std::vector<Seen> feed(std::span<const char> bytes, std::size_t piece) {
  StreamFraming framing;
  std::vector<Seen> seen;
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t size = std::min(bytes.size() - at, 1 + piece);
    framing.append(bytes.subspan(at, size));
    at += size;
    piece = (piece * 7 + 3) % 97;
    for (auto frame = framing.next(); frame.kind != StreamFraming::Kind::kMore; frame = framing.next()) {
      require(frame.bytes.size() <= StreamFraming::kMaxMessage);
      seen.push_back({frame.kind, std::string(frame.bytes.data(), frame.bytes.size()), frame.valid});
      if (frame.kind == StreamFraming::Kind::kBroken) break;
    }
  }
  return seen;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::span<const char> bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto whole = feed(bytes, bytes.size());
  const auto parts = feed(bytes, data[0]);
  // What is broken shows as much of it as had come.
  require(whole.size() == parts.size());
  for (std::size_t i = 0; i < whole.size(); ++i) {
    require(whole[i].kind == parts[i].kind);
    if (whole[i].kind == StreamFraming::Kind::kBroken) continue;
    require(whole[i] == parts[i]);
    if (whole[i].kind != StreamFraming::Kind::kMessage) continue;
    // The parser agrees with the framing on where the message ends.
    const Message message(std::span<const char>(whole[i].bytes), Message::Framing::kStream);
    require(message.error() != polyfon::sip::ParseError::kContentLength);
    require(whole[i].valid == (message.error() == polyfon::sip::ParseError::kNone));
  }
  return 0;
}
