#include "dialplan/expression.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/text.h"

namespace polyfon::dialplan {
namespace {

using Operator = ExpressionOperator;

enum class Token : std::uint8_t { kEnd, kWord, kOperator, kQuestion, kDoubleColon, kComma, kOpen, kClose };

// Two operators of one spelling (the minus) are told apart by the parser. Longer spellings first.
struct Spelling {
  std::string_view text;
  Token token;
  Operator op;
};
constexpr auto kSpellings = std::to_array<Spelling>({
    {"||", Token::kOperator, Operator::kOr},
    {"&&", Token::kOperator, Operator::kAnd},
    {"==", Token::kOperator, Operator::kEqual},
    {"=~", Token::kOperator, Operator::kSearch},
    {"~~", Token::kOperator, Operator::kConcatenate},
    {">=", Token::kOperator, Operator::kGreaterOrEqual},
    {"<=", Token::kOperator, Operator::kLessOrEqual},
    {"!=", Token::kOperator, Operator::kNotEqual},
    {"::", Token::kDoubleColon, {}},
    {"|", Token::kOperator, Operator::kOr},
    {"&", Token::kOperator, Operator::kAnd},
    {"=", Token::kOperator, Operator::kEqual},
    {">", Token::kOperator, Operator::kGreater},
    {"<", Token::kOperator, Operator::kLess},
    {"+", Token::kOperator, Operator::kPlus},
    {"-", Token::kOperator, Operator::kMinus},
    {"*", Token::kOperator, Operator::kTimes},
    {"/", Token::kOperator, Operator::kDivide},
    {"%", Token::kOperator, Operator::kRemainder},
    {"!", Token::kOperator, Operator::kNot},
    {":", Token::kOperator, Operator::kMatch},
    {"?", Token::kQuestion, {}},
    {",", Token::kComma, {}},
    {"(", Token::kOpen, {}},
    {")", Token::kClose, {}},
});

// How strongly binary operators bind; all of them to the left.
enum Level : int {
  kConditionalLevel = 1,
  kOrLevel,
  kAndLevel,
  kCompareLevel,
  kAddLevel,
  kMultiplyLevel,
  kMatchLevel
};

// 0: it is no binary operator.
int level_of(Operator op) {
  switch (op) {
    case Operator::kConditional: return kConditionalLevel;
    case Operator::kOr: return kOrLevel;
    case Operator::kAnd: return kAndLevel;
    case Operator::kEqual:
    case Operator::kNotEqual:
    case Operator::kGreater:
    case Operator::kLess:
    case Operator::kGreaterOrEqual:
    case Operator::kLessOrEqual: return kCompareLevel;
    case Operator::kPlus:
    case Operator::kMinus: return kAddLevel;
    case Operator::kTimes:
    case Operator::kDivide:
    case Operator::kRemainder: return kMultiplyLevel;
    case Operator::kMatch:
    case Operator::kSearch:
    case Operator::kConcatenate: return kMatchLevel;
    case Operator::kNot:
    case Operator::kNegate: return 0;
  }
  return 0;
}

bool is_word_character(char c) {
  return base::is_alnum(c) || std::string_view(".';\\_^#@").contains(c) ||
         static_cast<unsigned char>(c) >= 0x80;
}

// Words, texts in quotes, and operators; blanks only separate, and what belongs to nothing is left out.
class Scanner {
 public:
  Scanner(std::string_view text, Reporter& reporter) : text_(text), reporter_(reporter) { advance(); }

  Token token() const { return token_; }
  Operator op() const { return op_; }
  std::string_view word() const { return word_; }
  std::size_t column() const { return begin_; }

  void advance() {
    for (; at_ < text_.size(); ++at_) {
      begin_ = at_;
      if (std::size_t length = quoted_length()) return take(Token::kWord, length);
      for (const Spelling& spelling : kSpellings)
        if (text_.substr(at_).starts_with(spelling.text)) {
          op_ = spelling.op;
          return take(spelling.token, spelling.text.size());
        }
      if (std::size_t length = word_length()) return take(Token::kWord, length);
      if (!base::is_space(text_[at_]) && !warned_) {
        warned_ = true;
        reporter_.warn(fmt::format("'{}' in the expression '{}' means nothing there: left out",
                                   base::printable(text_.substr(at_, 1)), base::printable(text_)));
      }
    }
    begin_ = at_;
    take(Token::kEnd, 0);
  }

 private:
  void take(Token token, std::size_t length) {
    token_ = token;
    word_ = text_.substr(at_, length);
    at_ += length;
  }
  std::size_t quoted_length() const {
    if (text_[at_] != '"') return 0;
    const auto end = text_.find('"', at_ + 1);
    return end == std::string_view::npos ? 0 : end + 1 - at_;
  }
  std::size_t word_length() const {
    std::size_t i = at_;
    while (i < text_.size()) {
      if (is_word_character(text_[i]))
        ++i;
      else if (text_[i] == '$' && i + 1 < text_.size())
        i += text_[i + 1] == '{' ? reference_length(i) : 2;
      else
        break;
    }
    return std::min(i, text_.size()) - at_;
  }
  // ${...} that nobody has substituted: up to its '}'.
  std::size_t reference_length(std::size_t from) const {
    int depth = 0;
    for (std::size_t i = from; i < text_.size(); ++i) {
      if (text_[i] == '{') ++depth;
      if (text_[i] == '}' && --depth == 0) return i + 1 - from;
    }
    return text_.size() - from;
  }

  std::string_view text_;
  Reporter& reporter_;
  std::size_t at_ = 0, begin_ = 0;
  Token token_ = Token::kEnd;
  Operator op_{};
  std::string_view word_;
  bool warned_ = false;
};

}  // namespace

// Precedence climbing over the tokens; what it reads becomes instructions in postfix order.
class ExpressionParser {
 public:
  using Kind = Expression::Instruction::Kind;

