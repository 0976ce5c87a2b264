#include "dialplan/blocks.h"

#include "base/text.h"

namespace polyfon::dialplan {
namespace {

// The steps behind `from`, in the extension that the call is in.
template <class Fn>
void each_step_behind(const Plan& plan, const call::DialplanPosition& from, std::string_view caller_number,
                      base::WallTime now, Fn&& fn) {
  const auto found = plan.find(from.context, from.extension, from.priority, caller_number, now);
  if (!found) return;
  for (const Step& step : found.extension->steps)
    if (step.priority > from.priority && fn(step)) return;
}

}  // namespace

std::optional<int> find_end_while(const Plan& plan, const call::DialplanPosition& from,
                                  std::string_view caller_number, base::WallTime now) {
  int open = 0;
  std::optional<int> end;
  each_step_behind(plan, from, caller_number, now, [&](const Step& step) {
    if (base::iequals(step.application, "While")) ++open;
    if (base::iequals(step.application, "EndWhile") && open-- == 0) end = step.priority;
    return end.has_value();
  });
  return end;
}

std::optional<IfPart> find_if_part(const Plan& plan, const call::DialplanPosition& from, bool only_end,
                                   std::string_view caller_number, base::WallTime now) {
  int open = 0;
  std::optional<IfPart> part;
  each_step_behind(plan, from, caller_number, now, [&](const Step& step) {
    if (base::iequals(step.application, "If")) {
      ++open;
    } else if (base::iequals(step.application, "EndIf")) {
      if (open-- == 0) part = {IfPart::Kind::kEndIf, step.priority};
    } else if (open == 0 && !only_end) {
      if (base::iequals(step.application, "ElseIf")) part = {IfPart::Kind::kElseIf, step.priority};
      if (base::iequals(step.application, "Else")) part = {IfPart::Kind::kElse, step.priority};
    }
    return part.has_value();
  });
  return part;
}

}  // namespace polyfon::dialplan
