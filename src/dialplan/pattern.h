// Pattern: an extension as written, compiled: literal or "_" pattern with X Z N [..] . ! (asterisk 1.3); how it matches
// dialled data and how it sorts against another. Pure. thread: any.
#pragma once
#include <array>
#include <bitset>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace polyfon::dialplan {

class Pattern {
 public:
  static constexpr std::size_t kMaxLength = 80;

  Pattern() = default;
  explicit Pattern(std::string_view text);

  const std::string& text() const { return text_; }  // as written, for display
  bool is_pattern() const { return pattern_; }

  enum class Match { kNo, kExact, kPartial };
  // kExact: `digits` is matched as a whole. kPartial: more digits could make it match (and these do not yet).
  Match match(std::string_view digits) const;
  // Could something longer than `digits` match (MATCHMORE)? A `!` that has matched is final.
  bool matches_more(std::string_view digits) const;
  // Asterisk's order: what is tried first is less.
  std::strong_ordering operator<=>(const Pattern& other) const;
  bool operator==(const Pattern& other) const;

 private:
  struct Position {
    enum class Kind : std::uint8_t { kSet, kDot, kBang, kBroken } kind;
    std::bitset<256> set;
  };
  std::string text_;
  std::string literal_;  // without '-' when not a pattern
  bool pattern_ = false;
  std::vector<Position> positions_;
};

}  // namespace polyfon::dialplan
