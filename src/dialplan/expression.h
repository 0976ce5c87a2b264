// Expression: $[...] (asterisk 1.6): scanned and parsed into postfix order, then run. A dialplan function in
// it is asked of whoever runs it, who may have to wait for the answer; that is why it runs piecemeal:
//
//   Expression expression(text, reporter);
//   while (auto call = expression.run()) expression.give(value of call->name(call->arguments));
//   expression.result();
//
// A syntax error warns and gives "0", or what stood complete before it. Pure. thread: its owner's.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dialplan/expression_value.h"
#include "dialplan/reporter.h"

namespace polyfon::dialplan {

inline constexpr int kMaxExpressionDepth = 100;      // parentheses, functions and signs within each other
inline constexpr std::size_t kMaxExpression = 8192;  // bytes; longer ones give "0"

class Expression {
 public:
  Expression(std::string_view text, Reporter& reporter);

  struct Call {
    std::string name;
    std::string arguments;
  };
  // Goes on until a dialplan function is wanted; nullopt: it has ended.
  std::optional<Call> run();
  void give(std::string_view value);  // what that function returned
  std::string result() const;

 private:
  friend class ExpressionParser;
  struct Instruction {
    enum class Kind : std::uint8_t { kPush, kApply, kCall } kind;
    ExpressionOperator op{};
    std::size_t operands = 0;
    std::string text;  // a word, or the name of a function
  };

  Reporter& reporter_;
  std::vector<Instruction> program_;
  std::size_t next_ = 0;
  std::vector<ExpressionValue> stack_;
  std::string fixed_;  // the result when there is no program
};

}  // namespace polyfon::dialplan
