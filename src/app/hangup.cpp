#include "base/log.h"
#include "dialplan/application.h"

namespace polyfon::app {

namespace {

using dialplan::AppContext;
using dialplan::AppResult;

base::Task<AppResult> run_hangup(AppContext context, std::string arguments) {
  if (context.channel.hangup_cause == call::HangupCause::kNone)
    context.channel.hangup_cause = call::HangupCause::kNormalClearing;
  if (!base::trim(arguments).empty()) {
    if (auto cause = call::parse_hangup_cause(arguments))
      context.channel.hangup_cause = *cause;
    else
      base::log_warning("dialplan", "{}:{}: Hangup: '{}' is no cause number and no cause name",
                        context.where.file, context.where.line, base::printable(arguments));
  }
  co_return AppResult::hangup();
}

const dialplan::Registration kHangup{{.name = "Hangup",
                                      .synopsis = "Hang up the calling channel.",
                                      .syntax = "Hangup([cause])",
                                      .description = "Ends the call. The cause is a Q.850 number (17) or a "
                                                     "name (USER_BUSY, NO_ANSWER, ...); a caller that was\n"
                                                     "not answered gets the SIP response that belongs to it.",
                                      .options = {},
                                      .see_also = {}},
                                     run_hangup};

}  // namespace

}  // namespace polyfon::app
