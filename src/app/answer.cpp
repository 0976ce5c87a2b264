#include "dialplan/application.h"

namespace polyfon::app {

namespace {

using dialplan::AppContext;
using dialplan::AppResult;

base::Task<AppResult> run_answer(AppContext context, std::string arguments) {
  if (!context.channel.answer()) co_return AppResult::hangup();
  auto parts = dialplan::split_arguments(arguments);
  if (!parts.empty() && !parts[0].empty())
    if (auto delay = dialplan::parse_time_length(parts[0], std::chrono::milliseconds(1)))
      co_await context.channel.wait(*delay);
  co_return AppResult::go_on();
}

const dialplan::Registration kAnswer{
    {.name = "Answer",
     .synopsis = "Answer the call if it is ringing.",
     .syntax = "Answer([delay])",
     .description =
         "Answers the call when it has not been answered yet; an answered call is left alone. With a delay, "
         "in\n"
         "milliseconds, the next step waits that long after answering, so that nothing of a prompt is lost\n"
         "while the caller's audio path opens.",
     .options = {},
     .see_also = {}},
    run_answer};

}  // namespace

}  // namespace polyfon::app
