#include <fmt/format.h>

#include "base/log.h"
#include "call/exchange.h"
#include "dialplan/application.h"
#include "dialplan/interpreter.h"

namespace polyfon::app {

namespace {

using dialplan::AppContext;
using dialplan::AppResult;

constexpr std::string_view kAllowedOptions = "tTgrmL";
// Of Asterisk's app_dial, known and not done yet.
constexpr std::string_view kPlannedOptions = "AaBbCcDdeFfGHhIiKkMNnOoPpQSsUuWwXxzEjR";

std::vector<call::DialTarget> parse_targets(std::string_view text) {
  std::vector<call::DialTarget> targets;
  for (auto part : base::split(text, '&')) {
    part = base::trim(part);
    auto slash = part.find('/');
    if (part.empty()) continue;
    if (slash == std::string_view::npos)
      targets.push_back({std::string(part), {}});
    else
      targets.push_back({std::string(part.substr(0, slash)), std::string(part.substr(slash + 1))});
  }
  return targets;
}

// L(x[:y[:z]]) in milliseconds.
std::optional<call::DialLimit> parse_limit(std::string_view text) {
  auto parts = base::split(text, ':');
  auto milliseconds = [&](std::size_t i) -> base::Duration {
    if (i >= parts.size()) return {};
    auto value = base::parse_number<std::int64_t>(base::trim(parts[i]), 0, std::int64_t{1} << 40);
    return value ? base::Duration(std::chrono::milliseconds(*value)) : base::Duration{};
  };
  call::DialLimit limit{milliseconds(0), milliseconds(1), milliseconds(2), nullptr};
  if (limit.total.count() <= 0) return std::nullopt;
  return limit;
}

void publish(call::Channel& channel, const call::DialResult& result) {
  auto set = [&](std::string_view name, std::string value) {
    channel.variables.insert_or_assign(std::string(name), std::move(value));
  };
  auto seconds = [](base::Duration time) {
    return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(time).count());
  };
  auto milliseconds = [](base::Duration time) {
    return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(time).count());
  };
  set("DIALSTATUS", std::string(call::to_string(result.status)));
  set("DIALEDPEERNAME", result.peer_name);
  set("DIALEDPEERNUMBER", result.peer_number);
  set("DIALEDTIME", seconds(result.dialed_time));
  set("DIALEDTIME_MS", milliseconds(result.dialed_time));
  set("ANSWEREDTIME", result.answered_time.count() ? seconds(result.answered_time) : std::string());
  set("ANSWEREDTIME_MS", result.answered_time.count() ? milliseconds(result.answered_time) : std::string());
  channel.hangup_cause = result.cause;
}

base::Task<AppResult> run_dial(AppContext context, std::string arguments) {
  auto& channel = context.channel;
  auto parts = dialplan::split_arguments(arguments, 4);
  parts.resize(4);
  auto options = dialplan::parse_options(parts[2], kAllowedOptions);
  auto warn = [&](std::string text) {
    base::log_warning("dialplan", "{}:{}: Dial: {}", context.where.file, context.where.line, text);
  };
  for (char letter : options.unknown)
    context.interpreter.warn_once(
        context.where,
        fmt::format("Dial: option '{}' is {}: ignored", letter,
                    kPlannedOptions.contains(letter) ? "not done by polyfon yet" : "not known"));
  if (parts[0].empty() || options.broken) {
    warn(options.broken ? "an option has no closing parenthesis" : "there is nobody to dial");
    publish(channel, {.status = call::DialStatus::kInvalidArgs});
    co_return AppResult::go_on();
  }

  call::DialRequest request;
  request.targets = parse_targets(parts[0]);
  // answerSec[^progressSec]: the second concerns progress only.
  auto timeout =
      dialplan::parse_time_length(base::trim(std::string_view(parts[1]).substr(0, parts[1].find('^'))));
  if (timeout && timeout->count() > 0) request.timeout = *timeout;
  request.ring = options.has('r');
  if (const auto* music = options.find('m')) request.music_class = music->argument;
  if (const auto* limit = options.find('L')) {
    request.limit = parse_limit(limit->argument);
    if (!request.limit)
      warn(fmt::format("L({}) has no time in milliseconds: no limit", base::printable(limit->argument)));
    if (request.limit && request.limit->warn_before.count() > 0)
      request.limit->warning = co_await channel.load_sound("timeleft");
  }

  auto result = co_await channel.exchange().dial(channel.id(), std::move(request));
  publish(channel, result);
  if (result.status == call::DialStatus::kAnswer && !options.has('g')) co_return AppResult::hangup();
  co_return AppResult::go_on();
}

constexpr dialplan::OptionInfo kOptions[] = {
    {"g", "", "Go on with the next step when the called party hangs up."},
    {"L", "x[:y[:z]]",
     "Limit the call to x ms; a warning is heard y ms before the end and repeated every z ms."},
    {"m", "class", "The caller hears music of that class (its own without one) until an answer."},
    {"r", "", "The caller hears ringing, whatever the called party sends."},
    {"t", "", "The called party may transfer (accepted; the feature codes come with transfers)."},
    {"T", "", "The calling party may transfer (accepted; the feature codes come with transfers)."},
};

const dialplan::Registration kDial{
    {.name = "Dial",
     .synopsis = "Attempt to connect to another device or endpoint and bridge the call.",
     .syntax = "Dial(Technology/Resource[&Technology2/Resource2[&...]][,timeout[,options[,URL]]])",
     .description = "Calls all the devices at once; the first that answers is bridged to the caller, the "
                    "others stop ringing. Goes\n"
                    "on with the next step when nobody answers in time, everybody is busy, or nobody can be "
                    "reached; after an\n"
                    "answered call it ends unless g is given. Sets DIALSTATUS (ANSWER BUSY NOANSWER CANCEL "
                    "CONGESTION CHANUNAVAIL\n"
                    "INVALIDARGS), DIALEDPEERNAME, DIALEDPEERNUMBER, DIALEDTIME and ANSWEREDTIME (also with "
                    "_MS), HANGUPCAUSE.",
     .options = kOptions,
     .see_also = {}},
    run_dial};

}  // namespace

}  // namespace polyfon::app
