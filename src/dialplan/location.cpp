#include "dialplan/location.h"

#include <charconv>

#include <fmt/format.h>

#include "base/text.h"

namespace polyfon::dialplan {
namespace {

// A number at the beginning, whatever follows: Goto(a,b,1)) is common, and sscanf("%d") takes it
// (asterisk 1.11).
std::optional<int> leading_number(std::string_view text) {
  int value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} ? std::optional(value) : std::nullopt;
}

}  // namespace

base::Result<call::DialplanPosition> resolve_location(const Plan& plan, const call::DialplanPosition& from,
                                                      std::string_view text,
                                                      std::string_view caller_id_number, base::WallTime now) {
  // context,extension,priority; what follows a third comma is not looked at.
  const auto parts = base::split(base::trim(text), ',');
  call::DialplanPosition to = from;
  std::string_view priority = base::trim(parts.front());
  if (parts.size() >= 2) {
    const bool with_context = parts.size() >= 3;
    if (with_context && !base::trim(parts[0]).empty()) to.context = base::trim(parts[0]);
    if (auto extension = base::trim(parts[with_context ? 1 : 0]); !extension.empty())
      to.extension = extension;
    priority = base::trim(parts[with_context ? 2 : 1]);
  }
  if (priority.empty())
    return base::fail(base::ErrorCode::kInvalid,
                      fmt::format("'{}' names no priority: expected [[context,]extension,]priority",
                                  base::printable(text)));
  const char sign = priority.front();
  const auto number = leading_number(sign == '+' || sign == '-' ? priority.substr(1) : priority);
  if (number && (sign == '+' || sign == '-')) {
    const std::int64_t sum =
        std::int64_t{from.priority} + (sign == '+' ? std::int64_t{*number} : -std::int64_t{*number});
    if (sum < 1 || sum > kMaxPriority)
      return base::fail(base::ErrorCode::kInvalid, fmt::format("priority {} is out of range", sum));
    to.priority = static_cast<int>(sum);
    return to;
  }
  if (number) {
    if (*number < 1)
      return base::fail(base::ErrorCode::kInvalid, fmt::format("there is no priority {}", *number));
    to.priority = *number;
    return to;
  }
  const auto found = plan.find_label(to.context, to.extension, priority, caller_id_number, now);
  if (!found)
    return base::fail(base::ErrorCode::kNotFound,
                      fmt::format("there is no label '{}' in extension '{}' of context '{}'", priority,
                                  to.extension, to.context));
  to.priority = found.step->priority;
  return to;
}

}  // namespace polyfon::dialplan
