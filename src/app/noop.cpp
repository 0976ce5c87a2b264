#include "base/log.h"
#include "dialplan/application.h"

namespace polyfon::app {

namespace {

using dialplan::AppContext;
using dialplan::AppResult;

base::Task<AppResult> run_noop(AppContext, std::string) { co_return AppResult::go_on(); }

base::Task<AppResult> run_verbose(AppContext context, std::string arguments) {
  auto parts = dialplan::split_arguments(arguments, 2);
  std::string_view text = arguments;
  if (parts.size() == 2 && base::parse_number<int>(base::trim(parts[0]), 0, 10)) text = parts[1];
  base::log_verbose("dialplan", "{}: {}", context.channel.name, base::printable(text, 1024));
  co_return AppResult::go_on();
}

const dialplan::Registration kNoOp{{.name = "NoOp",
                                    .synopsis = "Do Nothing (No Operation).",
                                    .syntax = "NoOp([text])",
                                    .description = "Does nothing. Its text is substituted and shown with the "
                                                   "step when the console shows steps: handy for\n"
                                                   "seeing what a variable holds.",
                                    .options = {},
                                    .see_also = {}},
                                   run_noop};

const dialplan::Registration kVerbose{{.name = "Verbose",
                                       .synopsis = "Send arbitrary text to verbose output.",
                                       .syntax = "Verbose([level,]message)",
                                       .description = "Writes the message to the log at the verbose level. "
                                                      "The level, 0 to 10, is accepted for Asterisk's sake.",
                                       .options = {},
                                       .see_also = {}},
                                      run_verbose};

}  // namespace

}  // namespace polyfon::app
