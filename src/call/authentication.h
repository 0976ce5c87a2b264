// Authentication of a request by digest against one account (RFC 3261 22, RFC 7616): used for INVITE and
// REGISTER alike, so that a name that does not exist, a wrong password and no password at all look the same.
// Pure. thread: control.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "config/snapshot.h"
#include "sip/auth/digest.h"
#include "sip/message/message.h"
#include "sip/transaction/flow.h"

namespace polyfon::call {

enum class DigestVerdict {
  kGood,
  kNone,   // no credentials for our realm: challenge
  kStale,  // right, but for an old nonce: challenge with stale=true
  kWrong,
};

// `endpoint` null: the name does not exist; costs the same and is never good.
DigestVerdict authenticate(const sip::Message& request, const config::Endpoint* endpoint,
                           std::string_view realm, const sip::NonceSource& nonces, base::Instant now);

// Values of WWW-Authenticate, one for each algorithm that polyfon.conf lists, in its order (RFC 8760 2.3).
std::vector<std::string> make_challenges(const config::Snapshot& snapshot, const sip::NonceSource& nonces,
                                         base::Instant now, bool stale);

// permit=, deny= and transport= of the account let in what came so.
bool may_come_by(const config::Endpoint& endpoint, const sip::Flow& flow);

}  // namespace polyfon::call
