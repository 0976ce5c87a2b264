// split_arguments and parse_time_length of application.h: how applications read what stands between their
// parentheses (asterisk 1.7, 1.1).
#include <charconv>
#include <cmath>

#include "base/text.h"
#include "dialplan/application.h"

namespace polyfon::dialplan {

namespace {

std::vector<std::string> separate(std::string_view text, std::size_t max, char separator, bool raw) {
  std::vector<std::string> out;
  int parentheses = 0, brackets = 0;
  bool quoted = false, after_separator = false;
  std::size_t i = 0;
  while (i < text.size() && out.size() + 1 < max) {
    std::string& argument = out.emplace_back();
    after_separator = false;
    for (; i < text.size(); ++i) {
      const char c = text[i];
      if (c == '"') {
        quoted = !quoted;
        if (raw) argument += c;
        continue;
      }
      if (c == '\\') {  // the next character is only itself
        if (raw) argument += c;
        if (i + 1 < text.size()) argument += text[++i];
        continue;
      }
      if (c == separator && !parentheses && !brackets && !quoted) {
        ++i;
        after_separator = true;
        break;
      }
      if (c == '(') ++parentheses;
      if (c == ')' && parentheses) --parentheses;
      if (c == '[') ++brackets;
      if (c == ']' && brackets) --brackets;
      argument += c;
    }
  }
  if (max > 0 && (i < text.size() || after_separator)) out.emplace_back(text.substr(i));
  return out;
}

}  // namespace

std::vector<std::string> split_arguments(std::string_view text, std::size_t max) {
  return separate(text, max, ',', false);
}

std::vector<std::string> split_raw_arguments(std::string_view text, std::size_t max, char separator) {
  return separate(text, max, separator, true);
}

std::optional<base::Duration> parse_time_length(std::string_view text, base::Duration unit) {
  text = base::trim(text);
  double amount = 0;
  auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), amount, std::chars_format::fixed);
  if (error != std::errc{} || !std::isfinite(amount) || amount < 0) return std::nullopt;
  const std::string_view suffix = base::trim(text.substr(static_cast<std::size_t>(end - text.data())));
  if (base::iequals(suffix, "ms"))
    unit = std::chrono::milliseconds(1);
  else if (base::iequals(suffix, "s"))
    unit = std::chrono::seconds(1);
  else if (base::iequals(suffix, "m"))
    unit = std::chrono::minutes(1);
  else if (base::iequals(suffix, "h"))
    unit = std::chrono::hours(1);
  else if (!suffix.empty())
    return std::nullopt;
  const double nanoseconds = amount * static_cast<double>(unit.count());
  // Longer than any call: Asterisk's INT_MAX, in its own unit.
  constexpr auto kLongest = std::chrono::milliseconds(std::numeric_limits<std::int32_t>::max());
  if (nanoseconds >= static_cast<double>(std::chrono::nanoseconds(kLongest).count())) return kLongest;
  return base::Duration(std::llround(nanoseconds));
}

}  // namespace polyfon::dialplan
