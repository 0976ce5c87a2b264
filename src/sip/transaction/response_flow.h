// Where a response goes: RFC 3261 18.2.2, RFC 3581 4. thread: any.
#pragma once
#include "sip/message/headers.h"
#include "sip/transaction/flow.h"

namespace polyfon::sip {

// Never a third host: `maddr` is not obeyed, or a stranger could aim our answers at whom he likes.
Flow response_flow(const Flow& received, const Via& top);

}  // namespace polyfon::sip
