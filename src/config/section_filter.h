// SectionFilter: what follows the plus in `[name](+FILTER)`: `name=regex` terms joined by `&`, all of which a
// section must have; TEMPLATES=include|restrict lets templates match (reference: asterisk 1.1). thread: any.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/file.h"

namespace polyfon::config {

inline constexpr std::size_t kMaxFilter = 256;

class SectionFilter {
 public:
  static base::Result<SectionFilter> parse(std::string_view text);  // empty: everything but templates
  bool matches(const Section& section) const;

 private:
  struct Term {
    std::string name, value;  // POSIX extended expressions
  };
  enum class Templates { kNever, kAlso, kOnly };
  std::vector<Term> terms_;
  Templates templates_ = Templates::kNever;
};

}  // namespace polyfon::config
