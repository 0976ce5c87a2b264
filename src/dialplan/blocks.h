// Blocks: which step of an extension ends a While() or an If(), by the names of the applications between
// (asterisk 1.8). Pure. thread: any.
#pragma once
#include <optional>
#include <string_view>

#include "call/script.h"
#include "dialplan/plan.h"

namespace polyfon::dialplan {

// The priority of the EndWhile that belongs to the loop that `from` is in: the first one behind it that is
// not that of a further While. nullopt: there is none.
std::optional<int> find_end_while(const Plan& plan, const call::DialplanPosition& from,
                                  std::string_view caller_number, base::WallTime now);

struct IfPart {
  enum class Kind { kElseIf, kElse, kEndIf } kind;
  int priority;
};
// The next part of the If() that `from` is in; with `only_end`, its EndIf.
std::optional<IfPart> find_if_part(const Plan& plan, const call::DialplanPosition& from, bool only_end,
                                   std::string_view caller_number, base::WallTime now);

}  // namespace polyfon::dialplan
