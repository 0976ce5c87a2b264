#include "dialplan/application.h"
#include "dialplan/interpreter.h"

namespace polyfon::app {

namespace {

using dialplan::AppContext;
using dialplan::AppResult;

base::Task<AppResult> run_goto(AppContext context, std::string arguments) {
  if (!context.interpreter.go_to(context.channel, arguments, context.where)) co_return AppResult::hangup();
  co_return AppResult::jump();
}

const dialplan::Registration kGoto{{.name = "Goto",
                                    .synopsis = "Jump to a particular priority, extension, or context.",
                                    .syntax = "Goto([[context,]extension,]priority)",
                                    .description = "Goes on at another place of the plan. The priority is a "
                                                   "number, a label, or relative (+2, -1). A label\n"
                                                   "that does not exist ends the call; an extension that "
                                                   "does not exist there is handled by `i` of the new\n"
                                                   "context.",
                                    .options = {},
                                    .see_also = {}},
                                   run_goto};

}  // namespace

}  // namespace polyfon::app
