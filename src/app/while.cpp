// While, EndWhile, ExitWhile, ContinueWhile: loops within one extension.
#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "dialplan/application.h"
#include "dialplan/blocks.h"
#include "dialplan/call_state.h"
#include "dialplan/condition.h"
#include "dialplan/interpreter.h"

namespace polyfon::app {
namespace {

using dialplan::AppContext;
using dialplan::AppResult;
using dialplan::CallState;
using dialplan::Loop;

void warn(const AppContext& context, std::string_view text) {
  context.interpreter.warn_once(context.where, text);
}

bool same_place(const call::DialplanPosition& a, const call::DialplanPosition& b) {
  return a.context == b.context && a.extension == b.extension;
}

// The loop that the channel is in here; those further in that were left by a Goto are forgotten.
Loop* current_loop(AppContext& context) {
  CallState& state = CallState::of(context.channel);
  const auto& here = context.channel.position;
  const auto at = std::find_if(state.loops.rbegin(), state.loops.rend(), [&](const Loop& loop) {
    return loop.depth == state.subroutines().size() && same_place(loop.at, here) &&
           loop.at.priority <= here.priority;
  });
  if (at == state.loops.rend()) return nullptr;
  state.loops.erase(at.base(), state.loops.end());
  return &state.loops.back();
}

AppResult behind_the_end(AppContext& context, std::string_view application) {
  auto& channel = context.channel;
  const auto end = dialplan::find_end_while(*context.interpreter.plan(), channel.position,
                                            channel.caller_id.number, context.interpreter.clock().wall());
  if (!end) {
    warn(context, fmt::format("{}: there is no EndWhile for it: going on with the next step", application));
    return AppResult::go_on();
  }
  channel.position.priority = *end + 1;
  return AppResult::jump();
}

base::Task<AppResult> run_while(AppContext context, std::string arguments) {
  CallState& state = CallState::of(context.channel);
  Loop* loop = current_loop(context);
  const bool again = loop && loop->at.priority == context.channel.position.priority;
  if (!dialplan::is_true(base::trim(arguments))) {
    if (again) state.loops.pop_back();
    co_return behind_the_end(context, "While");
  }
  if (!again) {
    if (state.loops.size() >= dialplan::kMaxLoops) state.loops.erase(state.loops.begin());
    state.loops.push_back({context.channel.position, state.subroutines().size()});
  }
  co_return AppResult::go_on();
}

AppResult back_to_while(AppContext& context, std::string_view application) {
  const Loop* loop = current_loop(context);
  if (!loop) {
    warn(context, fmt::format("{} without a While: going on with the next step", application));
    return AppResult::go_on();
  }
  context.channel.position = loop->at;
  return AppResult::jump();
}

base::Task<AppResult> run_end_while(AppContext context, std::string) {
  co_return back_to_while(context, "EndWhile");
}

base::Task<AppResult> run_continue_while(AppContext context, std::string) {
  co_return back_to_while(context, "ContinueWhile");
}

base::Task<AppResult> run_exit_while(AppContext context, std::string) {
  if (current_loop(context)) CallState::of(context.channel).loops.pop_back();
  co_return behind_the_end(context, "ExitWhile");
}

constexpr std::string_view kKin[] = {"While", "EndWhile", "ExitWhile", "ContinueWhile", "GotoIf"};

const dialplan::Registration kWhile{
    {.name = "While",
     .synopsis = "Start a while loop.",
     .syntax = "While(expr)",
     .description = "While the expression is true the steps up to EndWhile are run again and again: "
                    "While($[${i} < 3]). When it is\n"
                    "false the call goes on behind the EndWhile that belongs to it.",
     .options = {},
     .see_also = kKin},
    run_while};
const dialplan::Registration kEndWhile{{.name = "EndWhile",
                                        .synopsis = "End a while loop.",
                                        .syntax = "EndWhile()",
                                        .description = "Returns to the While() that it belongs to.",
                                        .options = {},
                                        .see_also = kKin},
                                       run_end_while};
const dialplan::Registration kContinueWhile{{.name = "ContinueWhile",
                                             .synopsis = "Restart a While loop.",
                                             .syntax = "ContinueWhile()",
                                             .description = "Returns to the While() at once.",
                                             .options = {},
                                             .see_also = kKin},
                                            run_continue_while};
const dialplan::Registration kExitWhile{
    {.name = "ExitWhile",
     .synopsis = "End a While loop.",
     .syntax = "ExitWhile()",
     .description = "Goes on behind the EndWhile, whatever the condition is.",
     .options = {},
     .see_also = kKin},
    run_exit_while};

}  // namespace
}  // namespace polyfon::app
