// ExpressionValue: what $[...] calculates with, and its operators (asterisk 1.6): a number, a text that is
// one, or a text. Arithmetic is long double, printed with 18 digits. Pure: warnings go to a Reporter.
// thread: any.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "dialplan/reporter.h"

namespace polyfon::dialplan {

// A '"' that came out of a variable inside quotes: part of the text, not its end. It never leaves $[...].
inline constexpr char kQuoteOfValue = '\x01';

enum class ExpressionOperator : std::uint8_t {
  kConditional,
  kOr,
  kAnd,
  kEqual,
  kNotEqual,
  kGreater,
  kLess,
  kGreaterOrEqual,
  kLessOrEqual,
  kPlus,
  kMinus,
  kTimes,
  kDivide,
  kRemainder,
  kNot,
  kNegate,
  kMatch,   // ':', anchored
  kSearch,  // "=~"
  kConcatenate,
};

class ExpressionValue {
 public:
  explicit ExpressionValue(long double number) : kind_(Kind::kNumber), number_(number) {}
  // A word of the expression: digits with at most one '.' inside are a number that keeps its form ("007").
  static ExpressionValue word(std::string_view text);
  // A text that was computed: digits and dots make a number of it.
  static ExpressionValue computed(std::string_view text);
  // What a dialplan function returned.
  static ExpressionValue returned(std::string_view text);

  std::string to_string() const;  // as the result of an expression
  // The number it is; nullopt: it is a text.
  std::optional<long double> number() const;

 private:
  enum class Kind : std::uint8_t { kNumber, kNumericText, kText };
  ExpressionValue(Kind kind, std::string_view text) : kind_(kind), text_(text) {}
  bool is_text() const { return kind_ == Kind::kText; }
  bool is_false() const;       // of | and &
  bool chooses_first() const;  // of ?::
  bool inverted() const;       // of !
  std::string unquoted() const;
  void make_number();

  static int compare(const ExpressionValue& a, const ExpressionValue& b);
  static ExpressionValue match(const ExpressionValue& a, const ExpressionValue& b, bool anchored,
                               Reporter& reporter);
  static ExpressionValue calculate(ExpressionOperator op, const ExpressionValue& a, const ExpressionValue& b,
                                   Reporter& reporter);
  friend ExpressionValue apply(ExpressionOperator op, std::span<ExpressionValue> operands,
                               Reporter& reporter);

  Kind kind_;
  long double number_ = 0;
  std::string text_;
};

// One operand for kNot and kNegate, three for kConditional, else two.
ExpressionValue apply(ExpressionOperator op, std::span<ExpressionValue> operands, Reporter& reporter);

// COS(), POW() and the other functions that expressions bring along; nullopt: none of that name.
std::optional<ExpressionValue> call_math(std::string_view name, std::span<const ExpressionValue> arguments,
                                         Reporter& reporter);
bool is_math(std::string_view name);

}  // namespace polyfon::dialplan
