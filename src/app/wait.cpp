#include "base/log.h"
#include "dialplan/application.h"

namespace polyfon::app {

namespace {

using dialplan::AppContext;
using dialplan::AppResult;

base::Task<AppResult> run_wait(AppContext context, std::string arguments) {
  auto time = dialplan::parse_time_length(base::trim(arguments));
  if (!time) {
    base::log_warning("dialplan", "{}:{}: Wait: '{}' is not a number of seconds", context.where.file,
                      context.where.line, base::printable(arguments));
    co_return AppResult::go_on();
  }
  co_await context.channel.wait(*time);
  co_return AppResult::go_on();
}

const dialplan::Registration kWait{
    {.name = "Wait",
     .synopsis = "Waits for some time.",
     .syntax = "Wait(seconds)",
     .description = "Does nothing for so many seconds; fractions are allowed (1.5).",
     .options = {},
     .see_also = {}},
    run_wait};

}  // namespace

}  // namespace polyfon::app
