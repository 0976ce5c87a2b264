// What the transaction layer counts; UserAgentCounters (sip/dialog/user_agent.h) extends it. thread: control
// writes.
#pragma once
#include "base/metrics.h"

namespace polyfon::sip {

struct TransactionCounters {
  base::Counter sent;                        // every message that left, repeated or not
  base::Counter retransmitted;               // of those, repeated by a timer or for a repeated request
  base::Counter absorbed_retransmissions;    // requests and responses that a transaction had seen before
  base::Counter dropped_unmatched_response;  // no client transaction of ours has that branch
  base::Counter unexpected_events;           // an event that the state table has no arrow for
  base::Counter timeouts;                    // timers B, F and H
  base::Counter transport_errors;            // the sink refused
};

}  // namespace polyfon::sip
