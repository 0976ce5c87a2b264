// Text: what every parser and printer needs of strings; ASCII rules unless a name says UTF-8. Pure functions.
#pragma once
#include <charconv>
#include <concepts>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace polyfon::base {

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
constexpr bool is_alnum(char c) { return is_digit(c) || is_alpha(c); }
constexpr bool is_blank(char c) { return c == ' ' || c == '\t'; }
constexpr bool is_space(char c) { return is_blank(c) || c == '\r' || c == '\n' || c == '\v' || c == '\f'; }
constexpr char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

std::string_view trim(std::string_view text);  // blanks, CR and LF at both ends
bool iequals(std::string_view a, std::string_view b);
bool istarts_with(std::string_view text, std::string_view prefix);
std::string lower(std::string_view text);
std::string upper(std::string_view text);

// Splits at every separator; an empty text gives one empty part. Parts are not trimmed.
std::vector<std::string_view> split(std::string_view text, char separator);

// The whole text as a number in [min, max]; nullopt for anything else (sign, blanks, overflow).
template <std::integral T>
std::optional<T> parse_number(std::string_view text, T min = std::numeric_limits<T>::min(),
                              T max = std::numeric_limits<T>::max()) {
  T value{};
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || text.empty()) return std::nullopt;
  if (value < min || value > max) return std::nullopt;
  return value;
}

// Asterisk's booleans (ast_true / ast_false): yes true y t 1 on, no false n f 0 off; anything else is
// neither.
std::optional<bool> parse_boolean(std::string_view text);

std::string hex(std::string_view bytes);
bool is_utf8(std::string_view text);
// The text with control characters and broken UTF-8 replaced by '?', at most `limit` bytes: for logs and the
// console.
std::string printable(std::string_view text, std::size_t limit = 256);

// Equality in time that depends on the lengths only: for digests.
bool equal_constant_time(std::string_view a, std::string_view b);

struct CaseInsensitiveHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const;
};
struct CaseInsensitiveEqual {
  using is_transparent = void;
  bool operator()(std::string_view a, std::string_view b) const { return iequals(a, b); }
};
struct TextHash {  // for unordered_map<std::string, ...> that is asked with string_views
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};

}  // namespace polyfon::base
