#include "dialplan/application.h"

namespace polyfon::app {

namespace {

using dialplan::AppContext;
using dialplan::AppResult;

base::Task<AppResult> run_echo(AppContext context, std::string arguments) {
  auto& channel = context.channel;
  if (!channel.answer()) co_return AppResult::hangup();
  channel.forget_digits();
  channel.echo();
  for (;;)
    if (auto digit = co_await channel.wait_digit(std::chrono::hours(24)); digit == '#') break;
  channel.stop_echo();
  co_return AppResult::go_on();
}

const dialplan::Registration kEcho{{.name = "Echo",
                                    .synopsis = "Echo media and DTMF back to the calling party.",
                                    .syntax = "Echo()",
                                    .description = "Sends back what the caller says, to hear how the line "
                                                   "sounds and how long the way is. Ends when the caller\n"
                                                   "dials '#' or hangs up.",
                                    .options = {},
                                    .see_also = {}},
                                   run_echo};

}  // namespace

}  // namespace polyfon::app
