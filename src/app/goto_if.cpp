// GotoIf, GotoIfTime: jumps that depend on a condition or on the time.
#include <fmt/format.h>

#include "base/text.h"
#include "dialplan/application.h"
#include "dialplan/condition.h"
#include "dialplan/interpreter.h"
#include "dialplan/local_time.h"
#include "dialplan/time_spec.h"

namespace polyfon::app {
namespace {

using dialplan::AppContext;
using dialplan::AppResult;

AppResult take(const AppContext& context, std::string_view label) {
  if (base::trim(label).empty()) return AppResult::go_on();
  return context.interpreter.go_to(context.channel, label, context.where) ? AppResult::jump()
                                                                          : AppResult::hangup();
}

base::Task<AppResult> run_goto_if(AppContext context, std::string arguments) {
  const auto branches = dialplan::split_branches(arguments);
  if (branches.if_true.empty() && branches.if_false.empty())
    context.interpreter.warn_once(
        context.where,
        fmt::format("GotoIf({}) names no place: expected condition?here:there", base::printable(arguments)));
  co_return take(context,
                 dialplan::is_true(base::trim(branches.condition)) ? branches.if_true : branches.if_false);
}

// TESTTIME, "2026-03-02 12:00:00" on the clock of that zone, instead of now.
base::WallTime time_of(const AppContext& context, const std::string& zone) {
  const base::WallTime now = context.interpreter.clock().wall();
  const auto at = context.channel.variables.find("TESTTIME");
  if (at == context.channel.variables.end() || at->second.empty()) return now;
  const auto tested = dialplan::parse_local_time(at->second, zone, "%Y-%m-%d %H:%M:%S");
  if (tested) return *tested;
  context.interpreter.warn_once(context.where, fmt::format("TESTTIME is '{}': expected 2026-03-02 12:00:00",
                                                           base::printable(at->second)));
  return now;
}

base::Task<AppResult> run_goto_if_time(AppContext context, std::string arguments) {
  const auto branches = dialplan::split_branches(arguments);
  if (branches.if_true.empty() && branches.if_false.empty()) {
    context.interpreter.warn_once(
        context.where,
        fmt::format("GotoIfTime({}): expected times,weekdays,mdays,months[,timezone]?here:there",
                    base::printable(arguments)));
    co_return AppResult::hangup();
  }
  std::vector<std::string> said;
  const auto spec = dialplan::TimeSpec::parse(branches.condition, said);
  for (const auto& each : said) context.interpreter.warn_once(context.where, each);
  co_return take(context, spec.matches(time_of(context, spec.zone())) ? branches.if_true : branches.if_false);
}

constexpr std::string_view kKin[] = {"Goto", "GotoIf", "GotoIfTime", "GosubIf", "ExecIf"};

const dialplan::Registration kGotoIf{
    {.name = "GotoIf",
     .synopsis = "Conditional goto.",
     .syntax = "GotoIf(condition?[labeliftrue][:labeliffalse])",
     .description =
         "Goes to the first place when the condition is true, else to the second; goes on with the next step "
         "when that\n"
         "one is not given. A place is [[context,]extension,]priority as in Goto. False are the empty text "
         "and "
         "what\n"
         "begins with the number 0; everything else is true.",
     .options = {},
     .see_also = kKin},
    run_goto_if};
const dialplan::Registration kGotoIfTime{
    {.name = "GotoIfTime",
     .synopsis = "Conditional Goto based on the current time.",
     .syntax = "GotoIfTime(times,weekdays,mdays,months[,timezone]?[labeliftrue][:labeliffalse])",
     .description = "Goes to the first place when the time is in all the ranges, else to the second: "
                    "GotoIfTime(9:00-17:00,mon-fri,*,*?open,s,1). Ranges may wrap round (17:02-8:58, "
                    "fri-mon), '&' joins "
                    "several, '*'\n"
                    "is all. The variable TESTTIME, 2026-03-02 12:00:00, is taken instead of now.",
     .options = {},
     .see_also = kKin},
    run_goto_if_time};

}  // namespace
}  // namespace polyfon::app
