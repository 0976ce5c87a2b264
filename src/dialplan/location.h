// Location: "[[context,]extension,]priority" as Goto, Gosub and their kin take it; the priority a number, a
// label, or relative (+n, -n) to where the channel is (asterisk 1.8). Pure. thread: any.
#pragma once
#include <optional>
#include <string_view>

#include "base/result.h"
#include "call/script.h"
#include "dialplan/plan.h"

namespace polyfon::dialplan {

// Where `text` leads from `from`. A label is looked up in the plan, includes too; a priority need not exist
// (asterisk: a bad target is an unknown extension of the new context). Errors: no priority; a label that is
// nowhere.
base::Result<call::DialplanPosition> resolve_location(const Plan& plan, const call::DialplanPosition& from,
                                                      std::string_view text,
                                                      std::string_view caller_id_number, base::WallTime now);

}  // namespace polyfon::dialplan
