// TIMEOUT(), EXCEPTION(): how long the call and its caller may take, and why extension e was gone to.
#include <fmt/format.h>

#include "base/text.h"
#include "call/exchange.h"
#include "dialplan/application.h"
#include "dialplan/call_state.h"
#include "dialplan/expansion.h"

namespace polyfon::func {
namespace {

using dialplan::CallState;
using dialplan::ExpansionContext;

bool is(std::string_view text, char letter) {
  return !text.empty() && base::to_lower(text.front()) == letter;
}

std::string seconds(base::Duration time) {
  return fmt::format("{:.3f}", std::chrono::duration<double>(time).count());
}

base::Task<std::string> read_timeout(ExpansionContext context, std::string arguments) {
  if (!context.channel) co_return std::string();
  const std::string_view kind = base::trim(arguments);
  const CallState& state = CallState::of(*context.channel);
  if (is(kind, 'r')) co_return seconds(state.response_timeout);
  if (is(kind, 'd')) co_return seconds(state.digit_timeout);
  if (is(kind, 'a'))
    co_return state.absolute_deadline() && context.clock
        ? seconds(*state.absolute_deadline() - context.clock->now())
        : std::string("0");
  context.warn(fmt::format("TIMEOUT({}): expected absolute, digit or response", base::printable(kind)));
  co_return std::string();
}

bool write_timeout(ExpansionContext context, std::string_view arguments, std::string_view value) {
  const std::string_view kind = base::trim(arguments);
  value = base::trim(value);
  if (!context.channel) return false;
  std::optional<base::Duration> time = dialplan::parse_time_length(value);
  if (value.starts_with('-')) time = base::Duration::zero();
  if (!time) return false;
  CallState& state = CallState::of(*context.channel);
  if (is(kind, 'r'))
    state.response_timeout = time->count() > 0 ? *time : dialplan::kResponseTimeout;
  else if (is(kind, 'd'))
    state.digit_timeout = time->count() > 0 ? *time : dialplan::kDigitTimeout;
  else if (is(kind, 'a') && context.clock)
    state.set_absolute_timeout(*time, context.clock->now());
  else
    return false;
  return true;
}

base::Task<std::string> read_exception(ExpansionContext context, std::string arguments) {
  const CallState* state = context.channel ? CallState::find(*context.channel) : nullptr;
  if (!state || !state->exception) co_return std::string();
  const dialplan::Exception& exception = *state->exception;
  const std::string_view field = base::trim(arguments);
  if (base::iequals(field, "reason")) co_return exception.reason;
  if (base::iequals(field, "context")) co_return exception.at.context;
  if (base::istarts_with(field, "exten")) co_return exception.at.extension;
  if (base::iequals(field, "priority")) co_return fmt::to_string(exception.at.priority);
  context.warn(
      fmt::format("EXCEPTION({}): expected reason, context, exten or priority", base::printable(field)));
  co_return std::string();
}

const dialplan::FunctionRegistration kTimeout{
    {{.name = "TIMEOUT",
      .synopsis = "Gets or sets timeouts on the channel.",
      .syntax = "TIMEOUT(timeouttype)",
      .description = "absolute: how long the call may last from now; then extension T is gone to, or the "
                     "call ends; 0 is "
                     "without\n"
                     "limit. digit: how long to wait between two digits (5). response: how long for the "
                     "first digit (10). "
                     "All in\n"
                     "seconds, with fractions: Set(TIMEOUT(absolute)=60)."},
     read_timeout,
     write_timeout}};
const dialplan::FunctionRegistration kException{
    {{.name = "EXCEPTION",
      .synopsis = "Retrieve the details of the current dialplan exception.",
      .syntax = "EXCEPTION(field)",
      .description =
          "In extension e: reason is INVALID, RESPONSETIMEOUT, ABSOLUTETIMEOUT or what RaiseException() "
          "was given;\n"
          "context, exten and priority are where the call was."},
     read_exception,
     nullptr}};

}  // namespace
}  // namespace polyfon::func
