// Ringing, Progress, Busy, Congestion: what the caller is told before an answer, or hears after it.
#include "dialplan/application.h"

namespace polyfon::app {

namespace {

using dialplan::AppContext;
using dialplan::AppResult;

base::Task<AppResult> run_ringing(AppContext context, std::string) {
  context.channel.ringing();
  co_return AppResult::go_on();
}

base::Task<AppResult> run_progress(AppContext context, std::string) {
  context.channel.progress();
  co_return AppResult::go_on();
}

// The tone for so long, or until the caller hangs up; then the call ends.
base::Task<> hear_tone(call::Channel* channel, std::string arguments) {
  auto time = dialplan::parse_time_length(base::trim(arguments));
  if (time && time->count() > 0)
    co_await channel->wait(*time);
  else
    co_await channel->wait_for_ever();
}

base::Task<AppResult> run_busy(AppContext context, std::string arguments) {
  context.channel.hangup_cause = call::HangupCause::kUserBusy;
  context.channel.busy();
  co_await hear_tone(&context.channel, std::move(arguments));
  co_return AppResult::hangup();
}

base::Task<AppResult> run_congestion(AppContext context, std::string arguments) {
  context.channel.hangup_cause = call::HangupCause::kNormalCircuitCongestion;
  context.channel.congestion();
  co_await hear_tone(&context.channel, std::move(arguments));
  co_return AppResult::hangup();
}

const dialplan::Registration kRinging{
    {.name = "Ringing",
     .synopsis = "Indicate ringing tone.",
     .syntax = "Ringing()",
     .description =
         "Tells the caller that it rings (180); a call that is answered already hears the ringing tone.",
     .options = {},
     .see_also = {}},
    run_ringing};

const dialplan::Registration kProgress{
    {.name = "Progress",
     .synopsis = "Indicate progress.",
     .syntax = "Progress()",
     .description = "Opens the audio path to the caller before the call is answered (183 with SDP), for "
                    "announcements that cost\n"
                    "the caller nothing.",
     .options = {},
     .see_also = {}},
    run_progress};

const dialplan::Registration kBusy{
    {.name = "Busy",
     .synopsis = "Indicate the Busy condition.",
     .syntax = "Busy([seconds])",
     .description = "Refuses an unanswered call with 486 Busy Here; an answered one hears the busy tone for "
                    "so many seconds, or\n"
                    "until it hangs up.",
     .options = {},
     .see_also = {}},
    run_busy};

const dialplan::Registration kCongestion{
    {.name = "Congestion",
     .synopsis = "Indicate the Congestion condition.",
     .syntax = "Congestion([seconds])",
     .description = "Refuses an unanswered call with 503 Service Unavailable; an answered one hears the "
                    "congestion tone for so\n"
                    "many seconds, or until it hangs up.",
     .options = {},
     .see_also = {}},
    run_congestion};

}  // namespace

}  // namespace polyfon::app
