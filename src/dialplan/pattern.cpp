#include "dialplan/pattern.h"

#include <algorithm>

namespace polyfon::dialplan {
namespace {

using CharacterSet = std::bitset<256>;

// The next character that counts: '-' is there for the eye only.
std::size_t skip_dashes(std::string_view text, std::size_t i) {
  while (i < text.size() && text[i] == '-') ++i;
  return i;
}

// Calls fn(first, last) for each character and range of a set's inside, until it says true. A '-' that cannot
// be a range stands for itself.
template <class Fn>
bool any_range(std::string_view inside, Fn&& fn) {
  for (std::size_t i = 0; i < inside.size(); ++i) {
    auto first = static_cast<unsigned char>(inside[i]);
    auto last = first;
    if (i + 2 < inside.size() && inside[i + 1] == '-') {
      last = static_cast<unsigned char>(inside[i + 2]);
      i += 2;
    }
    if (fn(first, last)) return true;
  }
  return false;
}

CharacterSet characters_of(std::string_view inside) {
  CharacterSet set;
  any_range(inside, [&](unsigned first, unsigned last) {
    for (unsigned c = first; c <= last; ++c) set.set(c);
    return false;
  });
  return set;
}

CharacterSet digit_range(char first) {
  CharacterSet set;
  for (char c = first; c <= '9'; ++c) set.set(static_cast<unsigned char>(c));
  return set;
}

// What one position of a pattern weighs in the sort: the number of its characters, then the lowest of them.
// The constants are those of asterisk 1.3, "Sort order".
constexpr std::uint32_t kDotWeight = 0x18000;
constexpr std::uint32_t kBangWeight = 0x28000;
constexpr std::uint32_t kEndWeight = 0x30000;
constexpr std::uint32_t kBrokenWeight = 0x40000;

struct Position {
  std::uint32_t weight = kEndWeight;
  CharacterSet set;
  bool end() const { return weight == kEndWeight; }
};

Position position_of(const CharacterSet& set) {
  std::uint32_t lowest = 0;
  while (lowest < 255 && !set.test(lowest)) ++lowest;
  return {static_cast<std::uint32_t>(set.count()) << 8 | lowest, set};
}

// Reads a pattern's positions for sorting.
class PositionReader {
 public:
  explicit PositionReader(std::string_view text) : text_(text) {}

