// Parameter: one step through `;name=value;flag` of a header value (RFC 3261 25.1 generic-param). Private to
// sip/message. thread: any.
#pragma once
#include <string_view>

#include "base/result.h"
#include "sip/message/grammar.h"

namespace polyfon::sip {

struct Parameter {
  std::string_view name, value;
};

enum class ParameterStep { kFound, kEnd, kBroken };

// The cursor stands before ';' and its blanks; at anything else it is kEnd and nothing but blanks is
// consumed. An empty value behind '=' is taken (";rport="), an empty name is not.
ParameterStep next_parameter(grammar::Cursor& cursor, Parameter& parameter);

// Walks all of them and returns their text from the first ';' (empty without any); the cursor stands behind
// them.
base::Result<std::string_view> take_parameters(grammar::Cursor& cursor, std::string_view header);

}  // namespace polyfon::sip
