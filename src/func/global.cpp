// GLOBAL(): global variables, those of [globals] and those that calls set.
#include "base/text.h"
#include "dialplan/expansion.h"
#include "dialplan/variables.h"

namespace polyfon::func {
namespace {

using dialplan::ExpansionContext;

base::Task<std::string> read(ExpansionContext context, std::string arguments) {
  if (!context.globals) co_return std::string();
  auto at = context.globals->find(base::trim(arguments));
  co_return at == context.globals->end() ? std::string() : at->second;
}

bool write(ExpansionContext context, std::string_view arguments, std::string_view value) {
  context.channel = nullptr;  // a variable without a channel is a global one
  return dialplan::set_variable(context, base::trim(arguments), value).has_value();
}

const dialplan::FunctionRegistration kGlobal{
    {{.name = "GLOBAL",
      .synopsis = "Gets or sets a global variable.",
      .syntax = "GLOBAL(varname)",
      .description =
          "Reads the global variable even where the channel has one of the same name. Set(GLOBAL(x)=1) sets "
          "it for\n"
          "all calls; it lasts until the program ends, or until a reload when [globals] has it too or\n"
          "clearglobalvars=yes."},
     read,
     write}};

}  // namespace
}  // namespace polyfon::func
