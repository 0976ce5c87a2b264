#include "base/log.h"
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
