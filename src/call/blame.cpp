#include "call/blame.h"

namespace polyfon::call {

namespace {

int rank_of(int sip_status) {
  switch (sip_status) {
    case 0: return 1;
    case 503:
      return 2;  // one of our ways is full: nothing that the caller is told while there is another word
    case 408: return 4;
    case 486: return 6;
    case 415:
    case 420:
    case 484: return 7;
    default: break;
  }
  if (sip_status >= 600) return 9;
  if (sip_status >= 500) return 3;
  return sip_status >= 400 ? 5 : 8;
}

}  // namespace

void Blame::add(int sip_status, HangupCause cause) {
  const int rank = rank_of(sip_status);
  if (rank < rank_) return;
  rank_ = rank;
  status_ = sip_status;
  cause_ = cause;
}

int Blame::status_to_pass() const { return status_ == 440 || status_ == 482 || status_ == 483 ? status_ : 0; }

}  // namespace polyfon::call
