#include "dialplan/expansion.h"

#include <cassert>
#include <charconv>

#include <fmt/format.h>

#include "base/log.h"
#include "base/text.h"

namespace polyfon::dialplan {
namespace {

// What stands between the delimiters of ${...} or $[...], and where the text goes on.
struct Enclosed {
  std::string_view inside;
  std::size_t end = 0;
  bool closed = false;
};

Enclosed find_enclosed(std::string_view text, std::size_t begin, char open, char close) {
  int depth = 1;
  for (std::size_t i = begin; i < text.size(); ++i) {
    if (text[i] == open) ++depth;
    if (text[i] == close && --depth == 0) return {text.substr(begin, i - begin), i + 1, true};
  }
  return {text.substr(begin), text.size(), false};
}

// NAME:offset:length; the ':' of a function's arguments is not ours.
struct Reference {
  std::string_view name;
  int offset = 0;
  int length = std::numeric_limits<int>::max();
  bool function = false;
};

// A number as sscanf("%d") takes it: blanks before, a sign, junk after.
bool take_number(std::string_view& text, int& out) {
  while (!text.empty() && base::is_space(text.front())) text.remove_prefix(1);
  const bool plus = text.starts_with('+');
  auto [end, error] = std::from_chars(text.data() + plus, text.data() + text.size(), out);
  if (error != std::errc{}) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

Reference parse_reference(std::string_view inside) {
  Reference reference{inside};
  int parentheses = 0;
  for (std::size_t i = 0; i < inside.size(); ++i) {
    if (inside[i] == '(') {
      reference.function = true;
      ++parentheses;
    } else if (inside[i] == ')') {
      --parentheses;
    } else if (inside[i] == ':' && parentheses == 0) {
      reference.name = inside.substr(0, i);
      std::string_view rest = inside.substr(i + 1);
      if (take_number(rest, reference.offset) && rest.starts_with(':')) {
        rest.remove_prefix(1);
        take_number(rest, reference.length);
      }
      break;
    }
  }
  return reference;
}

bool needs_expansion(std::string_view text) { return text.find('$') != std::string_view::npos; }

void append_limited(const ExpansionContext& context, std::string& out, std::string_view text) {
  const std::size_t room = kMaxExpandedBytes - out.size();
  if (text.size() > room) context.warn(fmt::format("a text grew beyond {} bytes: cut", kMaxExpandedBytes));
  out += text.substr(0, room);
}

base::Task<std::string> call_function(ExpansionContext context, std::string call) {
  const auto open = call.find('(');
  const auto close = call.rfind(')');
  const std::string_view name = std::string_view(call).substr(0, open);
  if (close == std::string::npos || close < open)
    context.warn(fmt::format("the ')' of {} is missing", base::printable(call)));
  const Function* function = find_function(name);
  if (!function || !function->read) {
    context.warn(fmt::format("{}() is {}: it gives nothing", base::printable(name),
                             function ? "only to be written" : "no function that is known"));
    co_return std::string();
  }
  const std::size_t end = close == std::string::npos || close < open ? call.size() : close;
  co_return co_await function->read(context, call.substr(open + 1, end - open - 1));
}

base::Task<std::string> expand_at(ExpansionContext context, std::string text, int depth);

// The value of what stood in ${...}.
base::Task<std::string> dereference(ExpansionContext context, std::string inside, int depth) {
  if (needs_expansion(inside)) inside = co_await expand_at(context, std::move(inside), depth + 1);
  const Reference reference = parse_reference(inside);
  std::string value = reference.function ? co_await call_function(context, std::string(reference.name))
                                         : find_variable(context, reference.name).value_or(std::string());
  const std::string_view part = substring(value, reference.offset, reference.length);
  if (part.size() == value.size()) co_return value;
  co_return std::string(part);
}

base::Task<std::string> expand_at(ExpansionContext context, std::string text, int depth) {
  if (depth > kMaxExpansionDepth) {
    context.warn(fmt::format("${{...}} within ${{...}} deeper than {} levels: left out", kMaxExpansionDepth));
    co_return std::string();
  }
  std::string out;
  std::size_t at = 0;
  while (at < text.size() && out.size() < kMaxExpandedBytes) {
    const std::size_t dollar = text.find('$', at);
    append_limited(context, out, std::string_view(text).substr(at, dollar - at));
    if (dollar == std::string::npos) break;
    const char kind = dollar + 1 < text.size() ? text[dollar + 1] : '\0';
    if (kind != '{' && kind != '[') {  // a '$' like any other
      append_limited(context, out, "$");
      at = dollar + 1;
      continue;
    }
    const Enclosed found =
        kind == '{' ? find_enclosed(text, dollar + 2, '{', '}') : find_enclosed(text, dollar + 2, '[', ']');
    if (!found.closed)
      context.warn(fmt::format("the '{}' of {} is missing: the rest of the text is taken",
                               kind == '{' ? '}' : ']',
                               base::printable(std::string_view(text).substr(dollar))));
    if (kind == '[') {
      context.warn("expressions $[...] are not done by polyfon yet: left as they are written");
      append_limited(context, out, std::string_view(text).substr(dollar, found.end - dollar));
    } else {
      append_limited(context, out, co_await dereference(context, std::string(found.inside), depth));
    }
    at = found.end;
  }
  co_return out;
}

}  // namespace

void ExpansionContext::warn(std::string text) const {
  if (reporter)
    reporter->warn(std::move(text));
  else
    base::log_warning("dialplan", "{}", text);
}

std::string_view substring(std::string_view value, int offset, int length) {
  const auto size = static_cast<std::int64_t>(value.size());
  std::int64_t from = offset < 0 ? std::max<std::int64_t>(0, size + offset) : offset;
  if (from >= size) return {};
  std::int64_t count = size - from;
  count = length < 0 ? count + length : std::min<std::int64_t>(count, length);
  if (count <= 0) return {};
  return value.substr(static_cast<std::size_t>(from), static_cast<std::size_t>(count));
}

base::Task<std::string> expand(ExpansionContext context, std::string text) {
  if (!needs_expansion(text)) co_return text;
  co_return co_await expand_at(context, std::move(text), 1);
}

std::string expand_now(ExpansionContext context, std::string text) {
  if (!needs_expansion(text)) return text;
  base::Task<std::string> task = expand(context, std::move(text));
  task.start();
  assert(task.done() && "a function that blocks was called where nothing may");
  return task.done() ? task.result() : std::string();
}

}  // namespace polyfon::dialplan
