// UriPart: walks the parameters (`;a=b;c`) and headers (`?a=b&c=d`) of a URI, one name and value a step, and
// compares texts that hold escapes. Private to sip/message. thread: any.
#pragma once
#include <optional>
#include <string_view>

#include "base/text.h"
#include "sip/message/grammar.h"

namespace polyfon::sip {

struct UriPart {
  std::string_view name, value;
  bool has_value = false;
};

// The next of `rest`, whose parts `separator` divides; nullopt at the end.
inline std::optional<UriPart> next_uri_part(std::string_view& rest, char separator) {
  if (rest.empty()) return std::nullopt;
  const std::size_t end = rest.find(separator);
  const std::string_view part = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  const std::size_t equal = part.find('=');
  if (equal == std::string_view::npos) return UriPart{part, {}, false};
  return UriPart{part.substr(0, equal), part.substr(equal + 1), true};
}

// One character of a text with escapes. RFC 3261 19.1.4: an escape equals its character, unless that is
// reserved.
struct EscapedChar {
  char value;
  bool reserved_escape;
  bool operator==(const EscapedChar&) const = default;
};

inline EscapedChar take_escaped(std::string_view text, std::size_t& at) {
  if (!grammar::is_escape(text, at)) return {text[at++], false};
  const char c = static_cast<char>(grammar::hex_value(text[at + 1]) * 16 + grammar::hex_value(text[at + 2]));
  at += 3;
  return {c, grammar::is(c, grammar::kReserved)};
}

enum class Case { kSensitive, kInsensitive };

inline bool same_escaped(std::string_view a, std::string_view b, Case letters) {
  std::size_t i = 0, k = 0;
  while (i < a.size() && k < b.size()) {
    EscapedChar left = take_escaped(a, i), right = take_escaped(b, k);
    if (letters == Case::kInsensitive) {
      left.value = base::to_lower(left.value);
      right.value = base::to_lower(right.value);
    }
    if (left != right) return false;
  }
  return i == a.size() && k == b.size();
}

}  // namespace polyfon::sip
