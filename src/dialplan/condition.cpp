#include "dialplan/condition.h"

#include "base/text.h"

namespace polyfon::dialplan {
namespace {

// Where `wanted` stands outside (), [] and quotes; npos: nowhere.
std::size_t find_outside(std::string_view text, char wanted) {
  int parentheses = 0, brackets = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\\')
      ++i;
    else if (c == '"')
      quoted = !quoted;
    else if (c == wanted && !parentheses && !brackets && !quoted)
      return i;
    else if (c == '(')
      ++parentheses;
    else if (c == ')' && parentheses)
      --parentheses;
    else if (c == '[')
      ++brackets;
    else if (c == ']' && brackets)
      --brackets;
  }
  return std::string_view::npos;
}

template <class Find>
Branches split_with(std::string_view text, const Find& find) {
  Branches out{text, {}, {}};
  const auto question = find(text, '?');
  if (question == std::string_view::npos) return out;
  out.condition = text.substr(0, question);
  out.if_true = text.substr(question + 1);
  const auto colon = find(out.if_true, ':');
  if (colon == std::string_view::npos) return out;
  out.if_false = out.if_true.substr(colon + 1);
  out.if_true = out.if_true.substr(0, colon);
  return out;
}

}  // namespace

bool is_true(std::string_view condition) {
  if (condition.empty()) return false;
  std::string_view text = condition;
  while (!text.empty() && base::is_space(text.front())) text.remove_prefix(1);
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) text.remove_prefix(1);
  std::size_t digits = 0;
  while (digits < text.size() && base::is_digit(text[digits])) ++digits;
  if (digits == 0) return true;
  return text.substr(0, digits).find_first_not_of('0') != std::string_view::npos;
}

Branches split_branches(std::string_view text) {
  return split_with(text, [](std::string_view in, char wanted) { return in.find(wanted); });
}

Branches split_branches_outside(std::string_view text) { return split_with(text, find_outside); }

Invocation parse_invocation(std::string_view text) {
  text = base::trim(text);
  const auto open = text.find('(');
  if (open == std::string_view::npos) return {text, {}, false};
  const std::string_view arguments = text.substr(open + 1);
  const auto close = arguments.rfind(')');
  return {base::trim(text.substr(0, open)), arguments.substr(0, close), close == std::string_view::npos};
}

}  // namespace polyfon::dialplan
