// check_plan: what `polyfon check` says of a plan beyond its grammar: applications that nobody has, those
// that polyfon has not yet, places to go to that do not exist, includes of nothing. Warnings alone: a call
// that never comes by is not hurt. Pure. thread: any.
#pragma once
#include "config/diagnostic.h"
#include "dialplan/plan.h"

namespace polyfon::dialplan {

// Targets with variables in them are not looked at. `now` is for includes with hours.
void check_plan(const Plan& plan, config::Diagnostics& diagnostics, base::WallTime now);

}  // namespace polyfon::dialplan
