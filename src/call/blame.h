// Blame: which of several failures of one Dial() the caller hears. Pure. thread: any.
#pragma once
#include "call/hangup_cause.h"

namespace polyfon::call {

// RFC 3261 16.7 step 6, for one who is no proxy: what the user said (6xx) counts before what a phone said,
// then what helps the caller to call again, then what others might not say; of equals the last. A challenge
// is for our password, not the caller's, so it is a refusal like another.
class Blame {
 public:
  // `sip_status` 0: nothing came that has one.
  void add(int sip_status, HangupCause cause);
  HangupCause cause() const { return cause_; }
  // What the caller is told beside what the cause says: 440, 482 and 483, so that everybody on a loop hears
  // of it (RFC 5393); else 0.
  int status_to_pass() const;

 private:
  HangupCause cause_ = HangupCause::kNone;
  int rank_ = 0, status_ = 0;
};

}  // namespace polyfon::call
