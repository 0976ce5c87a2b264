#include <fmt/format.h>

#include "base/log.h"
#include "base/text.h"
#include "dialplan/application.h"
#include "dialplan/interpreter.h"
#include "dialplan/variables.h"

namespace polyfon::app {

namespace {

using dialplan::AppContext;
using dialplan::AppResult;

base::Task<AppResult> run_set(AppContext context, std::string arguments) {
  auto equals = arguments.find('=');
  if (equals == std::string::npos) {
    base::log_warning("dialplan", "{}:{}: Set: '{}' has no '=': nothing is set", context.where.file,
                      context.where.line, base::printable(arguments));
    co_return AppResult::go_on();
  }
  auto name = base::trim(std::string_view(arguments).substr(0, equals));
  auto value = std::string_view(arguments).substr(equals + 1);
  auto set = dialplan::set_variable(context.interpreter.expansion_context(context.channel), name, value);
  if (!set)
    base::log_warning("dialplan", "{}:{}: Set: {}", context.where.file, context.where.line, set.error().text);
  co_return AppResult::go_on();
}

// name=value pairs between commas, quotes around a value stripped: Set of Asterisk 1.4.
base::Task<AppResult> run_mset(AppContext context, std::string arguments) {
  constexpr std::size_t kMaxPairs = 99;
  for (const std::string& pair : dialplan::split_raw_arguments(arguments, kMaxPairs)) {
    const auto equals = pair.find('=');
    std::string_view value = equals == std::string::npos ? "" : std::string_view(pair).substr(equals + 1);
    if (value.size() > 1 && value.front() == '"' && value.back() == '"')
      value = value.substr(1, value.size() - 2);
    base::Result<> set =
        equals == std::string::npos
            ? base::fail(base::ErrorCode::kInvalid, fmt::format("'{}' has no '='", base::printable(pair)))
            : dialplan::set_variable(context.interpreter.expansion_context(context.channel),
                                     std::string_view(pair).substr(0, equals), value);
    if (!set) context.interpreter.warn_once(context.where, "MSet: " + set.error().text);
  }
  co_return AppResult::go_on();
}

const dialplan::Registration kMSet{
    {.name = "MSet",
     .synopsis = "Set channel variable(s) or function value(s).",
     .syntax = "MSet(name1=value1[,name2=value2[,...]])",
     .description = "Sets up to 99 variables; quotes around a value are stripped. "
                    "Set is this one where compat=1.4.",
     .options = {},
     .see_also = {}},
    run_mset};

const dialplan::Registration kSet{{.name = "Set",
                                   .synopsis = "Set channel variable or function value.",
                                   .syntax = "Set(name=value)",
                                   .description = "Sets a channel variable, or writes a function: "
                                                  "Set(CALLERID(num)=100), Set(GLOBAL(x)=y). The value is\n"
                                                  "everything after the first '=', quotes included. Leading "
                                                  "underscores, which ask for inheritance, are\n"
                                                  "not part of the name.",
                                   .options = {},
                                   .see_also = {}},
                                  run_set};

}  // namespace

}  // namespace polyfon::app
