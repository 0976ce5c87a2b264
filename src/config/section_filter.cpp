#include "config/section_filter.h"

#include <algorithm>

#include <fmt/format.h>
#include <regex.h>

#include "base/text.h"
#include "config/strip.h"

namespace polyfon::config {

namespace {

class Expression {
 public:
  explicit Expression(const std::string& text)
      : usable_(regcomp(&compiled_, text.c_str(), REG_EXTENDED | REG_NOSUB) == 0) {}
  ~Expression() {
    if (usable_) regfree(&compiled_);
  }
  Expression(const Expression&) = delete;
  Expression& operator=(const Expression&) = delete;
  bool usable() const { return usable_; }
  bool matches(const std::string& text) const {
    return usable_ && regexec(&compiled_, text.c_str(), 0, nullptr, 0) == 0;
  }

 private:
  regex_t compiled_{};
  bool usable_;
};

// Repetition counts multiply and back references explode in the C library's matcher: a file could stop the
// exchange.
bool is_costly(std::string_view expression) {
  if (expression.contains('{')) return true;
  for (std::size_t i = 0; i + 1 < expression.size(); ++i)
    if (expression[i] == '\\' && base::is_digit(expression[i + 1])) return true;
  return false;
}

}  // namespace

base::Result<SectionFilter> SectionFilter::parse(std::string_view text) {
  SectionFilter filter;
  text = strip(text);
  if (text.empty()) return filter;
  if (text.size() > kMaxFilter)
    return base::fail(base::ErrorCode::kLimit, fmt::format("the filter is longer than {} bytes", kMaxFilter));
  for (std::string_view part : base::split(text, '&')) {
    std::size_t equals = part.find('=');
    if (equals == std::string_view::npos)
      return base::fail(base::ErrorCode::kInvalid,
                        fmt::format("'{}' in the filter; expected name=regex", base::printable(part)));
    std::string name(strip(part.substr(0, equals))), value(strip(part.substr(equals + 1)));
    if (name == "TEMPLATES") {
      if (base::iequals(value, "include"))
        filter.templates_ = Templates::kAlso;
      else if (base::iequals(value, "restrict"))
        filter.templates_ = Templates::kOnly;
      else
        return base::fail(base::ErrorCode::kInvalid, "TEMPLATES in the filter; expected include or restrict");
      continue;
    }
    if (is_costly(name) || is_costly(value))
      return base::fail(base::ErrorCode::kUnsupported,
                        "a repetition count or a back reference in the filter; neither is read");
    if (!Expression(name).usable() || !Expression(value).usable())
      return base::fail(base::ErrorCode::kInvalid,
                        fmt::format("'{}' in the filter is no regular expression", base::printable(part)));
    filter.terms_.push_back({std::move(name), std::move(value)});
  }
  return filter;
}

bool SectionFilter::matches(const Section& section) const {
  if (section.is_template && templates_ == Templates::kNever) return false;
  if (!section.is_template && templates_ == Templates::kOnly) return false;
  return std::ranges::all_of(terms_, [&](const Term& term) {
    Expression name(term.name), value(term.value);
    return std::ranges::any_of(section.variables, [&](const Variable& variable) {
      return name.matches(variable.name) && value.matches(variable.value);
    });
  });
}

}  // namespace polyfon::config
