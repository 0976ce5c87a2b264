// STRFTIME(): a moment as text, in a time zone.
#include <charconv>

#include <fmt/format.h>

#include "base/text.h"
#include "dialplan/application.h"
#include "dialplan/expansion.h"
#include "dialplan/local_time.h"

namespace polyfon::func {
namespace {

using dialplan::ExpansionContext;

// Years 1 to 9999: what strftime and the zone tables are good for.
constexpr double kEarliest = -62'135'596'800.0;
constexpr double kLatest = 253'402'300'799.0;

// Seconds since 1970, with a fraction perhaps.
std::optional<base::WallTime> parse_epoch(std::string_view text) {
  double seconds = 0;
  auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), seconds, std::chars_format::fixed);
  if (error != std::errc{} || end != text.data() + text.size() ||
      !(seconds >= kEarliest && seconds <= kLatest))
    return std::nullopt;
  return base::WallTime(std::chrono::microseconds(static_cast<std::int64_t>(seconds * 1e6)));
}

base::Task<std::string> read(ExpansionContext context, std::string arguments) {
  auto parts = dialplan::split_arguments(arguments, 3);
  parts.resize(3);
  const std::string_view epoch = base::trim(parts[0]);
  std::optional<base::WallTime> when;
  if (!epoch.empty()) {
    when = parse_epoch(epoch);
    if (!when)
      context.warn(
          fmt::format("STRFTIME({}): that is not a time in seconds: now is taken", base::printable(epoch)));
  }
  if (!when && !context.clock) co_return std::string();
  const std::string_view zone = base::trim(parts[1]);
  if (!zone.empty() && !dialplan::local_time(base::WallTime{}, zone))
    context.warn(fmt::format("STRFTIME(): there is no time zone '{}': UTC is taken", base::printable(zone)));
  co_return dialplan::format_time(when ? *when : context.clock->wall(), zone,
                                  parts[2].empty() ? "%c" : parts[2]);
}

const dialplan::FunctionRegistration kStrftime{
    {{.name = "STRFTIME",
      .synopsis = "Returns the current date/time in the specified format.",
      .syntax = "STRFTIME([epoch][,[timezone][,format]])",
      .description = "epoch: seconds since 1970, by default now. timezone: a name like Europe/Moscow, by "
                     "default the machine's.\n"
                     "format: as strftime(3) takes it, by default %c; %q is milliseconds, %1q to %9q so many "
                     "digits of the\n"
                     "fraction of the second. STRFTIME(${EPOCH},,%Y%m%d%H%M) is 202611220645."},
     read,
     nullptr}};

}  // namespace
}  // namespace polyfon::func
