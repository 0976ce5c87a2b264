// Macro, MacroIf, MacroExit: subroutines of Asterisk up to 20: context macro-NAME, extension s, which return
// at the end of their steps. How they end is Interpreter::leave_macros().
#include <algorithm>

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
using dialplan::Subroutine;

constexpr int kMaxMacros = 7;  // within each other; MACRO_RECURSION says otherwise
constexpr int kMostMacros = 500;

void warn(const AppContext& context, std::string_view text) {
  context.interpreter.warn_once(context.where, text);
}

int allowed_depth(const call::Channel& channel) {
  auto at = channel.variables.find("MACRO_RECURSION");
  if (at == channel.variables.end()) return kMaxMacros;
  return base::parse_number<int>(base::trim(at->second), 1, kMostMacros).value_or(kMaxMacros);
}

AppResult enter_macro(const AppContext& context, std::string_view text) {
  auto& channel = context.channel;
  const auto parts = base::split(text, ',');
  const std::string name(base::trim(parts.front()));
  if (name.empty()) {
    warn(context, "Macro needs a name: Macro(name[,arg1[,...]])");
    return AppResult::go_on();
  }
  CallState& state = CallState::of(channel);
  const auto depth = std::ranges::count(state.subroutines(), Subroutine::Kind::kMacro, &Subroutine::kind);
  if (depth >= allowed_depth(channel)) {
    warn(context, fmt::format("Macro({}): {} macros are within each other already: this one is left out; "
                              "MACRO_RECURSION allows more",
                              base::printable(name), depth));
    return AppResult::go_on();
  }
  call::DialplanPosition start{"macro-" + name, "s", 1};
  if (!context.interpreter.exists(channel, start)) {
    warn(context,
         context.interpreter.plan()->context(start.context)
             ? fmt::format("context '{}' lacks extension s, priority 1: the macro is left out", start.context)
             : fmt::format("there is no context '{}' for macro '{}': it is left out",
                           base::printable(start.context), base::printable(name)));
    return AppResult::go_on();
  }
  const call::DialplanPosition caller = channel.position;
  auto entered = state.enter({.kind = Subroutine::Kind::kMacro,
                              .caller = caller,
                              .context = start.context,
                              .arguments = static_cast<int>(parts.size()) - 1,
                              .hidden = {}});
  if (!entered) {
    warn(context, entered.error().text);
    return AppResult::go_on();
  }
  state.set_local("MACRO_EXTEN", caller.extension);
  state.set_local("MACRO_CONTEXT", caller.context);
  state.set_local("MACRO_PRIORITY", fmt::to_string(caller.priority));
  state.set_local("MACRO_DEPTH", fmt::to_string(depth + 1));
  state.set_local("MACRO_OFFSET", "");
  for (std::size_t i = 1; i < parts.size(); ++i) state.set_local(fmt::format("ARG{}", i), parts[i]);
  channel.position = std::move(start);
  return AppResult::jump();
}

base::Task<AppResult> run_macro(AppContext context, std::string arguments) {
  co_return enter_macro(context, arguments);
}

base::Task<AppResult> run_macro_if(AppContext context, std::string arguments) {
  const auto branches = dialplan::split_branches_outside(arguments);
  const auto taken = dialplan::is_true(base::trim(branches.condition)) ? branches.if_true : branches.if_false;
  if (base::trim(taken).empty()) co_return AppResult::go_on();
  co_return enter_macro(context, taken);
}

// Behind the last step of the macro there is none: that ends it.
base::Task<AppResult> run_macro_exit(AppContext context, std::string) {
  const auto& subroutines = CallState::of(context.channel).subroutines();
  if (subroutines.empty() || subroutines.back().kind != Subroutine::Kind::kMacro) {
    warn(context, "MacroExit outside a macro: the call ends");
    co_return AppResult::hangup();
  }
  context.channel.position = {subroutines.back().context, "s", dialplan::kMaxPriority + 1};
  co_return AppResult::jump();
}

constexpr std::string_view kMacroKin[] = {"Gosub", "MacroIf", "MacroExit", "Goto"};

const dialplan::Registration kMacro{
    {.name = "Macro",
     .synopsis = "Macro Implementation.",
     .syntax = "Macro(name[,arg1[,...][,argN]])",
     .description = "Runs extension s of context macro-NAME and comes back when it has no further step. ARG1 "
                    "to ARGn are "
                    "the\n"
                    "arguments; MACRO_CONTEXT, MACRO_EXTEN and MACRO_PRIORITY say where the macro was "
                    "called. A Goto out "
                    "of the\n"
                    "context ends it; with MACRO_OFFSET=n the call goes on n steps further, if they exist. "
                    "At most seven "
                    "macros are\n"
                    "within each other unless MACRO_RECURSION says so. Asterisk 21 has Gosub only.",
     .options = {},
     .see_also = kMacroKin},
    run_macro};

const dialplan::Registration kMacroIf{
    {.name = "MacroIf",
     .synopsis = "Conditional Macro implementation.",
     .syntax = "MacroIf(condition?macroiftrue[,arg1][,...][:macroiffalse[,arg1][,...]])",
     .description =
         "Runs the first macro when the condition is true, else the second; neither when that one is "
         "not given.",
     .options = {},
     .see_also = kMacroKin},
    run_macro_if};

const dialplan::Registration kMacroExit{
    {.name = "MacroExit",
     .synopsis = "Exit from Macro.",
     .syntax = "MacroExit()",
     .description = "Leaves the macro as if it had no further step. Outside a macro the call ends.",
     .options = {},
     .see_also = kMacroKin},
    run_macro_exit};

}  // namespace
}  // namespace polyfon::app
