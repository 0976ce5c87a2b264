// Variables: reading and setting what ${NAME} names: channel variables, globals, and functions that can be
// written (asterisk 1.5). thread: control.
#pragma once
#include <string>
#include <string_view>

#include "dialplan/expansion.h"

namespace polyfon::dialplan {

// What Set() does with one assignment: NAME=value sets a variable of the channel (a global without one);
// _NAME and __NAME are the same name, to be inherited; NAME(arguments)=value writes a function:
// CALLERID(num)=100, GLOBAL(x)=1. False and a warning when it cannot be: a function that is read-only or
// unknown, an empty name, too many variables.
bool set_variable(const ExpansionContext& context, std::string_view name, std::string_view value);
// The same for applications that report a result (DIALSTATUS); functions with globals need the form above.
bool set_variable(call::Channel& channel, std::string_view name, std::string_view value);

// "NAME=value", split at the first '=', everything after it verbatim. False and a warning without a '='.
bool assign(const ExpansionContext& context, std::string_view assignment);

}  // namespace polyfon::dialplan
