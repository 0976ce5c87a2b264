// SPRINTF, STRPTIME: texts by a format.
#include <array>
#include <cstdio>
#include <cstdlib>

#include <fmt/format.h>

#include "base/text.h"
#include "dialplan/application.h"
#include "dialplan/expansion.h"
#include "dialplan/local_time.h"

namespace polyfon::func {
namespace {

using dialplan::ExpansionContext;

constexpr std::size_t kMaxField = 64;  // width and precision of a number
constexpr std::string_view kIntegers = "diouxXc", kReals = "eEfFgGaA";

// One directive from behind its '%', without the letter: flags, width and precision.
std::string_view take_flags(std::string_view& format) {
  const auto end = format.find_first_not_of("-+ #0123456789.");
  const std::string_view flags = format.substr(0, end);
  format.remove_prefix(flags.size());
  return flags;
}

bool is_wide(std::string_view flags) {
  for (std::string_view part : base::split(flags, '.')) {
    part.remove_prefix(std::min(part.size(), part.find_first_of("123456789")));
    if (!part.empty() && base::parse_number<std::size_t>(part).value_or(kMaxField + 1) > kMaxField)
      return true;
  }
  return false;
}

// `letter` is one of those above, or 's'.
std::string print(std::string_view flags, char letter, const std::string& value) {
  std::array<char, 512> out{};
  int size = 0;
  if (letter == 'c') return value.substr(0, 1);
  if (kIntegers.contains(letter)) {
    const std::string format = fmt::format("%{}ll{}", flags, letter);
    size = std::snprintf(out.data(), out.size(), format.c_str(), std::strtoll(value.c_str(), nullptr, 10));
  } else if (kReals.contains(letter)) {
    const std::string format = fmt::format("%{}{}", flags, letter);
    size = std::snprintf(out.data(), out.size(), format.c_str(), std::strtod(value.c_str(), nullptr));
  } else {
    const std::string format = fmt::format("%{}s", flags);
    size = std::snprintf(out.data(), out.size(), format.c_str(), value.c_str());
    if (size >= static_cast<int>(out.size())) return value;
  }
  return out.data();
}

base::Task<std::string> sprintf_of(ExpansionContext context, std::string arguments) {
  const auto parts = dialplan::split_arguments(arguments);
  if (parts.empty()) co_return std::string();
  std::string_view format = parts[0];
  std::string out;
  std::size_t next = 1;
  while (!format.empty() && out.size() <= dialplan::kMaxExpandedBytes) {
    const auto percent = format.find('%');
    out += format.substr(0, percent);
    if (percent == std::string_view::npos) break;
    format.remove_prefix(percent + 1);
    if (format.starts_with('%')) {
      out += '%';
      format.remove_prefix(1);
      continue;
    }
    const std::string_view flags = take_flags(format);
    const char letter = format.empty() ? '\0' : format.front();
    const bool known = letter && (letter == 's' || kIntegers.contains(letter) || kReals.contains(letter));
    if (!known || is_wide(flags) || next >= parts.size()) {
      context.warn(fmt::format("SPRINTF({}): {}", base::printable(arguments),
                               !known           ? "a directive is not known"
                               : is_wide(flags) ? "a number is wider than 64 characters"
                                                : "there are fewer arguments than directives"));
      break;
    }
    format.remove_prefix(1);
    out += print(flags, letter, parts[next++]);
  }
  co_return out;
}

base::Task<std::string> strptime_of(ExpansionContext context, std::string arguments) {
  auto parts = dialplan::split_arguments(arguments, 3);
  parts.resize(3);
  const auto when = dialplan::parse_local_time(parts[0], base::trim(parts[1]), parts[2]);
  if (parts[0].empty() || parts[2].empty() || !when) {
    context.warn(
        fmt::format("STRPTIME({}): expected STRPTIME(datetime,timezone,format)", base::printable(arguments)));
    co_return std::string();
  }
  co_return fmt::to_string(std::chrono::floor<std::chrono::seconds>(*when).time_since_epoch().count());
}

const dialplan::FunctionRegistration kSprintf{
    {{.name = "SPRINTF",
      .synopsis = "Format a variable according to a format string.",
      .syntax = "SPRINTF(format,arg1[,argN])",
      .description = "printf(3) with %d %i %o %u %x %X %c %e %f %g %s and %%: ${SPRINTF(%03d,7)} is 007."},
     sprintf_of,
     nullptr}};
const dialplan::FunctionRegistration kStrptime{
    {{.name = "STRPTIME",
      .synopsis =
          "Returns the epoch of the arbitrary date/time string structured as described by the format.",
      .syntax = "STRPTIME(datetime,timezone,format)",
      .description = "${STRPTIME(2026-03-02 15:00:00,Europe/Moscow,%Y-%m-%d %H:%M:%S)} is 1772452800."},
     strptime_of,
     nullptr}};

}  // namespace
}  // namespace polyfon::func
