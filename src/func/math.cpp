// MATH, INC, DEC, MIN, MAX, ABS: numbers.
#include <algorithm>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

#include "base/text.h"
#include "dialplan/application.h"
#include "dialplan/expansion.h"
#include "dialplan/variables.h"

namespace polyfon::func {
namespace {

using dialplan::ExpansionContext;

std::optional<double> number_of(std::string_view text) {
  text = base::trim(text);
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::int64_t whole(double value) {
  constexpr double kLargest = 9.2e18;
  return std::isfinite(value) ? static_cast<std::int64_t>(std::clamp(value, -kLargest, kLargest)) : 0;
}

struct Term {
  double left;
  std::string_view op;
  double right;
};

// "number op number"; the operators of two or three characters first.
std::optional<Term> parse_term(std::string_view text) {
  static constexpr std::string_view kOperators[] = {
      "AND", "XOR", "OR", "**", "<<", ">>", ">=", "<=", "==", "+", "-", "*", "/", "%", ">", "<"};
  // A sign at the beginning is the number's.
  for (std::size_t at = 1; at < text.size(); ++at)
    for (std::string_view op : kOperators) {
      if (!base::istarts_with(text.substr(at), op)) continue;
      const auto left = number_of(text.substr(0, at)), right = number_of(text.substr(at + op.size()));
      if (left && right) return Term{*left, op, *right};
    }
  return std::nullopt;
}

std::optional<double> calculate(const Term& term) {
  const auto [a, op, b] = term;
  const auto bits = [&](auto fn) { return static_cast<double>(fn(whole(a), whole(b))); };
  const auto shift = static_cast<unsigned>(whole(b)) & 63U;
  if (op == "+") return a + b;
  if (op == "-") return a - b;
  if (op == "*") return a * b;
  if (op == "/") return b == 0 ? std::nullopt : std::optional(a / b);
  if (op == "%")
    return whole(b) == 0 || whole(b) == -1 ? std::optional(0.0)
                                           : std::optional(bits([](auto x, auto y) { return x % y; }));
  if (op == "**") return std::pow(a, b);
  if (op == "<<")
    return static_cast<double>(static_cast<std::int64_t>(static_cast<std::uint64_t>(whole(a)) << shift));
  if (op == ">>") return static_cast<double>(whole(a) >> shift);
  if (op == "AND") return bits([](auto x, auto y) { return x & y; });
  if (op == "OR") return bits([](auto x, auto y) { return x | y; });
  return bits([](auto x, auto y) { return x ^ y; });
}

std::optional<bool> compared(const Term& term) {
  const auto [a, op, b] = term;
  if (op == ">") return a > b;
  if (op == "<") return a < b;
  if (op == ">=") return a >= b;
  if (op == "<=") return a <= b;
  if (op == "==") return a == b;
  return std::nullopt;
}

base::Task<std::string> math(ExpansionContext context, std::string arguments) {
  auto parts = dialplan::split_arguments(arguments, 2);
  parts.resize(2);
  const auto term = parse_term(parts[0]);
  if (!term) {
    context.warn(fmt::format("MATH({}): expected number operator number", base::printable(arguments)));
    co_return std::string();
  }
  if (const auto truth = compared(*term)) co_return std::string(*truth ? "TRUE" : "FALSE");
  const auto value = calculate(*term);
  if (!value) {
    context.warn(fmt::format("MATH({}): division by zero", base::printable(arguments)));
    co_return std::string();
  }
  const std::string type = base::lower(base::trim(parts[1]));
  if (type.starts_with('i')) co_return fmt::to_string(whole(*value));
  if (type.starts_with('h')) co_return fmt::format("{:x}", static_cast<std::uint32_t>(whole(*value)));
  if (type.starts_with('c')) co_return std::string(1, static_cast<char>(whole(*value)));
  co_return fmt::format("{:f}", *value);
}

base::Task<std::string> step(ExpansionContext context, std::string name, int by) {
  const std::string old = co_await dialplan::expand(context, "${" + name + "}");
  const auto value =
      base::parse_number<std::int64_t>(base::trim(old), -(std::int64_t{1} << 62), std::int64_t{1} << 62);
  if (!value) {
    context.warn(fmt::format("{} is '{}': not a number that can be counted up or down", base::printable(name),
                             base::printable(old)));
    co_return std::string();
  }
  std::string fresh = fmt::to_string(*value + by);
  if (auto set = dialplan::set_variable(context, name, fresh); !set) context.warn(set.error().text);
  co_return fresh;
}

base::Task<std::string> inc(ExpansionContext context, std::string name) {
  return step(context, std::move(name), 1);
}
base::Task<std::string> dec(ExpansionContext context, std::string name) {
  return step(context, std::move(name), -1);
}

std::string shown(double value) { return fmt::format("{:.16g}", value); }

base::Task<std::string> extreme(ExpansionContext context, std::string arguments, bool largest) {
  const auto parts = dialplan::split_arguments(arguments, 2);
  const auto a = parts.size() == 2 ? number_of(parts[0]) : std::nullopt;
  const auto b = parts.size() == 2 ? number_of(parts[1]) : std::nullopt;
  if (!a || !b) {
    context.warn(
        fmt::format("{}({}): expected two numbers", largest ? "MAX" : "MIN", base::printable(arguments)));
    co_return std::string();
  }
  co_return shown(largest ? std::max(*a, *b) : std::min(*a, *b));
}

base::Task<std::string> max(ExpansionContext context, std::string text) {
  return extreme(context, std::move(text), true);
}
base::Task<std::string> min(ExpansionContext context, std::string text) {
  return extreme(context, std::move(text), false);
}
base::Task<std::string> abs(ExpansionContext context, std::string text) {
  const auto value = number_of(text);
  if (!value) context.warn(fmt::format("ABS({}): expected a number", base::printable(text)));
  co_return value ? shown(std::fabs(*value)) : std::string();
}

const dialplan::FunctionRegistration kMath{
    {{.name = "MATH",
      .synopsis = "Performs Mathematical Functions.",
      .syntax = "MATH(expression[,type])",
      .description =
          "number op number with + - * / % ** << >> AND OR XOR, < > <= >= == (TRUE or FALSE). type: float "
          "(the default:\n"
          "3.000000), int, hex, char."},
     math,
     nullptr}};
const dialplan::FunctionRegistration kInc{
    {{.name = "INC",
      .synopsis = "Increments the value of a variable, while returning the "
                  "updated value to the dialplan",
      .syntax = "INC(variable)",
      .description = "Takes the name of the variable: ${INC(i)}."},
     inc,
     nullptr}};
const dialplan::FunctionRegistration kDec{
    {{.name = "DEC",
      .synopsis = "Decrements the value of a variable, while returning the "
                  "updated value to the dialplan",
      .syntax = "DEC(variable)",
      .description = "Takes the name of the variable: ${DEC(i)}."},
     dec,
     nullptr}};
const dialplan::FunctionRegistration kMax{{{.name = "MAX",
                                            .synopsis = "Returns the maximum of two numbers.",
                                            .syntax = "MAX(num1,num2)",
                                            .description = "The larger of the two."},
                                           max,
                                           nullptr}};
const dialplan::FunctionRegistration kMin{{{.name = "MIN",
                                            .synopsis = "Returns the minimum of two numbers.",
                                            .syntax = "MIN(num1,num2)",
                                            .description = "The smaller of the two."},
                                           min,
                                           nullptr}};
const dialplan::FunctionRegistration kAbs{{{.name = "ABS",
                                            .synopsis = "Absolute value of a number.",
                                            .syntax = "ABS(num)",
                                            .description = "The number without its sign."},
                                           abs,
                                           nullptr}};

}  // namespace
}  // namespace polyfon::func