  Position next() {
    for (;;) {
      at_ = skip_dashes(text_, at_);
      if (at_ >= text_.size()) return {};
      char c = text_[at_++];
      switch (c) {
        case 'X':
        case 'x': return position_of(digit_range('0'));
        case 'Z':
        case 'z': return position_of(digit_range('1'));
        case 'N':
        case 'n': return position_of(digit_range('2'));
        case '.': return {kDotWeight, {}};
        case '!': return {kBangWeight, {}};
        case '[': break;
        default:
          return {0x100U | static_cast<unsigned char>(c), CharacterSet().set(static_cast<unsigned char>(c))};
      }
      std::size_t close = text_.find(']', at_);
      if (close == std::string_view::npos) return {kBrokenWeight, {}};
      CharacterSet set = characters_of(text_.substr(at_, close - at_));
      at_ = close + 1;
      if (set.any()) return position_of(set);  // an empty set is ignored
    }
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

std::strong_ordering compare_sets(const CharacterSet& a, const CharacterSet& b) {
  for (std::size_t c = 0; c < a.size(); ++c)
    if (a.test(c) != b.test(c)) return a.test(c) ? std::strong_ordering::less : std::strong_ordering::greater;
  return std::strong_ordering::equal;
}

std::strong_ordering compare_patterns(std::string_view left, std::string_view right) {
  PositionReader a(left), b(right);
  for (;;) {
    Position pa = a.next(), pb = b.next();
    if (pa.weight != pb.weight) return pa.weight <=> pb.weight;
    if (pa.end()) return std::strong_ordering::equal;
    if (auto order = compare_sets(pa.set, pb.set); order != 0) return order;
  }
}

std::strong_ordering compare_literals(std::string_view left, std::string_view right) {
  std::size_t i = 0, j = 0;
  for (;; ++i, ++j) {
    i = skip_dashes(left, i);
    j = skip_dashes(right, j);
    if (i >= left.size() || j >= right.size()) return (i < left.size()) <=> (j < right.size());
    auto a = static_cast<unsigned char>(left[i]), b = static_cast<unsigned char>(right[j]);
    if (a != b) return a <=> b;
  }
}

bool has_open_set(std::string_view pattern) {
  for (std::size_t i = 0; i < pattern.size() && pattern[i] != '/'; ++i) {
    if (pattern[i] != '[') continue;
    i = pattern.find(']', i);
    if (i == std::string_view::npos) return true;
  }
  return false;
}

}  // namespace

Pattern::Pattern(std::string_view text)
    : text_(text), pattern_(text.starts_with('_')), broken_(pattern_ && has_open_set(text)) {}

Pattern::Outcome Pattern::run_literal(std::string_view digits) const {
  std::size_t i = 0, j = 0;
  for (;; ++i, ++j) {
    i = skip_dashes(text_, i);
    j = skip_dashes(digits, j);
    if (j >= digits.size()) return i >= text_.size() ? Outcome::kExact : Outcome::kPartial;
    if (i >= text_.size() || text_[i] != digits[j]) return Outcome::kNo;
  }
}

Pattern::Outcome Pattern::run(std::string_view digits) const {
  if (!pattern_) return run_literal(digits);
  if (broken_) return Outcome::kNo;
  const std::string_view text(text_);
  std::size_t i = 1, j = 0;
  for (;; ++i) {
    i = skip_dashes(text, i);
    j = skip_dashes(digits, j);
    if (i >= text.size() || text[i] == '/') return j >= digits.size() ? Outcome::kExact : Outcome::kNo;
    const char p = text[i];
    if (p == '!') return Outcome::kEarly;
    std::size_t close = 0;
    if (p == '[') {
      close = text.find(']', i);
      if (close == i + 1) {  // [] is ignored
        i = close;
        continue;
      }
    }
    if (j >= digits.size()) return Outcome::kPartial;
    const char d = digits[j++];
    switch (p) {
      case '.': return Outcome::kAny;
      case 'X':
      case 'x':
        if (d < '0' || d > '9') return Outcome::kNo;
        break;
      case 'Z':
      case 'z':
        if (d < '1' || d > '9') return Outcome::kNo;
        break;
      case 'N':
      case 'n':
        if (d < '2' || d > '9') return Outcome::kNo;
        break;
      case '[':
        if (!any_range(text.substr(i + 1, close - i - 1),
                       [u = static_cast<unsigned char>(d)](auto first, auto last) {
                         return first <= u && u <= last;
                       }))
          return Outcome::kNo;
        i = close;
        break;
      default:
        if (d != p) return Outcome::kNo;
    }
  }
}

Pattern::Match Pattern::match(std::string_view digits) const {
  switch (run(digits)) {
    case Outcome::kNo: return Match::kNo;
    case Outcome::kPartial: return Match::kPartial;
    case Outcome::kExact:
    case Outcome::kAny:
    case Outcome::kEarly: break;
  }
  return Match::kExact;
}

bool Pattern::matches_more(std::string_view digits) const {
  Outcome outcome = run(digits);
  return outcome == Outcome::kPartial || outcome == Outcome::kAny;
}

bool Pattern::matches_early(std::string_view digits) const {
  return pattern_ && run(digits) == Outcome::kEarly;
}

std::strong_ordering Pattern::operator<=>(const Pattern& other) const {
  if (pattern_ != other.pattern_) return pattern_ <=> other.pattern_;
  if (!pattern_) return compare_literals(text_, other.text_);
  return compare_patterns(std::string_view(text_).substr(1), std::string_view(other.text_).substr(1));
}

std::strong_ordering Pattern::compare_literal(std::string_view digits) const {
  return compare_literals(text_, digits);
}

std::string Pattern::key() const {
  std::string key;
  key.reserve(text_.size());
  if (!pattern_) {
    std::ranges::copy_if(text_, std::back_inserter(key), [](char c) { return c != '-'; });
    return key;
  }
  key = "-";  // which no literal has
  PositionReader reader(std::string_view(text_).substr(1));
  for (Position p = reader.next(); !p.end(); p = reader.next()) {
    key += static_cast<char>(
        'a' + (p.weight >> 16));  // the kind, so that a literal '.' of a set is not the wildcard
    for (std::size_t c = 0; c < p.set.size(); ++c)
      if (p.set.test(c)) key += static_cast<char>(c);
    key += '\0';
  }
  return key;
}

}  // namespace polyfon::dialplan
