// Keep-alives on a flow (RFC 5626 3.5, 5.4): a double CRLF is answered with one; on UDP a STUN Binding
// request with the address that it came from (RFC 5389 7.3, 15.2). Pure. thread: any.
#pragma once
#include <span>
#include <string>
#include <string_view>

#include "sip/transaction/flow.h"

namespace polyfon::sip {

// No SIP message begins so (RFC 5764 5.1.2).
constexpr bool is_stun(std::span<const char> bytes) {
  return !bytes.empty() && static_cast<unsigned char>(bytes[0]) < 4;
}

// What to answer, written into `out`; empty: nothing.
std::string_view answer_keep_alive(const Flow& flow, std::span<const char> bytes, std::string& out);

}  // namespace polyfon::sip
