#include "dialplan/local_time.h"

#include <stdexcept>

#include <date/tz.h>
#include <fmt/format.h>

#include "base/text.h"

namespace polyfon::dialplan {
namespace {

constexpr std::size_t kMaxFormatted = 4096;

std::int64_t epoch_seconds(base::WallTime when) {
  return std::chrono::floor<std::chrono::seconds>(when).time_since_epoch().count();
}

LocalTime utc_time(base::WallTime when) {
  auto seconds = static_cast<std::time_t>(epoch_seconds(when));
  LocalTime out{{}, "UTC"};
  gmtime_r(&seconds, &out.fields);
  out.fields.tm_zone = nullptr;
  return out;
}

LocalTime machine_time(base::WallTime when) {
  auto seconds = static_cast<std::time_t>(epoch_seconds(when));
  LocalTime out;
  localtime_r(&seconds, &out.fields);
  out.abbreviation = out.fields.tm_zone ? out.fields.tm_zone : "";
  out.fields.tm_zone = nullptr;
  return out;
}

// The directives that strftime does not know or would get wrong, replaced.
std::string prepare_format(base::WallTime when, std::string_view format) {
  const std::int64_t seconds = epoch_seconds(when);
  const std::int64_t micros = when.time_since_epoch().count() - seconds * 1'000'000;
  std::string out;
  for (std::size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%' || i + 1 == format.size()) {
      out += format[i];
      continue;
    }
    const char next = format[i + 1];
    const bool counted = base::is_digit(next) && i + 2 < format.size() && format[i + 2] == 'q';
    if (next == 's') {
      out += fmt::format("{}", seconds);
      ++i;
    } else if (next == 'q' || counted) {
      const std::size_t digits = counted ? static_cast<std::size_t>(next - '0') : 3;
      out += fmt::format("{:06}000", micros).substr(0, digits);
      i += counted ? 2 : 1;
    } else {
      out += format.substr(i++, 2);
    }
  }
  return out;
}

}  // namespace

std::optional<LocalTime> local_time(base::WallTime when, std::string_view zone) {
  if (zone.empty()) return machine_time(when);
  const date::time_zone* found = nullptr;
  try {
    found = date::locate_zone(std::string(zone));
  } catch (const std::runtime_error&) {
    return std::nullopt;  // the library's only way to say that there is no such zone
  }
  const auto info = found->get_info(std::chrono::floor<std::chrono::seconds>(when));
  LocalTime out = utc_time(when + info.offset);
  out.fields.tm_gmtoff = info.offset.count();
  out.fields.tm_isdst = info.save != std::chrono::minutes(0);
  out.abbreviation = info.abbrev;
  return out;
}

std::string format_time(base::WallTime when, std::string_view zone, std::string_view format) {
  LocalTime time = local_time(when, zone).value_or(utc_time(when));
  time.fields.tm_zone = time.abbreviation.c_str();
  const std::string prepared = prepare_format(when, format);
  if (prepared.empty()) return {};
  std::string out(kMaxFormatted, '\0');
  out.resize(std::strftime(out.data(), out.size(), prepared.c_str(), &time.fields));
  return out;
}

std::optional<base::WallTime> parse_local_time(const std::string& text, std::string_view zone,
                                               const std::string& format) {
  std::tm fields{};
  fields.tm_mday = 1;
  fields.tm_isdst = -1;
  if (!strptime(text.c_str(), format.c_str(), &fields)) return std::nullopt;
  if (zone.empty()) return base::WallTime(std::chrono::seconds(std::mktime(&fields)));
  const date::time_zone* found = nullptr;
  try {
    found = date::locate_zone(std::string(zone));
  } catch (const std::runtime_error&) {
    return std::nullopt;
  }
  const date::local_seconds local{std::chrono::seconds(timegm(&fields))};
  return base::WallTime(found->to_sys(local, date::choose::earliest));
}

}  // namespace polyfon::dialplan
