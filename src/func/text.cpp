// REPLACE, STRREPLACE, FILTER, REGEX, TOUPPER, TOLOWER, QUOTE, CSV_QUOTE, PASSTHRU: texts into other texts.
#include "base/text.h"

#include <charconv>

#include <fmt/format.h>

#include "dialplan/application.h"
#include "dialplan/expansion.h"
#include "dialplan/regex.h"

namespace polyfon::func {
namespace {

using dialplan::ExpansionContext;

base::Task<std::string> value_of(ExpansionContext context, std::string name) {
  co_return co_await dialplan::expand(context, "${" + name + "}");
}

// \n \t \\ and \xHH become the characters they name; `literal` tells which of them were written so.
std::string unescaped(std::string_view text, std::string* literal = nullptr) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    const bool escape = c == '\\' && i + 1 < text.size();
    if (escape) {
      c = text[++i];
      int code = 0;
      if (c == 'n')
        c = '\n';
      else if (c == 't')
        c = '\t';
      else if (c == 'x' && i + 2 < text.size() &&
               std::from_chars(text.data() + i + 1, text.data() + i + 3, code, 16).ec == std::errc{}) {
        c = static_cast<char>(code);
        i += 2;
      }
    }
    out += c;
    if (literal) *literal += escape ? '1' : '0';
  }
  return out;
}

base::Task<std::string> replace(ExpansionContext context, std::string arguments) {
  auto parts = dialplan::split_raw_arguments(arguments, 3);
  parts.resize(3);
  if (parts[1].empty()) {
    context.warn(fmt::format("REPLACE({}): expected REPLACE(varname,find-chars[,replace-char])",
                             base::printable(arguments)));
    co_return std::string();
  }
  const std::string value = co_await value_of(context, parts[0]);
  const std::string wanted = unescaped(parts[1]), instead = unescaped(parts[2]);
  std::string out;
  for (char c : value) {
    if (wanted.find(c) == std::string::npos)
      out += c;
    else if (!instead.empty())
      out += instead.front();
  }
  co_return out;
}

base::Task<std::string> string_replace(ExpansionContext context, std::string arguments) {
  auto parts = dialplan::split_arguments(arguments, 4);
  parts.resize(4);
  if (parts[0].empty() || parts[1].empty()) {
    context.warn(fmt::format("STRREPLACE({}): expected STRREPLACE(varname,find[,replace[,max]])",
                             base::printable(arguments)));
    co_return std::string();
  }
  const std::string value = co_await value_of(context, parts[0]);
  std::size_t left = base::parse_number<std::size_t>(base::trim(parts[3])).value_or(value.size());
  std::string out;
  std::size_t at = 0;
  while (left > 0 && out.size() <= dialplan::kMaxExpandedBytes) {
    const auto found = value.find(parts[1], at);
    if (found == std::string::npos) break;
    out += value.substr(at, found - at) + parts[2];
    at = found + parts[1].size();
    --left;
  }
  co_return out + value.substr(at);
}

base::Task<std::string> filter(ExpansionContext context, std::string arguments) {
  // The first comma that is not written \, ends the characters.
  std::size_t comma = 0;
  while (comma < arguments.size() && arguments[comma] != ',') comma += arguments[comma] == '\\' ? 2 : 1;
  if (comma >= arguments.size()) {
    context.warn(
        fmt::format("FILTER({}): expected FILTER(allowed-chars,string)", base::printable(arguments)));
    co_return std::string();
  }
  std::string literal;
  const std::string set = unescaped(std::string_view(arguments).substr(0, comma), &literal);
  std::string allowed(256, '\0');
  for (std::size_t i = 0; i < set.size(); ++i) {
    const bool range = i + 2 < set.size() && set[i + 1] == '-' && literal[i + 1] == '0';
    const auto from = static_cast<unsigned char>(set[i]);
    const auto to = static_cast<unsigned char>(range ? set[i + 2] : set[i]);
    for (unsigned c = from; c <= to; ++c) allowed[c] = 1;
    if (range) i += 2;
  }
  std::string out;
  for (char c : std::string_view(arguments).substr(comma + 1))
    if (allowed[static_cast<unsigned char>(c)]) out += c;
  co_return out;
}

