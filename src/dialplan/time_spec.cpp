#include "dialplan/time_spec.h"

#include <array>
#include <optional>
#include <span>

#include <fmt/format.h>

#include "base/text.h"
#include "dialplan/local_time.h"

namespace polyfon::dialplan {
namespace {

constexpr std::array<std::string_view, 7> kWeekdays{"sun", "mon", "tue", "wed", "thu", "fri", "sat"};
constexpr std::array<std::string_view, 12> kMonths{"jan", "feb", "mar", "apr", "may", "jun",
                                                   "jul", "aug", "sep", "oct", "nov", "dec"};

// A name, or a number from 1; the index from 0.
std::optional<int> element(std::string_view text, std::span<const std::string_view> names, int count) {
  text = base::trim(text);
  for (std::size_t i = 0; i < names.size(); ++i)
    if (base::iequals(text, names[i])) return static_cast<int>(i);
  if (auto number = base::parse_number<int>(text, 1, count)) return *number - 1;
  return std::nullopt;
}

std::uint32_t parse_mask(std::string_view field, std::span<const std::string_view> names, int count,
                         std::string_view what, std::vector<std::string>& warnings) {
  if (field.empty() || field == "*") return (std::uint32_t{1} << count) - 1;
  std::uint32_t mask = 0;
  for (std::string_view part : base::split(field, '&')) {
    const auto dash = part.find('-');
    const auto first = element(part.substr(0, dash), names, count);
    const auto last = dash == std::string_view::npos ? first : element(part.substr(dash + 1), names, count);
    if (!first || !last) {
      warnings.push_back(fmt::format("'{}' is not a {}: left out", part, what));
      continue;
    }
    for (int i = *first;; i = (i + 1) % count) {  // ranges wrap round
      mask |= std::uint32_t{1} << i;
      if (i == *last) break;
    }
  }
  return mask;
}

std::optional<int> minute_of_day(std::string_view text) {
  text = base::trim(text);
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto hour = base::parse_number<int>(text.substr(0, colon), 0, 23);
  const auto minute = base::parse_number<int>(text.substr(colon + 1), 0, 59);
  if (!hour || !minute) return std::nullopt;
  return *hour * 60 + *minute;
}

template <std::size_t kSize>
void parse_minutes(std::string_view field, std::bitset<kSize>& minutes, std::vector<std::string>& warnings) {
  if (field.empty() || field == "*") {
    minutes.set();
    return;
  }
  for (std::string_view part : base::split(field, '&')) {
    const auto dash = part.find('-');
    const auto first = minute_of_day(part.substr(0, dash));
    const auto last = dash == std::string_view::npos ? first : minute_of_day(part.substr(dash + 1));
    if (!first || !last) {
      warnings.push_back(
          fmt::format("'{}' is not a time or a range of times like 8:00-17:30: left out", part));
      continue;
    }
    for (auto i = static_cast<std::size_t>(*first);; i = (i + 1) % kSize) {
      minutes.set(i);
      if (i == static_cast<std::size_t>(*last)) break;
    }
  }
}

}  // namespace

TimeSpec TimeSpec::parse(std::string_view text, std::vector<std::string>& warnings) {
  TimeSpec spec;
  text = base::trim(text);
  if (text.empty()) return spec;
  std::array<std::string_view, 5> fields{};
  std::size_t count = 0;
  while (count < fields.size()) {
    // The zone is the rest, whatever it holds.
    const auto end = count + 1 == fields.size() ? std::string_view::npos : text.find_first_of(",|");
    fields[count++] = base::trim(text.substr(0, end));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  spec.always_ = false;
  parse_minutes(fields[0], spec.minutes_, warnings);
  spec.weekdays_ = parse_mask(fields[1], kWeekdays, 7, "day of the week", warnings);
  spec.days_ = parse_mask(fields[2], {}, 31, "day of the month", warnings);
  spec.months_ = parse_mask(fields[3], kMonths, 12, "month", warnings);
  spec.zone_ = fields[4];
  if (!spec.zone_.empty() && !local_time(base::WallTime{}, spec.zone_)) {
    warnings.push_back(fmt::format("there is no time zone '{}': UTC is taken", spec.zone_));
    spec.zone_ = "UTC";
  }
  return spec;
}

bool TimeSpec::matches(base::WallTime when) const {
  if (always_) return true;
  const auto local = local_time(when, zone_);
  if (!local) return false;
  const std::tm& fields = local->fields;
  const auto has = [](std::uint32_t mask, int bit) { return (mask >> bit & 1U) != 0; };
  return has(months_, fields.tm_mon) && has(days_, fields.tm_mday - 1) && has(weekdays_, fields.tm_wday) &&
         minutes_.test(static_cast<std::size_t>(fields.tm_hour * 60 + fields.tm_min));
}

}  // namespace polyfon::dialplan
