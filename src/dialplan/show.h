// show_plan: what `dialplan show [extension@][context]` prints, in Asterisk's columns (asterisk 4.1), which
// scripts read. Pure. thread: any.
#pragma once
#include <string>
#include <string_view>

#include "dialplan/plan.h"

namespace polyfon::dialplan {

// `argument`: "", "context", "extension@context" or "extension@" (in all contexts).
std::string show_plan(const Plan& plan, std::string_view argument);

}  // namespace polyfon::dialplan
