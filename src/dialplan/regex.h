// Regex: a POSIX extended regular expression of a plan: the ':' and '=~' of $[...], REGEX(). Both the text
// and the expression may come from a stranger, so what makes the C library's matcher explode (back
// references, large repetition counts, deep nesting) is refused. Pure. thread: any.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace polyfon::dialplan {

inline constexpr std::size_t kMaxRegex = 1024;     // bytes
inline constexpr int kMaxRegexDepth = 50;          // parentheses within parentheses
inline constexpr int kMaxRegexRepetitions = 1000;  // all counts of {n,m} multiplied

class Regex {
 public:
  static base::Result<Regex> compile(std::string_view expression, bool ignore_case = false);

  struct Match {
    std::size_t begin = 0, length = 0;
    std::optional<std::string> group;  // the first one, when it took part
  };
  std::optional<Match> search(const std::string& text) const;
  std::size_t groups() const;

 private:
  struct Compiled;
  struct Free {
    void operator()(Compiled* compiled) const;
  };
  std::unique_ptr<Compiled, Free> compiled_;
};

}  // namespace polyfon::dialplan
