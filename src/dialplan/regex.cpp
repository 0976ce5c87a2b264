#include "dialplan/regex.h"

#include <array>

#include <fmt/format.h>
#include <regex.h>

#include "base/text.h"

namespace polyfon::dialplan {

struct Regex::Compiled {
  regex_t regex{};
};

void Regex::Free::operator()(Compiled* compiled) const {
  regfree(&compiled->regex);
  delete compiled;
}

namespace {

// The largest number of "{n,m}", from behind its '{'.
int largest_count(std::string_view text) {
  int largest = 1, number = 0;
  for (char c : text) {
    if (base::is_digit(c))
      number = std::min(number * 10 + (c - '0'), kMaxRegexRepetitions + 1);
    else
      number = 0;
    largest = std::max(largest, number);
    if (c == '}') break;
  }
  return largest;
}

// What is refused in it; empty: nothing.
std::string_view refusal(std::string_view expression) {
  if (expression.size() > kMaxRegex) return "it is longer than 1024 bytes";
  int depth = 0;
  int repetitions = 1;
  for (std::size_t i = 0; i < expression.size(); ++i) {
    const char c = expression[i];
    if (c == '\\' && i + 1 < expression.size()) {
      if (base::is_digit(expression[++i])) return "back references are not read";
    } else if (c == '(') {
      if (++depth > kMaxRegexDepth) return "its parentheses are nested too deep";
    } else if (c == ')') {
      --depth;
    } else if (c == '{') {
      repetitions *= largest_count(expression.substr(i + 1));
      if (repetitions > kMaxRegexRepetitions) return "its repetition counts are too large";
    }
  }
  return {};
}

}  // namespace

base::Result<Regex> Regex::compile(std::string_view expression, bool ignore_case) {
  if (const auto why = refusal(expression); !why.empty())
    return base::fail(base::ErrorCode::kUnsupported,
                      fmt::format("the regular expression '{}': {}", base::printable(expression), why));
  auto compiled = std::make_unique<Compiled>();
  const int code = regcomp(&compiled->regex, std::string(expression).c_str(),
                           REG_EXTENDED | (ignore_case ? REG_ICASE : 0));
  if (code != 0) {
    std::array<char, 128> why{};
    regerror(code, &compiled->regex, why.data(), why.size());
    return base::fail(base::ErrorCode::kInvalid, fmt::format("'{}' is no regular expression: {}",
                                                             base::printable(expression), why.data()));
  }
  Regex regex;
  regex.compiled_.reset(compiled.release());
  return regex;
}

std::optional<Regex::Match> Regex::search(const std::string& text) const {
  std::array<regmatch_t, 2> found{};
  if (regexec(&compiled_->regex, text.c_str(), found.size(), found.data(), 0) != 0) return std::nullopt;
  Match match{static_cast<std::size_t>(found[0].rm_so),
              static_cast<std::size_t>(found[0].rm_eo - found[0].rm_so),
              {}};
  if (found[1].rm_so >= 0)
    match.group = text.substr(static_cast<std::size_t>(found[1].rm_so),
                              static_cast<std::size_t>(found[1].rm_eo - found[1].rm_so));
  return match;
}

std::size_t Regex::groups() const { return compiled_->regex.re_nsub; }

}  // namespace polyfon::dialplan
