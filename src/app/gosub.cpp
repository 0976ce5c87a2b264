// Gosub, GosubIf, Return, StackPop: subroutines with arguments and variables of their own.
#include <fmt/format.h>

#include "base/text.h"
#include "dialplan/application.h"
#include "dialplan/call_state.h"
#include "dialplan/condition.h"
#include "dialplan/interpreter.h"

namespace polyfon::app {
namespace {

using dialplan::AppContext;
using dialplan::AppResult;
using dialplan::CallState;

void warn(const AppContext& context, std::string_view text) {
  context.interpreter.warn_once(context.where, text);
}

// ARG1 to ARGn and ARGC; arguments of the caller that are not given again are empty inside.
void set_arguments(CallState& state, const std::vector<std::string>& arguments, int callers_count) {
  const int count = static_cast<int>(arguments.size());
  for (int i = 0; i < std::max(count, callers_count); ++i)
    state.set_local(
        fmt::format("ARG{}", i + 1),
        i < count ? std::string_view(arguments[static_cast<std::size_t>(i)]) : std::string_view());
  state.set_local("ARGC", fmt::to_string(count));
}

// "[[context,]extension,]priority[(arguments)]".
AppResult go_sub(const AppContext& context, std::string_view target) {
  const auto called = dialplan::parse_invocation(target);
  if (called.unclosed)
    warn(context, fmt::format("Gosub: the ')' of '{}' is missing", base::printable(target)));
  const call::DialplanPosition caller = context.channel.position;
  if (!context.interpreter.go_to(context.channel, called.name, context.where)) return AppResult::hangup();
  const auto give_up = [&](std::string_view why) {
    warn(context, fmt::format("Gosub({}): {}: the call ends", base::printable(target), why));
    context.channel.position = caller;
    return AppResult::hangup();
  };
  if (!context.interpreter.exists(context.channel, context.channel.position))
    return give_up("there is no such place");
  CallState& state = CallState::of(context.channel);
  const auto arguments = dialplan::split_raw_arguments(called.arguments);
  const int callers_count = state.subroutines().empty() ? 0 : state.subroutines().back().arguments;
  auto entered = state.enter(
      {.caller = caller, .context = {}, .arguments = static_cast<int>(arguments.size()), .hidden = {}});
  if (!entered) return give_up(entered.error().text);
  set_arguments(state, arguments, callers_count);
  return AppResult::jump();
}

base::Task<AppResult> run_gosub(AppContext context, std::string arguments) {
  if (base::trim(arguments).empty()) {
    warn(context, "Gosub needs a place to go to: Gosub([[context,]extension,]priority[(arguments)])");
    co_return AppResult::hangup();
  }
  co_return go_sub(context, arguments);
}

base::Task<AppResult> run_gosub_if(AppContext context, std::string arguments) {
  const auto branches = dialplan::split_branches_outside(arguments);
  if (base::trim(arguments).empty())
    warn(context, "GosubIf needs a condition: GosubIf(condition?here:there)");
  const auto taken = dialplan::is_true(base::trim(branches.condition)) ? branches.if_true : branches.if_false;
  if (base::trim(taken).empty()) co_return AppResult::go_on();
  co_return go_sub(context, taken);
}

base::Task<AppResult> run_return(AppContext context, std::string arguments) {
  auto left = CallState::of(context.channel).leave();
  if (!left) {
    warn(context, "Return without Gosub: there is nothing to return to, and the call ends");
    co_return AppResult::hangup();
  }
  context.channel.variables.insert_or_assign("GOSUB_RETVAL", std::move(arguments));
  context.channel.position = std::move(left->caller);
  ++context.channel.position.priority;
  co_return AppResult::jump();
}

base::Task<AppResult> run_stack_pop(AppContext context, std::string) {
  if (!CallState::of(context.channel).leave()) warn(context, "StackPop: there is no subroutine on the stack");
  co_return AppResult::go_on();
}

constexpr std::string_view kGosubKin[] = {"GosubIf", "Return", "StackPop", "Goto", "Macro"};

const dialplan::Registration kGosub{
    {.name = "Gosub",
     .synopsis = "Jump to label, saving return address.",
     .syntax = "Gosub([[context,]extension,]priority[(arg1[,...][,argN])])",
     .description = "Goes on at another place of the plan until Return(), and then with the step behind this "
                    "one. Inside, "
                    "ARG1 to\n"
                    "ARGn are the arguments and ARGC their number; those of the caller come back with "
                    "Return. LOCAL(name) "
                    "makes\n"
                    "other variables local. A place that does not exist ends the call.",
     .options = {},
     .see_also = kGosubKin},
    run_gosub};

const dialplan::Registration kGosubIf{
    {.name = "GosubIf",
     .synopsis = "Conditionally jump to label, saving return address.",
     .syntax = "GosubIf(condition?[labeliftrue[(args)]][:labeliffalse[(args)]])",
     .description =
         "Gosub to the first place when the condition is true, else to the second; goes on with the "
         "next step when that\n"
         "one is not given.",
     .options = {},
     .see_also = kGosubKin},
    run_gosub_if};

const dialplan::Registration kReturn{
    {.name = "Return",
     .synopsis = "Return from gosub routine.",
     .syntax = "Return([value])",
     .description =
         "Goes on behind the Gosub() that came here; GOSUB_RETVAL is the value. Without a Gosub the "
         "call ends.",
     .options = {},
     .see_also = kGosubKin},
    run_return};

const dialplan::Registration kStackPop{
    {.name = "StackPop",
     .synopsis = "Remove one address from gosub stack.",
     .syntax = "StackPop()",
     .description = "Forgets the innermost Gosub(), its arguments and its local variables, and goes on here.",
     .options = {},
     .see_also = kGosubKin},
    run_stack_pop};

}  // namespace
}  // namespace polyfon::app
