// Admission: who calls (an account by its From, a trunk by its address, a guest) and whether it may: access
// list, digest, call-limit (chan_sip's check_peer_ok, asterisk 3.1). Decides on one INVITE; keeps nothing.
// thread: control.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "base/time.h"
#include "call/location.h"
#include "config/snapshot.h"
#include "sip/auth/digest.h"
#include "sip/message/message.h"
#include "sip/transaction/flow.h"

namespace polyfon::call {

struct Admission {
  enum class Verdict {
    kAdmit,      // endpoint is set, or null: a guest
    kChallenge,  // 401 with `challenges`; also for names that do not exist, so that they cannot be told from
                 // others
    kRefuse,     // with `status`
  } verdict = Verdict::kRefuse;
  int status = 403;
  std::string reason;  // for the log
  std::shared_ptr<const config::Endpoint> endpoint;
  config::CallerId caller_id;  // what the call shows: the endpoint's own, else From
  std::vector<std::string> challenges;
};

Admission admit(const sip::Message& invite, const sip::Flow& flow, const config::Snapshot& snapshot,
                const Location& location, const sip::NonceSource& nonces, base::Instant now);

}  // namespace polyfon::call