  ExpressionParser(std::string_view text, Expression& expression)
      : text_(text), expression_(expression), scanner_(text, expression.reporter_) {}

  void parse() {
    if (scanner_.token() == Token::kEnd) return;  // empty: the result is too
    const bool complete = binary(kConditionalLevel);
    if (complete && scanner_.token() == Token::kEnd) return;
    say_error();
    if (complete) return;  // what stands before the error is the result
    expression_.program_.clear();
    expression_.fixed_ = "0";
  }

 private:
  // Each returns whether it found what it was to read; the token in hand is the error when not.
  bool binary(int least) {
    if (!unary()) return false;
    for (;;) {
      if (scanner_.token() == Token::kQuestion && least <= kConditionalLevel) {
        scanner_.advance();
        if (!nested() || scanner_.token() != Token::kDoubleColon) return false;
        scanner_.advance();
        if (!deeper(kConditionalLevel + 1)) return false;
        emit(Operator::kConditional, 3);
        continue;
      }
      const Operator op = scanner_.op();
      const int level = scanner_.token() == Token::kOperator ? level_of(op) : 0;
      if (level == 0 || level < least) return true;
      scanner_.advance();
      if (!deeper(level + 1)) return false;
      emit(op, 2);
    }
  }

  bool unary() {
    const bool minus = scanner_.token() == Token::kOperator && scanner_.op() == Operator::kMinus;
    const bool negation = scanner_.token() == Token::kOperator && scanner_.op() == Operator::kNot;
    if (!minus && !negation) return primary();
    scanner_.advance();
    if (!deeper(kMatchLevel)) return false;  // ':' and its kin bind more strongly than a sign
    emit(minus ? Operator::kNegate : Operator::kNot, 1);
    return true;
  }

  bool primary() {
    if (scanner_.token() == Token::kOpen) {
      scanner_.advance();
      return nested() && close();
    }
    if (scanner_.token() != Token::kWord) return false;
    std::string word(scanner_.word());
    scanner_.advance();
    if (scanner_.token() != Token::kOpen) {
      expression_.program_.push_back({Kind::kPush, {}, 0, std::move(word)});
      return true;
    }
    scanner_.advance();
    std::size_t count = 0;
    if (!arguments(count)) return false;
    expression_.program_.push_back({Kind::kCall, {}, count, std::move(word)});
    return true;
  }

  // One at least; a ',' may be followed by none.
  bool arguments(std::size_t& count) {
    for (;;) {
      if (count > 0 && (scanner_.token() == Token::kComma || scanner_.token() == Token::kClose))
        expression_.program_.push_back({Kind::kPush, {}, 0, {}});
      else if (!nested())
        return false;
      ++count;
      if (scanner_.token() != Token::kComma) return close();
      scanner_.advance();
    }
  }

  bool close() {
    if (scanner_.token() != Token::kClose) return false;
    scanner_.advance();
    return true;
  }
  bool nested() { return deeper(kConditionalLevel); }
  bool deeper(int least) {
    if (++depth_ > kMaxExpressionDepth) {
      too_deep_ = true;
      return false;
    }
    const bool found = binary(least);
    --depth_;
    return found;
  }
  void emit(Operator op, std::size_t operands) {
    expression_.program_.push_back({Kind::kApply, op, operands, {}});
  }
  void say_error() {
    const std::string what = scanner_.token() == Token::kEnd
                                 ? "it ends too early"
                                 : fmt::format("'{}' is not expected", base::printable(scanner_.word()));
    expression_.reporter_.warn(too_deep_
                                   ? fmt::format("the expression '{}' is nested deeper than {} levels",
                                                 base::printable(text_), kMaxExpressionDepth)
                                   : fmt::format("syntax error in the expression '{}' at character {}: {}",
                                                 base::printable(text_), scanner_.column() + 1, what));
  }

  std::string_view text_;
  Expression& expression_;
  Scanner scanner_;
  int depth_ = 0;
  bool too_deep_ = false;
};

Expression::Expression(std::string_view text, Reporter& reporter) : reporter_(reporter) {
  if (text.size() > kMaxExpression) {
    reporter.warn(fmt::format("an expression is longer than {} bytes: it is 0", kMaxExpression));
    fixed_ = "0";
    return;
  }
  ExpressionParser(text, *this).parse();
}

std::optional<Expression::Call> Expression::run() {
  for (; next_ < program_.size(); ++next_) {
    const Instruction& now = program_[next_];
    if (now.kind == Instruction::Kind::kPush) {
      stack_.push_back(ExpressionValue::word(now.text));
      continue;
    }
    const auto operands = std::span(stack_).last(now.operands);
    if (now.kind == Instruction::Kind::kCall && !is_math(now.text)) {
      Call call{now.text, {}};
      for (const ExpressionValue& operand : operands) {
        if (&operand != operands.data()) call.arguments += ',';
        call.arguments += operand.to_string();
      }
      return call;
    }
    ExpressionValue value = now.kind == Instruction::Kind::kApply ? apply(now.op, operands, reporter_)
                                                                  : *call_math(now.text, operands, reporter_);
    stack_.resize(stack_.size() - now.operands, ExpressionValue(0.0L));
    stack_.push_back(std::move(value));
  }
  return std::nullopt;
}

void Expression::give(std::string_view value) {
  if (next_ >= program_.size()) return;
  stack_.resize(stack_.size() - program_[next_].operands, ExpressionValue(0.0L));
  stack_.push_back(ExpressionValue::returned(value));
  ++next_;
}

std::string Expression::result() const { return stack_.empty() ? fixed_ : stack_.back().to_string(); }

}  // namespace polyfon::dialplan
