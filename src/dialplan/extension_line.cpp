#include "dialplan/extension_line.h"

#include <charconv>

#include <fmt/format.h>

#include "base/text.h"

namespace polyfon::dialplan {

std::string_view take_extension(std::string_view& text) {
  int brackets = 0;
  std::size_t i = 0;
  for (; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '[')
      ++brackets;
    else if (c == ']' && brackets)
      --brackets;
    else if (c == '\\')
      ++i;
    else if (c == ',' && !brackets)
      break;
  }
  i = std::min(i, text.size());
  const std::string_view extension = text.substr(0, i);
  text.remove_prefix(std::min(i + 1, text.size()));
  return extension;
}

std::string without_blanks(std::string_view extension) {
  std::string out;
  const bool pattern = base::trim(extension).starts_with('_');
  bool inside = false;
  for (char c : extension) {
    if (c == '[' && pattern) inside = true;
    if (c == ']') inside = false;
    if (!base::is_space(c) || inside) out += c;
  }
  return out;
}

std::string shrink_number(std::string_view number) {
  std::string out;
  int brackets = 0;
  for (std::size_t i = 0; i < number.size(); ++i) {
    const char c = number[i];
    if (c == '[') ++brackets;
    if (c == ']') --brackets;
    const bool dropped = c == ' ' || c == '(' || c == ')' || (c == '-' && brackets <= 0) ||
                         (c == '.' && i + 1 < number.size());
    if (!dropped) out += c;
  }
  return out;
}

PriorityPart take_priority(std::string_view& text) {
  const auto comma = text.find(',');
  std::string_view part = base::trim(text.substr(0, comma));
  text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
  PriorityPart out;
  if (const auto open = part.find('('); open != std::string_view::npos) {
    const auto close = part.find(')', open);
    out.broken = close == std::string_view::npos;
    out.label = part.substr(open + 1, out.broken ? std::string_view::npos : close - open - 1);
    part = part.substr(0, open);
  }
  if (const auto plus = part.find('+'); plus != std::string_view::npos) {
    const std::string_view number = base::trim(part.substr(plus + 1));
    std::from_chars(number.data(), number.data() + number.size(), out.plus);  // atoi: 0 when it is none
    part = part.substr(0, plus);
  }
  out.base = part;
  return out;
}

ApplicationCall parse_application(std::string_view text, std::vector<std::string>& warnings) {
  text = base::trim(text);
  const auto open = text.find('(');
  if (open == std::string_view::npos) {
    if (text.find_first_of(",|") != std::string_view::npos)
      warnings.push_back(
          fmt::format("'{}' is written in the style of Asterisk 1.4 and is taken as the name of an "
                      "application, as Asterisk does "
                      "since 1.6: write App(arguments)",
                      base::printable(text)));
    return {std::string(text), {}};
  }
  const std::string_view name = text.substr(0, open);
  // A device of a hint that is computed: DAHDI/g0/${GLOBAL(x)}.
  if (name.find("${") != std::string_view::npos || name.find("$[") != std::string_view::npos)
    return {std::string(text), {}};
  if (!name.empty() && base::is_space(name.back()))
    warnings.push_back(
        fmt::format("there is a blank between '{}' and '(': Asterisk does not find an application of that "
                    "name, and the call ends here",
                    base::printable(base::trim(name))));
  std::string_view arguments = text.substr(open + 1);
  const auto close = arguments.rfind(')');
  if (close == std::string_view::npos) {
    warnings.push_back(fmt::format("the ')' of {} is missing", base::printable(text)));
  } else {
    if (const auto after = base::trim(arguments.substr(close + 1)); !after.empty())
      warnings.push_back(fmt::format("'{}' behind the last ')' is left out", base::printable(after)));
    arguments = arguments.substr(0, close);
  }
  return {std::string(name), std::string(arguments)};
}

namespace {

bool keeps_bars(std::string_view application) {
  for (std::string_view name : {"NoOp", "Verbose", "Log", "System", "TrySystem"})
    if (base::iequals(base::trim(application), name)) return true;
  return false;
}

// Where what begins at `from` with its opening bracket ends; the end of the text when it does not.
std::size_t end_of(std::string_view text, std::size_t from, char open, char close) {
  int depth = 0;
  for (std::size_t i = from; i < text.size(); ++i) {
    if (text[i] == open) ++depth;
    if (text[i] == close && --depth == 0) return i;
  }
  return text.size();
}

std::string bars_to_commas(std::string_view arguments) {
  std::string out(arguments);
  for (std::size_t i = 0; i < out.size(); ++i) {
    const std::string_view rest = std::string_view(out).substr(i);
    if (rest.starts_with('\\'))
      ++i;
    else if (rest.starts_with("$["))  // '|' is its operator
      i = end_of(out, i + 1, '[', ']');
    else if (rest.starts_with("SHELL("))
      i = end_of(out, i + 5, '(', ')');
    else if (rest.starts_with('|'))
      out[i] = ',';
  }
  return out;
}

}  // namespace

ApplicationCall parse_old_application(std::string_view text, std::vector<std::string>& warnings) {
  text = base::trim(text);
  const auto comma = text.find_first_of(",|");
  ApplicationCall call = comma != std::string_view::npos && comma < text.find('(')
                             ? ApplicationCall{std::string(base::trim(text.substr(0, comma))),
                                               std::string(base::trim(text.substr(comma + 1)))}
                             : parse_application(text, warnings);
  if (!keeps_bars(call.name)) call.arguments = bars_to_commas(call.arguments);
  if (base::iequals(call.name, "Set")) call.name = "MSet";
  return call;
}

bool has_old_separators(std::string_view application, std::string_view arguments) {
  if (keeps_bars(application) || base::iequals(application, "GotoIfTime") ||
      base::iequals(application, "ExecIfTime"))
    return false;
  return bars_to_commas(arguments) != arguments;
}

}  // namespace polyfon::dialplan
