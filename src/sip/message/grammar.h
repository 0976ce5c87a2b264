// Grammar: what the decoders of this folder share: character classes of RFC 3261 25.1 as one table, linear
// white space, and a cursor over a header value. CR, LF, SP and HT all count as blanks here: the scan
// (message.h) lets CR and LF into a value only as part of a fold. Private to sip/message. thread: any.
#pragma once
#include <array>
#include <cstdint>
#include <string_view>

#include "base/text.h"

namespace polyfon::sip::grammar {

enum CharClass : std::uint8_t {
  kToken = 1,           // token
  kUserChar = 2,        // unreserved, user-unreserved; '#' too, which phones dial unescaped
  kPasswordChar = 4,    // unreserved and "&=+$,"
  kUriParamChar = 8,    // paramchar without escapes
  kUriHeaderChar = 16,  // hnv-unreserved and unreserved
  kParamValueChar =
      32,  // what an unquoted header parameter value may hold (wider than token: IPv6, base64, UTF-8)
  kDisplayChar = 64,  // an unquoted display name: token, blanks, UTF-8
  kReserved = 128,    // RFC 2396 reserved: an escaped one is not the same as a bare one
};

constexpr std::array<std::uint8_t, 256> make_classes() {
  std::array<std::uint8_t, 256> table{};
  auto add = [&table](std::string_view chars, unsigned classes) {
    for (char c : chars) table[static_cast<unsigned char>(c)] |= static_cast<std::uint8_t>(classes);
  };
  for (unsigned i = 0; i < 256; ++i) {
    const char c = static_cast<char>(i);
    if (base::is_alnum(c)) {
      table[i] |= kToken | kUserChar | kPasswordChar | kUriParamChar | kUriHeaderChar | kParamValueChar |
                  kDisplayChar;
    }
    if (i > 0x20 && i != 0x7f) table[i] |= kParamValueChar;
    if (i >= 0x80) table[i] |= kDisplayChar;
  }
  add("-.!%*_+`'~", kToken | kDisplayChar);
  add(" \t\r\n", kDisplayChar);
  add("-_.!~*'()", kUserChar | kPasswordChar | kUriParamChar | kUriHeaderChar);
  add("&=+$,;?/#", kUserChar);
  add("&=+$,", kPasswordChar);
  add("[]/:&+$", kUriParamChar);
  add("[]/?:+$", kUriHeaderChar);
  add(";/?:@&=+$,", kReserved);
  for (char c : std::string_view(";,\"<>")) {
    table[static_cast<unsigned char>(c)] &= static_cast<std::uint8_t>(~kParamValueChar);
  }
  return table;
}
inline constexpr std::array<std::uint8_t, 256> kClasses = make_classes();

constexpr bool is(char c, CharClass wanted) {
  return (kClasses[static_cast<unsigned char>(c)] & wanted) != 0;
}
constexpr bool all(std::string_view text, CharClass wanted) {
  for (char c : text) {
    if (!is(c, wanted)) return false;
  }
  return true;
}
constexpr bool is_token(std::string_view text) { return !text.empty() && all(text, kToken); }

constexpr int hex_value(char c) {
  if (base::is_digit(c)) return c - '0';
  const char low = base::to_lower(c);
  return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}
// Whether "%XX" stands at `at`.
constexpr bool is_escape(std::string_view text, std::size_t at) {
  return at + 2 < text.size() && text[at] == '%' && hex_value(text[at + 1]) >= 0 &&
         hex_value(text[at + 2]) >= 0;
}
// Every character is of that class or part of an escape.
constexpr bool all_or_escaped(std::string_view text, CharClass wanted) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is(text[i], wanted)) continue;
    if (!is_escape(text, i)) return false;
    i += 2;
  }
  return true;
}

constexpr bool is_lws(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
constexpr std::string_view trim_lws(std::string_view text) {
  while (!text.empty() && is_lws(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_lws(text.back())) text.remove_suffix(1);
  return text;
}

// Reads a value from left to right; what is left is `rest`.
struct Cursor {
  std::string_view rest;

  bool at_end() const { return rest.empty(); }
  bool at(char c) const { return !rest.empty() && rest.front() == c; }
  bool skip_lws() {
    std::size_t n = 0;
    while (n < rest.size() && is_lws(rest[n])) ++n;
    rest.remove_prefix(n);
    return n > 0;
  }
  bool eat(char c) {
    if (!at(c)) return false;
    rest.remove_prefix(1);
    return true;
  }
  // `c` with white space around it (SLASH, EQUAL, COLON ... of RFC 3261 25.1). Nothing is consumed when it is
  // not there.
  bool eat_spaced(char c) {
    Cursor ahead = *this;
    ahead.skip_lws();
    if (!ahead.eat(c)) return false;
    ahead.skip_lws();
    *this = ahead;
    return true;
  }
  std::string_view take(std::size_t n) {
    const std::string_view taken = rest.substr(0, n);
    rest.remove_prefix(n);
    return taken;
  }
  std::string_view take_while(CharClass wanted) {
    std::size_t n = 0;
    while (n < rest.size() && is(rest[n], wanted)) ++n;
    return take(n);
  }
  std::string_view token() { return take_while(kToken); }
  // What stands between quotes, escapes as written; the cursor is at the opening quote. False when it never
  // closes.
  bool quoted(std::string_view& inside) {
    for (std::size_t i = 1; i < rest.size(); ++i) {
      if (rest[i] == '\\') {
        ++i;
      } else if (rest[i] == '"') {
        inside = rest.substr(1, i - 1);
        rest.remove_prefix(i + 1);
        return true;
      }
    }
    return false;
  }
};

}  // namespace polyfon::sip::grammar
