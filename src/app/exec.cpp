// Exec, TryExec, ExecIf, ExecIfTime: an application named by a text.
#include <fmt/format.h>

#include "base/text.h"
#include "dialplan/application.h"
#include "dialplan/condition.h"
#include "dialplan/interpreter.h"
#include "dialplan/time_spec.h"

namespace polyfon::app {
namespace {

using dialplan::AppContext;
using dialplan::AppResult;

void warn(const AppContext& context, std::string_view text) {
  context.interpreter.warn_once(context.where, text);
}

// Exec and TryExec substitute what stands in the parentheses a second time.
base::Task<AppResult> run_exec(AppContext context, std::string text) {
  const auto called = dialplan::parse_invocation(text);
  if (called.name.empty()) co_return AppResult::go_on();
  std::string name(called.name);
  std::string arguments =
      co_await context.interpreter.expand(context.channel.id(), std::string(called.arguments));
  co_return co_await context.interpreter.execute(context, std::move(name), std::move(arguments));
}

base::Task<AppResult> run_try_exec(AppContext context, std::string text) {
  const auto called = dialplan::parse_invocation(text);
  const auto set = [&](const char* status) {
    context.channel.variables.insert_or_assign("TRYSTATUS", status);
  };
  if (called.name.empty()) co_return AppResult::go_on();
  std::string name(called.name);
  if (!dialplan::find_application(name) && !dialplan::is_planned_application(name)) {
    warn(context, fmt::format("TryExec: there is no application '{}'", base::printable(name)));
    set("NOAPP");
    co_return AppResult::go_on();
  }
  std::string arguments =
      co_await context.interpreter.expand(context.channel.id(), std::string(called.arguments));
  AppResult result = co_await context.interpreter.execute(context, std::move(name), std::move(arguments));
  const bool failed = result.next == AppResult::Next::kHangup;
  set(failed ? "FAILED" : "SUCCESS");
  co_return failed ? AppResult::go_on() : std::move(result);
}

base::Task<AppResult> run_named(AppContext context, std::string text) {
  const auto called = dialplan::parse_invocation(text);
  if (called.name.empty()) co_return AppResult::go_on();
  if (called.unclosed) warn(context, fmt::format("the ')' of '{}' is missing", base::printable(text)));
  co_return co_await context.interpreter.execute(context, std::string(called.name),
                                                 std::string(called.arguments));
}

// "cond,App,arguments": how it was written before 1.6.
std::optional<std::string> old_form(std::string_view text) {
  const auto comma = text.find(',');
  const auto question = text.find('?');
  if (comma == std::string_view::npos || (question != std::string_view::npos && question < comma))
    return std::nullopt;
  const auto parts = dialplan::split_raw_arguments(text, 3);
  if (!dialplan::is_true(base::trim(parts[0]))) return std::string();
  return parts.size() > 2 ? fmt::format("{}({})", parts[1], parts[2]) : parts[1];
}

base::Task<AppResult> run_exec_if(AppContext context, std::string arguments) {
  if (auto old = old_form(arguments)) {
    warn(context,
         "ExecIf(cond,App,arguments) is the form of Asterisk 1.4: write ExecIf(cond?App(arguments))");
    co_return co_await run_named(context, std::move(*old));
  }
  const auto branches = dialplan::split_branches_outside(arguments);
  const auto taken = dialplan::is_true(base::trim(branches.condition)) ? branches.if_true : branches.if_false;
  co_return co_await run_named(context, std::string(taken));
}

base::Task<AppResult> run_exec_if_time(AppContext context, std::string arguments) {
  const auto question = arguments.find('?');
  if (question == std::string::npos) {
    warn(context, fmt::format("ExecIfTime({}): expected times,days,months...?App(arguments)",
                              base::printable(arguments)));
    co_return AppResult::hangup();
  }
  std::vector<std::string> said;
  const auto spec = dialplan::TimeSpec::parse(std::string_view(arguments).substr(0, question), said);
  for (const auto& each : said) warn(context, each);
  if (!spec.matches(context.interpreter.clock().wall())) co_return AppResult::go_on();
  co_return co_await run_named(context, arguments.substr(question + 1));
}

constexpr std::string_view kKin[] = {"Exec", "TryExec", "ExecIf", "ExecIfTime", "GotoIf", "GotoIfTime"};

const dialplan::Registration kExec{
    {.name = "Exec",
     .synopsis = "Executes dialplan application.",
     .syntax = "Exec(appname(arguments))",
     .description = "Runs an application whose name is computed; its arguments are substituted once more. An "
                    "application that\n"
                    "does not exist, or that would end the call, ends it.",
     .options = {},
     .see_also = kKin},
    run_exec};
const dialplan::Registration kTryExec{{.name = "TryExec",
                                       .synopsis = "Executes dialplan application, always returning.",
                                       .syntax = "TryExec(appname(arguments))",
                                       .description = "As Exec, but the call goes on in any case. Sets "
                                                      "TRYSTATUS: SUCCESS, FAILED (it would have ended the "
                                                      "call) or NOAPP\n"
                                                      "(there is no such application).",
                                       .options = {},
                                       .see_also = kKin},
                                      run_try_exec};
const dialplan::Registration kExecIf{
    {.name = "ExecIf",
     .synopsis = "Executes dialplan application, conditionally.",
     .syntax = "ExecIf(expression?appiftrue[(args)][:appiffalse[(args)]])",
     .description = "Runs the first application when the expression is true, else the second; neither when "
                    "that one is not "
                    "given.\n"
                    "ExecIf(${X}?Set(Y=1):NoOp). An application that does not exist ends the call.",
     .options = {},
     .see_also = kKin},
    run_exec_if};
const dialplan::Registration kExecIfTime{
    {.name = "ExecIfTime",
     .synopsis = "Conditional application execution based on the current time.",
     .syntax = "ExecIfTime(times,weekdays,mdays,months[,timezone]?appname[(appargs)])",
     .description = "Runs the application when the time is in all the ranges: "
                    "ExecIfTime(9:00-17:00,mon-fri,*,*?Set(open=1)).",
     .options = {},
     .see_also = kKin},
    run_exec_if_time};

}  // namespace
}  // namespace polyfon::app
