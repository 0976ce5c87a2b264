// Dialling: what Dial() asks of the exchange, and what came of it. thread: control.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "call/events.h"
#include "call/hangup_cause.h"
#include "media/file/audio.h"

namespace polyfon::call {

struct DialTarget {
  std::string technology;  // "SIP", "PJSIP"
  std::string resource;    // "1001", "1001/79000000000", "79000000000@trunk"
};

// L(x[:y[:z]]): the call ends after `total`; a warning is heard `warn_before` the end, repeated every
// `repeat`.
struct DialLimit {
  base::Duration total{};
  base::Duration warn_before{};
  base::Duration repeat{};
  media::AudioPtr warning;  // null: none
};

struct DialRequest {
  std::vector<DialTarget> targets;
  std::optional<base::Duration> timeout;   // until one answers; nullopt: the session's own limit
  bool ring = false;                       // r: ringing tone to the caller whatever the called side sends
  std::optional<std::string> music_class;  // m: music instead of ringing
  std::optional<DialLimit> limit;
};

struct DialResult {
  DialStatus status = DialStatus::kChanUnavail;
  HangupCause cause = HangupCause::kNone;
  std::string peer_name;           // DIALEDPEERNAME: channel of who answered
  std::string peer_number;         // DIALEDPEERNUMBER: dial string of who answered
  base::Duration dialed_time{};    // from dialling to the end
  base::Duration answered_time{};  // from the answer to the end
};

}  // namespace polyfon::call