// REGEX("expression" text).
base::Task<std::string> regex(ExpansionContext context, std::string arguments) {
  const auto open = arguments.find('"');
  std::size_t close = open == std::string::npos ? open : open + 1;
  std::string expression;
  for (; close < arguments.size() && arguments[close] != '"'; ++close) {
    if (arguments[close] == '\\' && close + 1 < arguments.size() && arguments[close + 1] == '"') ++close;
    expression += arguments[close];
  }
  if (close >= arguments.size()) {
    context.warn(fmt::format("REGEX({}): expected REGEX(\"expression\" text)", base::printable(arguments)));
    co_return std::string();
  }
  std::string text = arguments.substr(close + 1);
  if (text.starts_with(' ')) text.erase(0, 1);
  auto compiled = dialplan::Regex::compile(expression);
  if (!compiled) {
    context.warn(fmt::format("REGEX(): {}", compiled.error().text));
    co_return std::string();
  }
  co_return std::string(compiled->search(text) ? "1" : "0");
}

base::Task<std::string> to_upper(ExpansionContext, std::string text) { co_return base::upper(text); }
base::Task<std::string> to_lower(ExpansionContext, std::string text) { co_return base::lower(text); }
base::Task<std::string> pass(ExpansionContext, std::string text) { co_return text; }

base::Task<std::string> quote(ExpansionContext, std::string text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  co_return out + '"';
}

base::Task<std::string> csv_quote(ExpansionContext, std::string text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  co_return out + '"';
}

const dialplan::FunctionRegistration kReplace{
    {{.name = "REPLACE",
      .synopsis = "Replace a set of characters in a given string with another character.",
      .syntax = "REPLACE(varname,find-chars[,replace-char])",
      .description =
          "Each of the characters in the variable of that name becomes the other one, or goes without "
          "one."},
     replace,
     nullptr}};
const dialplan::FunctionRegistration kStrReplace{
    {{.name = "STRREPLACE",
      .synopsis = "Replace instances of a substring within a string with another string.",
      .syntax = "STRREPLACE(varname,find-string[,replace-string[,max-replacements]])",
      .description = "The variable of that name with the one text put for the other."},
     string_replace,
     nullptr}};
const dialplan::FunctionRegistration kFilter{
    {{.name = "FILTER",
      .synopsis = "Filter the string to include only the allowed characters",
      .syntax = "FILTER(allowed-chars,string)",
      .description =
          "Characters and ranges: ${FILTER(0-9+,${CALLERID(num)})}; \\- is the character itself, \\x41 one "
          "by its code."},
     filter,
     nullptr}};
const dialplan::FunctionRegistration kRegex{
    {{.name = "REGEX",
      .synopsis = "Check string against a regular expression.",
      .syntax = "REGEX(\"regular expression\" string)",
      .description = "1 when the POSIX extended expression is found in the text, else 0."},
     regex,
     nullptr}};
const dialplan::FunctionRegistration kToUpper{{{.name = "TOUPPER",
                                                .synopsis = "Convert string to all uppercase letters.",
                                                .syntax = "TOUPPER(string)",
                                                .description = "English letters only."},
                                               to_upper,
                                               nullptr}};
const dialplan::FunctionRegistration kToLower{{{.name = "TOLOWER",
                                                .synopsis = "Convert string to all lowercase letters.",
                                                .syntax = "TOLOWER(string)",
                                                .description = "English letters only."},
                                               to_lower,
                                               nullptr}};
const dialplan::FunctionRegistration kQuote{
    {{.name = "QUOTE",
      .synopsis = "Quotes a given string, escaping embedded quotes as necessary",
      .syntax = "QUOTE(string)",
      .description = "The text in quotes, with a backslash before quotes and backslashes."},
     quote,
     nullptr}};
const dialplan::FunctionRegistration kCsvQuote{
    {{.name = "CSV_QUOTE",
      .synopsis = "Quotes a given string for use in a CSV file, escaping embedded quotes as necessary",
      .syntax = "CSV_QUOTE(string)",
      .description = "The text in quotes, with quotes inside doubled."},
     csv_quote,
     nullptr}};
const dialplan::FunctionRegistration kPassThru{
    {{.name = "PASSTHRU",
      .synopsis = "Pass the given argument back as a value.",
      .syntax = "PASSTHRU([string])",
      .description =
          "The text itself: for functions that take the name of a variable, ${CUT(PASSTHRU(a-b),-,1)}."},
     pass,
     nullptr}};

}  // namespace
}  // namespace polyfon::func
