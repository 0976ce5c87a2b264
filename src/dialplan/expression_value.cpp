#include "dialplan/expression_value.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include <fmt/format.h>

#include "base/text.h"
#include "dialplan/regex.h"

namespace polyfon::dialplan {
namespace {

using Operator = ExpressionOperator;

std::string with_quotes(std::string text) {
  std::ranges::replace(text, kQuoteOfValue, '"');
  return text;
}

// As atoi() does.
int leading_integer(const std::string& text) {
  return static_cast<int>(std::clamp<long>(std::strtol(text.c_str(), nullptr, 10), INT_MIN, INT_MAX));
}

std::string quoted(const ExpressionValue& value) {
  return fmt::format("'{}'", base::printable(value.to_string(), 64));
}

}  // namespace

ExpressionValue ExpressionValue::word(std::string_view text) {
  std::size_t i = 0;
  while (i < text.size() && base::is_digit(text[i])) ++i;
  const bool has_integer = i > 0;
  if (has_integer && i + 1 < text.size() && text[i] == '.') {
    ++i;
    while (i < text.size() && base::is_digit(text[i])) ++i;
  }
  const bool numeric = has_integer && i == text.size() && text.back() != '.';
  return {numeric ? Kind::kNumericText : Kind::kText, text};
}

ExpressionValue ExpressionValue::computed(std::string_view text) {
  const bool numeric =
      !text.empty() && std::ranges::all_of(text, [](char c) { return base::is_digit(c) || c == '.'; });
  return {numeric ? Kind::kNumericText : Kind::kText, text};
}

ExpressionValue ExpressionValue::returned(std::string_view text) {
  const bool numeric = text.find_first_not_of("-0123456789. \t") == std::string_view::npos;
  return numeric ? ExpressionValue(std::strtold(std::string(text).c_str(), nullptr)) : computed(text);
}

std::string ExpressionValue::to_string() const {
  if (kind_ != Kind::kNumber) return with_quotes(text_);
  std::array<char, 64> out{};
  std::snprintf(out.data(), out.size(), "%.18Lg", number_);
  return out.data();
}

std::optional<long double> ExpressionValue::number() const {
  if (kind_ == Kind::kNumber) return number_;
  if (kind_ == Kind::kText) return std::nullopt;
  const long double value = std::strtold(text_.c_str(), nullptr);
  return std::isfinite(value) ? std::optional(value) : std::nullopt;
}

void ExpressionValue::make_number() {
  if (const auto value = number()) *this = ExpressionValue(*value);
}

bool ExpressionValue::is_false() const {
  if (kind_ == Kind::kText) return text_.empty();
  return number() == 0.0L;
}

bool ExpressionValue::chooses_first() const {
  if (!is_text()) return number() != 0.0L;
  return !text_.empty() && text_ != "\"\"" && text_ != "0";
}

bool ExpressionValue::inverted() const {
  return kind_ == Kind::kNumber ? number_ == 0 : leading_integer(text_) == 0;
}

// Without its quotes, when it stands in quotes: every '"' goes then.
std::string ExpressionValue::unquoted() const {
  if (kind_ == Kind::kNumber) return to_string();
  std::string text = text_;
  if (text.size() > 1 && text.front() == '"' && text.back() == '"') std::erase(text, '"');
  return with_quotes(std::move(text));
}

// A text on either side makes it a comparison of texts, quotes included.
int ExpressionValue::compare(const ExpressionValue& a, const ExpressionValue& b) {
  const auto x = a.number(), y = b.number();
  if (!x || !y) return a.to_string().compare(b.to_string());
  return *x < *y ? -1 : (*x > *y ? 1 : 0);
}

// The first group when there is one, else the length of what matched; "" or 0 when nothing did.
ExpressionValue ExpressionValue::match(const ExpressionValue& a, const ExpressionValue& b, bool anchored,
                                       Reporter& reporter) {
  auto regex = Regex::compile(b.unquoted());
  if (!regex) {
    reporter.warn(regex.error().text);
    return computed("");
  }
  const auto found = regex->search(a.unquoted());
  if (found && (!anchored || found->begin == 0))
    return found->group ? computed(*found->group) : ExpressionValue(static_cast<long double>(found->length));
  return regex->groups() ? computed("") : ExpressionValue(0.0L);
}

ExpressionValue ExpressionValue::calculate(Operator op, const ExpressionValue& a, const ExpressionValue& b,
                                           Reporter& reporter) {
  const auto x = a.number(), y = b.number();
  if (!x || !y)
    reporter.warn(
        fmt::format("{} is not a number, in an expression that calculates with it", quoted(x ? b : a)));
  if (op == Operator::kPlus) return ExpressionValue(x.value_or(0) + y.value_or(0));
  if (op == Operator::kMinus) return ExpressionValue(x.value_or(0) - y.value_or(0));
  if (!x) return ExpressionValue(0.0L);
  if (op == Operator::kTimes) return ExpressionValue(y ? *x * *y : 0.0L);
  if (op == Operator::kDivide) {
    if (y && *y == 0) reporter.warn("division by zero in an expression");
    return ExpressionValue(y && *y != 0 ? *x / *y : static_cast<long double>(INT_MAX));
  }
  if (y && *y == 0) reporter.warn("division by zero in an expression");
  return ExpressionValue(y && *y != 0 ? std::fmod(*x, *y) : 0.0L);
}

ExpressionValue apply(Operator op, std::span<ExpressionValue> operands, Reporter& reporter) {
  using Value = ExpressionValue;
  const auto truth = [](bool value) { return Value(value ? 1.0L : 0.0L); };
  Value& a = operands[0];
  switch (op) {
    case Operator::kConditional: return a.chooses_first() ? operands[1] : operands[2];
    case Operator::kNot: return truth(a.inverted());
    case Operator::kNegate:
      if (const auto value = a.number()) return Value(-*value);
      reporter.warn(fmt::format("{} is not a number, in an expression that negates it", quoted(a)));
      return Value(0.0L);
    default: break;
  }
  Value& b = operands[1];
  switch (op) {
    case Operator::kOr:
      if (a.is_false()) return b;
      a.make_number();
      return a;
    case Operator::kAnd:
      if (a.is_false() || b.is_false()) return Value(0.0L);
      a.make_number();
      return a;
    case Operator::kEqual: return truth(Value::compare(a, b) == 0);
    case Operator::kNotEqual: return truth(Value::compare(a, b) != 0);
    case Operator::kGreater: return truth(Value::compare(a, b) > 0);
    case Operator::kLess: return truth(Value::compare(a, b) < 0);
    case Operator::kGreaterOrEqual: return truth(Value::compare(a, b) >= 0);
    case Operator::kLessOrEqual: return truth(Value::compare(a, b) <= 0);
    case Operator::kMatch: return Value::match(a, b, true, reporter);
    case Operator::kSearch: return Value::match(a, b, false, reporter);
    case Operator::kConcatenate: return Value::computed(a.unquoted() + b.unquoted());
    default: return Value::calculate(op, a, b, reporter);
  }
}

namespace {

struct MathFunction {
  std::string_view name;
  long double (*one)(long double);
  long double (*two)(long double, long double);
};

constexpr auto kMath = std::to_array<MathFunction>({
    {"ABS", [](long double x) { return std::fabs(x); }, nullptr},
    {"ACOS", [](long double x) { return std::acos(x); }, nullptr},
    {"ASIN", [](long double x) { return std::asin(x); }, nullptr},
    {"ATAN", [](long double x) { return std::atan(x); }, nullptr},
    {"ATAN2", nullptr, [](long double x, long double y) { return std::atan2(x, y); }},
    {"CEIL", [](long double x) { return std::ceil(x); }, nullptr},
    {"COS", [](long double x) { return std::cos(x); }, nullptr},
    {"EXP", [](long double x) { return std::exp(x); }, nullptr},
    {"EXP10", [](long double x) { return std::pow(10.0L, x); }, nullptr},
    {"EXP2", [](long double x) { return std::exp2(x); }, nullptr},
    {"FLOOR", [](long double x) { return std::floor(x); }, nullptr},
    {"LOG", [](long double x) { return std::log(x); }, nullptr},
    {"LOG10", [](long double x) { return std::log10(x); }, nullptr},
    {"LOG2", [](long double x) { return std::log2(x); }, nullptr},
    {"POW", nullptr, [](long double x, long double y) { return std::pow(x, y); }},
    {"REMAINDER", nullptr, [](long double x, long double y) { return std::remainder(x, y); }},
    {"RINT", [](long double x) { return std::rint(x); }, nullptr},
    {"ROUND", [](long double x) { return std::round(x); }, nullptr},
    {"SIN", [](long double x) { return std::sin(x); }, nullptr},
    {"SQRT", [](long double x) { return std::sqrt(x); }, nullptr},
    {"TAN", [](long double x) { return std::tan(x); }, nullptr},
    {"TRUNC", [](long double x) { return std::trunc(x); }, nullptr},
});

}  // namespace

bool is_math(std::string_view name) {
  return std::ranges::find(kMath, name, &MathFunction::name) != kMath.end();
}

std::optional<ExpressionValue> call_math(std::string_view name, std::span<const ExpressionValue> arguments,
                                         Reporter& reporter) {
  const auto* found = std::ranges::find(kMath, name, &MathFunction::name);
  if (found == kMath.end()) return std::nullopt;
  if (arguments.size() != (found->one ? 1U : 2U)) {
    reporter.warn(fmt::format("{}() in an expression takes {}, not {}", name,
                              found->one ? "one argument" : "two arguments", arguments.size()));
    return ExpressionValue(0.0L);
  }
  std::array<long double, 2> numbers{};
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const auto number = arguments[i].number();
    if (!number)
      reporter.warn(fmt::format("{}() in an expression: {} is not a number", name, quoted(arguments[i])));
    numbers[i] = number.value_or(0);
  }
  return ExpressionValue(found->one ? found->one(numbers[0]) : found->two(numbers[0], numbers[1]));
}

}  // namespace polyfon::dialplan
