// SessionDescription: SDP as values (RFC 8866), what a telephone needs of it: audio first, other media kept
// so that an answer can refuse them in order (RFC 3264 6). Parsing never throws and never reads past its
// limits. thread: any.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace polyfon::sdp {

inline constexpr std::size_t kMaxBytes = 16384;
inline constexpr std::size_t kMaxMedia = 16;
inline constexpr std::size_t kMaxFormats = 64;      // of one m= line
inline constexpr std::size_t kMaxAttributes = 256;  // a= lines of the whole description

enum class Direction : std::uint8_t { kSendRecv, kSendOnly, kRecvOnly, kInactive };
std::string_view to_string(Direction direction);  // "sendrecv"
Direction reversed(Direction direction);          // what the other side sees
Direction both(Direction a, Direction b);         // sends what both let send, receives what both let receive
constexpr bool sends(Direction direction) {
  return direction == Direction::kSendRecv || direction == Direction::kSendOnly;
}
constexpr bool receives(Direction direction) {
  return direction == Direction::kSendRecv || direction == Direction::kRecvOnly;
}

struct Format {
  std::uint8_t payload_type = 0;
  std::string
      encoding;  // "PCMA" as written; filled for static types without rtpmap; "" for a dynamic one without
  std::uint32_t clock_rate = 8000;
  std::uint8_t channels = 1;
  std::string parameters;  // fmtp, verbatim

  bool operator==(const Format&) const = default;
};

struct Media {
  std::string type;             // "audio", "video", "image" ...
  std::uint16_t port = 0;       // 0: rejected
  std::string transport;        // "RTP/AVP"
  std::vector<Format> formats;  // RTP media; formats that are no payload type stand in format_list only
  std::string format_list;  // the formats as written, for media that are only refused; "": those of `formats`
  std::string address;      // c= of the media, or of the session when it has none; "" when neither
  bool address_v6 = false;
  Direction direction = Direction::kSendRecv;  // of the media, else of the session
  std::uint16_t ptime = 0;                     // milliseconds; 0: absent
  std::uint16_t max_ptime = 0;                 // milliseconds; 0: absent
  std::uint16_t rtcp_port = 0;                 // a=rtcp (RFC 3605); 0: port + 1
  bool rtcp_mux = false;                       // RFC 5761

  bool operator==(const Media&) const = default;
};

struct SessionDescription {
  std::string origin_user = "-";
  std::uint64_t session_id = 0;  // 0 too when the peer's is no 64 bit number: nothing depends on it
  std::uint64_t version = 0;
  std::string origin_address;
  bool origin_v6 = false;
  std::string session_name = "-";
  std::vector<Media> media;

  // CRLF or LF lines; unknown lines and attributes are ignored. kInvalid names the line, kLimit the limit.
  static base::Result<SessionDescription> parse(std::string_view text);
  std::string to_string() const;  // CRLF lines
  const Media* audio() const;     // the first audio with a port, or the first audio; nullptr: none

  bool operator==(const SessionDescription&) const = default;
};

}  // namespace polyfon::sdp
