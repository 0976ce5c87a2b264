// If, ElseIf, Else, EndIf, ExitIf: branches within one extension (Asterisk 20.8 and later).
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
using dialplan::IfPart;

std::optional<IfPart> next_part(const AppContext& context, bool only_end) {
  return dialplan::find_if_part(*context.interpreter.plan(), context.channel.position, only_end,
                                context.channel.caller_id.number, context.interpreter.clock().wall());
}

AppResult say_no_end(const AppContext& context, std::string_view application) {
  context.interpreter.warn_once(
      context.where, fmt::format("{}: there is no EndIf for it: going on with the next step", application));
  return AppResult::go_on();
}

// The condition was false: the next ElseIf is asked, an Else is gone into.
AppResult to_next_branch(AppContext& context, std::string_view application) {
  const auto part = next_part(context, false);
  if (!part) return say_no_end(context, application);
  auto& position = context.channel.position;
  position.priority = part->priority + (part->kind == IfPart::Kind::kElseIf ? 0 : 1);
  if (part->kind == IfPart::Kind::kElseIf) CallState::of(context.channel).false_if = position;
  return AppResult::jump();
}

// A branch has been run: what follows is behind the EndIf.
AppResult behind_the_end(AppContext& context, std::string_view application) {
  const auto part = next_part(context, true);
  if (!part) return say_no_end(context, application);
  context.channel.position.priority = part->priority + 1;
  return AppResult::jump();
}

base::Task<AppResult> run_if(AppContext context, std::string arguments) {
  if (dialplan::is_true(base::trim(arguments))) co_return AppResult::go_on();
  co_return to_next_branch(context, "If");
}

base::Task<AppResult> run_else_if(AppContext context, std::string arguments) {
  const auto& here = context.channel.position;
  const auto asked = std::exchange(CallState::of(context.channel).false_if, std::nullopt);
  const bool is_asked = asked && asked->context == here.context && asked->extension == here.extension &&
                        asked->priority == here.priority;
  if (!is_asked) co_return behind_the_end(context, "ElseIf");
  if (dialplan::is_true(base::trim(arguments))) co_return AppResult::go_on();
  co_return to_next_branch(context, "ElseIf");
}

base::Task<AppResult> run_else(AppContext context, std::string) { co_return behind_the_end(context, "Else"); }

base::Task<AppResult> run_end_if(AppContext, std::string) { co_return AppResult::go_on(); }

base::Task<AppResult> run_exit_if(AppContext context, std::string) {
  co_return behind_the_end(context, "ExitIf");
}

constexpr std::string_view kKin[] = {"If", "ElseIf", "Else", "EndIf", "ExitIf", "While", "GotoIf"};

const dialplan::Registration kIf{
    {.name = "If",
     .synopsis = "Start an if branch.",
     .syntax = "If(expr)",
     .description =
         "When the expression is true the steps up to ElseIf, Else or EndIf are run; else those of "
         "the first ElseIf that\n"
         "is true, or of Else. EndIf ends it.",
     .options = {},
     .see_also = kKin},
    run_if};
const dialplan::Registration kElseIf{{.name = "ElseIf",
                                      .synopsis = "Start an else if branch.",
                                      .syntax = "ElseIf(expr)",
                                      .description = "Asked when no branch before it was taken.",
                                      .options = {},
                                      .see_also = kKin},
                                     run_else_if};
const dialplan::Registration kElse{{.name = "Else",
                                    .synopsis = "Define an optional else branch.",
                                    .syntax = "Else()",
                                    .description = "Its steps are run when no branch before it was taken.",
                                    .options = {},
                                    .see_also = kKin},
                                   run_else};
const dialplan::Registration kEndIf{{.name = "EndIf",
                                     .synopsis = "End an if branch.",
                                     .syntax = "EndIf()",
                                     .description = "Ends the If() that it belongs to.",
                                     .options = {},
                                     .see_also = kKin},
                                    run_end_if};
const dialplan::Registration kExitIf{{.name = "ExitIf",
                                      .synopsis = "End an If branch.",
                                      .syntax = "ExitIf()",
                                      .description = "Goes on behind the EndIf at once.",
                                      .options = {},
                                      .see_also = kKin},
                                     run_exit_if};

}  // namespace
}  // namespace polyfon::app
