// ACK of a non-2xx (RFC 3261 17.1.1.3) and CANCEL (9.1): requests that are made of the INVITE they belong to.
#pragma once
#include <string>
#include <string_view>

#include "sip/message/message.h"

namespace polyfon::sip {

// Both keep the Request-URI, the top Via, Route, From, Call-ID and CSeq number. `response_to` is the To of
// the response.
std::string_view write_ack(std::string& out, const Message& invite, std::string_view response_to);
std::string_view write_cancel(std::string& out, const Message& invite, std::string_view reason);

}  // namespace polyfon::sip
