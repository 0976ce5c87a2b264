// CUT, FIELDQTY, FIELDNUM, LISTFILTER, SHIFT, POP, PUSH, UNSHIFT: lists in a variable. They take the name of
// the variable, not its value.
#include <algorithm>
#include <charconv>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/text.h"
#include "dialplan/application.h"
#include "dialplan/expansion.h"
#include "dialplan/variables.h"

namespace polyfon::func {
namespace {

using dialplan::ExpansionContext;

// What ${name} is; the name may be that of a function with its arguments.
base::Task<std::string> value_of(ExpansionContext context, std::string name) {
  co_return co_await dialplan::expand(context, "${" + name + "}");
}

// One character: itself, \t, \n, \\ or \xHH; `otherwise` when there is none.
char delimiter_of(std::string_view text, char otherwise) {
  if (text.empty()) return otherwise;
  if (text[0] != '\\' || text.size() == 1) return text[0];
  if (text[1] == 't') return '\t';
  if (text[1] == 'n') return '\n';
  if (text[1] == 'x' && text.size() >= 4) {
    int code = 0;
    if (std::from_chars(text.data() + 2, text.data() + 4, code, 16).ec == std::errc{})
      return static_cast<char>(code);
  }
  return text[1];
}

std::vector<std::string> raw(const std::string& arguments, std::size_t count) {
  auto parts = dialplan::split_raw_arguments(arguments, count);
  parts.resize(count);
  return parts;
}

// A delimiter as it is written: "," or \, or a character.
char delimiter(const std::vector<std::string>& parts, char otherwise) {
  std::string_view text = parts[1];
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') text = text.substr(1, text.size() - 2);
  return delimiter_of(text, otherwise);
}

bool in_ranges(std::string_view ranges, std::size_t number) {
  for (std::string_view range : base::split(ranges, '&')) {
    range = base::trim(range);
    const auto dash = range.find('-');
    const auto from = base::parse_number<std::size_t>(base::trim(range.substr(0, dash)));
    const auto to = dash == std::string_view::npos
                        ? from
                        : base::parse_number<std::size_t>(base::trim(range.substr(dash + 1)));
    const bool has_from = from || (dash == 0 && range.size() > 1);
    const bool has_to = to || (dash != std::string_view::npos && dash + 1 == range.size());
    if (has_from && has_to && number >= from.value_or(1) && (!to || number <= *to)) return true;
  }
  return false;
}

base::Task<std::string> cut(ExpansionContext context, std::string arguments) {
  const auto parts = raw(arguments, 3);
  if (parts[0].empty() || parts[2].empty()) {
    context.warn(fmt::format("CUT({}): expected CUT(varname,delimiter,fields)", base::printable(arguments)));
    co_return std::string();
  }
  const std::string value = co_await value_of(context, parts[0]);
  const char separator = delimiter(parts, '-');
  std::string out;
  bool first = true;
  const auto fields = base::split(value, separator);
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (!in_ranges(parts[2], i + 1)) continue;
    if (!std::exchange(first, false)) out += separator;
    out += fields[i];
  }
  co_return out;
}

base::Task<std::string> field_count(ExpansionContext context, std::string arguments) {
  const auto parts = raw(arguments, 2);
  const std::string value = co_await value_of(context, parts[0]);
  if (value.empty()) co_return std::string("0");
  co_return fmt::to_string(base::split(value, delimiter(parts, '-')).size());
}

base::Task<std::string> field_number(ExpansionContext context, std::string arguments) {
  const auto parts = raw(arguments, 3);
  const std::string value = co_await value_of(context, parts[0]);
  const auto fields = base::split(value, delimiter(parts, '-'));
  const auto at = std::ranges::find(fields, std::string_view(parts[2]));
  co_return at == fields.end() ? std::string("0") : fmt::to_string(at - fields.begin() + 1);
}

base::Task<std::string> list_filter(ExpansionContext context, std::string arguments) {
  const auto parts = raw(arguments, 3);
  const std::string value = co_await value_of(context, parts[0]);
  const char separator = delimiter(parts, '-');
  std::vector<std::string_view> kept;
  for (std::string_view field : base::split(value, separator))
    if (field != parts[2]) kept.push_back(field);
  co_return fmt::format("{}", fmt::join(kept, std::string(1, separator)));
}

base::Task<std::string> take(ExpansionContext context, std::string arguments, bool first) {
  const auto parts = raw(arguments, 2);
  const std::string value = co_await value_of(context, parts[0]);
  const char separator = delimiter(parts, ',');
  const auto at = first ? value.find(separator) : value.rfind(separator);
  const bool last_one = at == std::string::npos;
  const std::string before = value.substr(0, at);
  const std::string behind = last_one ? std::string() : value.substr(at + 1);
  auto set = dialplan::set_variable(context, parts[0],
                                    last_one ? std::string_view()
                                    : first  ? behind
                                             : before);
  if (!set) context.warn(set.error().text);
  co_return last_one || first ? before : behind;
}

base::Task<std::string> shift(ExpansionContext context, std::string arguments) {
  return take(context, std::move(arguments), true);
}
base::Task<std::string> pop(ExpansionContext context, std::string arguments) {
  return take(context, std::move(arguments), false);
}

bool add(ExpansionContext context, std::string_view arguments, std::string_view value, bool last) {
  const auto parts = raw(std::string(arguments), 2);
  const std::string old = dialplan::find_variable(context, parts[0]).value_or(std::string());
  const std::string separator(1, delimiter(parts, ','));
  const std::string list = old.empty() ? std::string(value)
                           : last      ? old + separator + std::string(value)
                                       : std::string(value) + separator + old;
  return dialplan::set_variable(context, parts[0], list).has_value();
}

bool push(ExpansionContext context, std::string_view arguments, std::string_view value) {
  return add(context, arguments, value, true);
}
bool unshift(ExpansionContext context, std::string_view arguments, std::string_view value) {
  return add(context, arguments, value, false);
}

const dialplan::FunctionRegistration kCut{
    {{.name = "CUT",
      .synopsis = "Slices and dices strings, based upon a named delimiter.",
      .syntax = "CUT(varname,char-delim,range-spec)",
      .description =
          "Fields of the variable of that name: with X=a-b-c, ${CUT(X,-,2)} is b; ranges are 2-, -2, 1-2 "
          "and 1&3. The\n"
          "delimiter is '-' by default; a comma is written \\,."},
     cut,
     nullptr}};
const dialplan::FunctionRegistration kFieldQty{{{.name = "FIELDQTY",
                                                 .synopsis = "Count the fields with an arbitrary delimiter",
                                                 .syntax = "FIELDQTY(varname,delim)",
                                                 .description = "With X=ex-amp-le, ${FIELDQTY(X,-)} is 3."},
                                                field_count,
                                                nullptr}};
const dialplan::FunctionRegistration kFieldNum{
    {{.name = "FIELDNUM",
      .synopsis = "Return the 1-based offset of a field in a list",
      .syntax = "FIELDNUM(varname,delim,value)",
      .description = "With X=ex-amp-le, ${FIELDNUM(X,-,amp)} is 2; 0 when it is not in the list."},
     field_number,
     nullptr}};
const dialplan::FunctionRegistration kListFilter{
    {{.name = "LISTFILTER",
      .synopsis = "Remove an item from a list, by name.",
      .syntax = "LISTFILTER(varname,delim,value)",
      .description = "The list without that value; the variable stays as it is."},
     list_filter,
     nullptr}};
const dialplan::FunctionRegistration kShift{
    {{.name = "SHIFT",
      .synopsis = "Removes and returns the first item off of a variable containing delimited text",
      .syntax = "SHIFT(varname[,delimiter])",
      .description = "With X=a,b, ${SHIFT(X)} is a, and X is b then."},
     shift,
     nullptr}};
const dialplan::FunctionRegistration kPop{
    {{.name = "POP",
      .synopsis = "Removes and returns the last item off of a variable containing delimited text",
      .syntax = "POP(varname[,delimiter])",
      .description = "With X=a,b, ${POP(X)} is b, and X is a then."},
     pop,
     nullptr}};
const dialplan::FunctionRegistration kPush{
    {{.name = "PUSH",
      .synopsis = "Appends one or more values to the end of a variable containing delimited text",
      .syntax = "PUSH(varname[,delimiter])",
      .description = "Set(PUSH(X)=c) makes a,b of X into a,b,c."},
     nullptr,
     push}};
const dialplan::FunctionRegistration kUnshift{
    {{.name = "UNSHIFT",
      .synopsis = "Inserts one or more values to the beginning of a variable containing delimited text",
      .syntax = "UNSHIFT(varname[,delimiter])",
      .description = "Set(UNSHIFT(X)=c) makes a,b of X into c,a,b."},
     nullptr,
     unshift}};

}  // namespace
}  // namespace polyfon::func
