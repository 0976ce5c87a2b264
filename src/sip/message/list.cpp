// Comma lists (RFC 3261 7.3.1): elements of one header line.
#include "sip/message/grammar.h"
#include "sip/message/headers.h"

namespace polyfon::sip {

namespace {

// The index behind what opens at `at`: a quoted string, <...> or a comment; npos when it never closes.
std::size_t skip_quotes(std::string_view text, std::size_t at) {
  for (std::size_t i = at + 1; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      return i + 1;
    }
  }
  return std::string_view::npos;
}

// A comment longer than that is none: else a list of ever opened ones would cost its length squared.
constexpr std::size_t kMaxComment = 128;

std::size_t skip_comment(std::string_view text, std::size_t at) {
  text = text.substr(0, at + kMaxComment);
  std::size_t depth = 0;
  for (std::size_t i = at; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '(') {
      ++depth;
    } else if (text[i] == ')' && --depth == 0) {
      return i + 1;
    }
  }
  return std::string_view::npos;
}

// Where the first element ends: at a comma, or the end. A quote or '<' that never closes takes the rest with
// it; a '(' without its ')' is an ordinary character, as in the user part of a URI.
std::size_t element_end(std::string_view text) {
  bool comments = true;
  std::size_t i = 0;
  while (i < text.size()) {
    std::size_t next = i + 1;
    switch (text[i]) {
      case ',': return i;
      case '"': next = skip_quotes(text, i); break;
      case '<': next = text.find('>', i); break;
      case '(':
        if (!comments) break;
        next = skip_comment(text, i);
        if (next != std::string_view::npos) break;
        comments = false;
        next = i + 1;
        break;
      default: break;
    }
    if (next == std::string_view::npos) return text.size();
    i = next;
  }
  return i;
}

}  // namespace

std::optional<std::string_view> next_in_list(std::string_view& rest) {
  while (!rest.empty()) {
    const std::size_t end = element_end(rest);
    const std::string_view element = grammar::trim_lws(rest.substr(0, end));
    rest.remove_prefix(std::min(rest.size(), end + 1));
    if (!element.empty()) return element;
  }
  return std::nullopt;
}

bool list_contains(const Message& message, Header header, std::string_view token) {
  bool found = false;
  each_in_list(message, header, [&](std::string_view element) {
    found = base::iequals(element, token);
    return !found;
  });
  return found;
}

}  // namespace polyfon::sip
