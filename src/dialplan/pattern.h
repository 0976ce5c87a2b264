// Pattern: an extension as written: literal or "_" pattern with X Z N [..] . ! (asterisk 1.3); how it matches
// dialled data and how it sorts against another. It keeps the text alone and reads it position by position,
// so that a plan of 100,000 extensions stays small and matching allocates nothing. Pure. thread: any.
#pragma once
#include <bitset>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace polyfon::dialplan {

class Pattern {
 public:
  static constexpr std::size_t kMaxLength = 80;

  Pattern() = default;
  explicit Pattern(std::string_view text);

  const std::string& text() const { return text_; }  // as written, for display
  bool is_pattern() const { return pattern_; }
  bool is_broken() const { return broken_; }  // an unclosed '[': matches nothing and sorts last

  enum class Match { kNo, kExact, kPartial };
  // kExact: `digits` is matched as a whole. kPartial: more digits could make it match (and these do not yet).
  Match match(std::string_view digits) const;
  // Could something longer than `digits` match (MATCHMORE)? A `!` that has matched is final: no.
  bool matches_more(std::string_view digits) const;
  // Whether `digits` reach a `!`: in MATCHMORE the search ends there ("no more"), whatever else is in the
  // context.
  bool matches_early(std::string_view digits) const;

  // Asterisk's order: what is tried first is less. Patterns that differ only in '-', in the case of X Z N or
  // in how a set is written are equal, and are one extension.
  std::strong_ordering operator<=>(const Pattern& other) const;
  bool operator==(const Pattern& other) const { return (*this <=> other) == 0; }
  // Equal patterns have equal keys: for hash maps.
  std::string key() const;

  // How a literal (not a pattern) sorts against dialled data, '-' ignored in both; for binary search.
  std::strong_ordering compare_literal(std::string_view digits) const;

 private:
  enum class Outcome { kNo, kExact, kPartial, kAny, kEarly };  // kAny: at '.'; kEarly: at '!'
  Outcome run(std::string_view digits) const;
  Outcome run_literal(std::string_view digits) const;

  std::string text_;
  bool pattern_ = false;
  bool broken_ = false;
};

}  // namespace polyfon::dialplan
