// Variables: reading and setting what ${NAME} names: channel variables, globals, and functions that can be
// written (asterisk 1.5). thread: control.
#pragma once
#include <string>
#include <string_view>

#include "base/result.h"
#include "dialplan/expansion.h"

namespace polyfon::dialplan {

inline constexpr std::size_t kMaxGlobals = 100'000;

// The name without the underscores that ask for inheritance: _X and __X are X.
std::string_view plain_name(std::string_view name);

// What Set() does with one assignment: NAME=value sets a variable of the channel (a global without one);
// _NAME and __NAME are the same name, to be inherited; NAME(arguments)=value writes a function:
// CALLERID(num)=100, GLOBAL(x)=1. Errors: a function that is read-only, unknown or does not take it; an empty
// name; too many variables; a value that is longer than kMaxExpandedBytes.
base::Result<> set_variable(const ExpansionContext& context, std::string_view name, std::string_view value);
// The same for applications that report a result (DIALSTATUS); functions with globals need the form above.
base::Result<> set_variable(call::Channel& channel, std::string_view name, std::string_view value);

// "NAME=value", split at the first '=', everything after it verbatim.
base::Result<> assign(const ExpansionContext& context, std::string_view assignment);

}  // namespace polyfon::dialplan
