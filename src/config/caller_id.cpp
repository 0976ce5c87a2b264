// parse_caller_id(): what ast_callerid_split makes of callerid= and CALLERID(all)=.
#include <algorithm>

#include "config/snapshot.h"
#include "config/strip.h"

namespace polyfon::config {

namespace {

// "(044) 123-45.67" -> "0441234567": brackets, blanks, hyphens outside of [...] and dots before the end go.
std::string shrink_number(std::string_view text) {
  std::string number;
  int brackets = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '[') ++brackets;
    if (c == ']') --brackets;
    bool dropped =
        c == '(' || c == ')' || c == ' ' || (c == '-' && brackets == 0) || (c == '.' && i + 1 < text.size());
    if (!dropped) number += c;
  }
  return number;
}

bool is_phone_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789*#+") == std::string_view::npos;
}

// What stands in the first pair of quotes; without a pair the text itself.
std::string_view unquoted_name(std::string_view text) {
  std::size_t begin = text.find('"');
  std::size_t end = begin == std::string_view::npos ? begin : text.find('"', begin + 1);
  return end == std::string_view::npos ? strip(text) : text.substr(begin + 1, end - begin - 1);
}

}  // namespace

CallerId parse_caller_id(std::string_view text) {
  std::size_t open = text.rfind('<');
  std::size_t close = open == std::string_view::npos ? open : text.rfind('>');
  if (close != std::string_view::npos && close > open) {
    std::string_view name = text.substr(0, open);
    bool half_quoted = std::ranges::count(name, '"') == 1;  // the other quote may stand behind the number
    if (half_quoted) {
      bool closed = text.substr(close + 1).contains('"');
      name = closed ? strip(name.substr(name.find('"') + 1)) : std::string_view{};
    } else {
      name = unquoted_name(name);
    }
    return {std::string(name), shrink_number(text.substr(open + 1, close - open - 1))};
  }
  if (std::string number = shrink_number(text); is_phone_number(number)) return {"", number};
  return {std::string(unquoted_name(text)), ""};
}

}  // namespace polyfon::config
