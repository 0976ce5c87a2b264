// ServerInvite: the INVITE or re-INVITE that we are answering: how to write its responses, what of them is
// repeated until PRACK or ACK comes, and what waits behind it (RFC 3261 13.3.1, RFC 3262 3). thread: control.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "sip/dialog/response_head.h"
#include "sip/dialog/user_agent.h"
#include "sip/transaction/transaction.h"

namespace polyfon::sip {

struct ServerInvite {
  static constexpr std::size_t kMaxQueued = 8;

  struct Provisional {
    int status;
    std::string sdp;
    std::vector<HeaderField> headers;
  };
  struct Success {
    std::string sdp;
    std::vector<HeaderField> headers;
  };

  ServerId transaction;
  ResponseHead head;
  Flow flow;  // where its responses go
  std::uint32_t cseq = 0;
  bool has_offer = false;
  bool final_sent = false;

  // What is sent again, by a timer that starts at T1: a 2xx or a reliable 1xx; empty: nothing.
  std::string repeated;
  base::Duration interval{};
  base::Instant give_up{};

  // RFC 3262: only when the caller requires 100rel.
  bool reliable = false;
  bool unacknowledged = false;  // a reliable 1xx waits for its PRACK
  bool unacknowledged_sdp = false;
  std::uint32_t rseq = 0;
  std::vector<Provisional> queued;
  std::optional<Success> delayed;  // RFC 3262 3: no 2xx before the PRACK of a 1xx with SDP
};

}  // namespace polyfon::sip
