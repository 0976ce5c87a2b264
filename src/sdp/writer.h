// Writes a SessionDescription in two parts, so that an unchanged description can be told by the second (the
// version of o= may only grow when something else changed, RFC 3264 8). thread: any.
#pragma once
#include <string>

#include "sdp/session_description.h"

namespace polyfon::sdp {

void append_origin(std::string& out, const SessionDescription& description);  // v= and o=
void append_body(std::string& out, const SessionDescription& description);    // s= and all that follows

}  // namespace polyfon::sdp
