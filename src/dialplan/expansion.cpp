#include "dialplan/expansion.h"

#include <algorithm>
#include <cassert>
#include <charconv>

#include <fmt/format.h>

#include "base/log.h"
#include "base/text.h"
#include "dialplan/expression.h"

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

base::Task<std::string> call_function(ExpansionContext context, std::string name, std::string arguments) {
  const Function* function = find_function(name);
  if (function && function->read) co_return co_await function->read(context, std::move(arguments));
  context.warn(fmt::format("{}() is {}: it gives nothing", base::printable(name),
                           function ? "only to be written" : "no function that is known"));
  co_return std::string();
}

base::Task<std::string> call_reference(ExpansionContext context, std::string call) {
  const auto open = call.find('(');
  const auto close = call.rfind(')');
  const bool closed = close != std::string::npos && close > open;
  if (!closed) context.warn(fmt::format("the ')' of {} is missing", base::printable(call)));
  const std::size_t end = closed ? close : call.size();
  co_return co_await call_function(context, call.substr(0, open), call.substr(open + 1, end - open - 1));
}

// Where a text stands decides how values are put into it: between the quotes of an expression, a '"' of a
// value is not the end of the text there, so that no caller's name can change what is asked.
enum class Within { kText, kExpression };

base::Task<std::string> expand_at(ExpansionContext context, std::string text, int depth, Within within);

// The value of what stood in ${...}.
base::Task<std::string> dereference(ExpansionContext context, std::string inside, int depth) {
  if (needs_expansion(inside))
    inside = co_await expand_at(context, std::move(inside), depth + 1, Within::kText);
  const Reference reference = parse_reference(inside);
  std::string value = reference.function ? co_await call_reference(context, std::string(reference.name))
                                         : find_variable(context, reference.name).value_or(std::string());
  const std::string_view part = substring(value, reference.offset, reference.length);
  if (part.size() == value.size()) co_return value;
  co_return std::string(part);
}

class ContextReporter final : public Reporter {
 public:
  explicit ContextReporter(const ExpansionContext& context) : context_(context) {}
  void warn(std::string text) override { context_.warn(std::move(text)); }

 private:
  ExpansionContext context_;
};

// The result of what stood in $[...]: substituted first, then calculated.
base::Task<std::string> evaluate(ExpansionContext context, std::string inside, int depth) {
  if (needs_expansion(inside))
    inside = co_await expand_at(context, std::move(inside), depth + 1, Within::kExpression);
  ContextReporter reporter(context);
  Expression expression(inside, reporter);
  while (auto call = expression.run())
    expression.give(co_await call_function(context, std::move(call->name), std::move(call->arguments)));
  co_return expression.result();
}

base::Task<std::string> expand_at(ExpansionContext context, std::string text, int depth, Within within) {
  if (depth > kMaxExpansionDepth) {
    context.warn(fmt::format("${{...}} within ${{...}} deeper than {} levels: left out", kMaxExpansionDepth));
    co_return std::string();
  }
  std::string out;
  std::size_t at = 0;
  bool quoted = false;
  while (at < text.size() && out.size() < kMaxExpandedBytes) {
    const std::size_t dollar = text.find('$', at);
    const auto literal = std::string_view(text).substr(at, dollar - at);
    quoted ^= std::ranges::count(literal, '"') % 2 != 0;
    append_limited(context, out, literal);
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
    std::string value = kind == '{' ? co_await dereference(context, std::string(found.inside), depth)
                                    : co_await evaluate(context, std::string(found.inside), depth);
    if (within == Within::kExpression && quoted) std::ranges::replace(value, '"', kQuoteOfValue);
    append_limited(context, out, value);
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
  co_return co_await expand_at(context, std::move(text), 1, Within::kText);
}

std::string expand_now(ExpansionContext context, std::string text) {
  if (!needs_expansion(text)) return text;
  base::Task<std::string> task = expand(context, std::move(text));
  task.start();
  assert(task.done() && "a function that blocks was called where nothing may");
  return task.done() ? task.result() : std::string();
}

}  // namespace polyfon::dialplan
