// parse_options of application.h: option letters with their arguments in parentheses (asterisk 1.7).
#include <algorithm>

#include "dialplan/application.h"

namespace polyfon::dialplan {
namespace {

// Reads an argument from just after its '('; returns where its ')' is, npos when there is none.
std::size_t read_argument(std::string_view text, std::size_t i, std::string& argument) {
  const bool quotes_count = i < text.size() && text[i] == '"';
  int depth = 1;
  bool quoted = false;
  for (; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"' && quotes_count) {
      quoted = !quoted;
      continue;
    }
    if (c == '\\' && i + 1 < text.size()) {
      // Inside quotes only \" loses its backslash.
      if (quoted && text[i + 1] != '"') argument += c;
      argument += text[++i];
      continue;
    }
    if (!quoted && c == '(') ++depth;
    if (!quoted && c == ')' && --depth == 0) return i;
    argument += c;
  }
  return std::string_view::npos;
}

}  // namespace

const Options::Item* Options::find(char letter) const {
  auto at =
      std::find_if(items.rbegin(), items.rend(), [&](const Item& item) { return item.letter == letter; });
  return at == items.rend() ? nullptr : &*at;
}

Options parse_options(std::string_view text, std::string_view allowed) {
  Options options;
  for (std::size_t i = 0; i < text.size(); ++i) {
    Options::Item item{text[i], {}, false};
    if (i + 1 < text.size() && text[i + 1] == '(') {
      item.has_argument = true;
      i = read_argument(text, i + 2, item.argument);
      if (i == std::string_view::npos) {
        options.broken = true;
        return options;
      }
    }
    if (allowed.find(item.letter) != std::string_view::npos)
      options.items.push_back(std::move(item));
    else
      options.unknown += item.letter;
  }
  return options;
}

}  // namespace polyfon::dialplan
