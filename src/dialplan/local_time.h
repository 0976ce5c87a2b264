// Local time: a moment on the clock on the wall of a time zone, and strftime with it: for time conditions and
// STRFTIME(). Zones are those of the system's tz database; an empty name is the machine's own. thread: any.
#pragma once
#include <ctime>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace polyfon::dialplan {

struct LocalTime {
  std::tm fields{};          // tm_zone is null: the name is below
  std::string abbreviation;  // "MSK"
};
// nullopt: there is no such zone.
std::optional<LocalTime> local_time(base::WallTime when, std::string_view zone);

// strftime, with Asterisk's %q (milliseconds; %3q and so on: that many digits of the fraction), and with %s
// that is right in every zone. An unknown zone gives UTC, as Asterisk does. At most 4096 bytes.
std::string format_time(base::WallTime when, std::string_view zone, std::string_view format);

// strptime: the moment at which the clock of that zone shows `text`, read by `format`; nullopt: it does not
// fit, or there is no such zone. A time that the clock shows twice is the first.
std::optional<base::WallTime> parse_local_time(const std::string& text, std::string_view zone,
                                               const std::string& format);

}  // namespace polyfon::dialplan
