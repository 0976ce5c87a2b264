// IF, IFTIME, IFMODULE, ISNULL, EXISTS, SET, EVAL: what decides, and what is done within a text.
#include <fmt/format.h>

#include "base/text.h"
#include "dialplan/application.h"
#include "dialplan/condition.h"
#include "dialplan/expansion.h"
#include "dialplan/time_spec.h"
#include "dialplan/variables.h"

namespace polyfon::func {
namespace {

using dialplan::ExpansionContext;

// Without the quotes and backslashes that kept ':' and '?' in it.
std::string plain(std::string_view text) {
  std::string out;
  text = base::trim(text);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size())
      out += text[++i];
    else if (text[i] != '"')
      out += text[i];
  }
  return out;
}

base::Task<std::string> read_if(ExpansionContext context, std::string arguments) {
  const auto branches = dialplan::split_branches_outside(arguments);
  const std::string condition = plain(branches.condition);
  if (condition.empty() || (branches.if_true.empty() && branches.if_false.empty())) {
    context.warn(fmt::format("IF({}): expected IF(expression?[this][:that])", base::printable(arguments)));
    co_return std::string();
  }
  co_return plain(dialplan::is_true(condition) ? branches.if_true : branches.if_false);
}

base::Task<std::string> read_if_time(ExpansionContext context, std::string arguments) {
  const auto branches = dialplan::split_branches(arguments);
  if (!context.clock) co_return std::string();
  std::vector<std::string> said;
  const auto spec = dialplan::TimeSpec::parse(branches.condition, said);
  for (auto& each : said) context.warn(std::move(each));
  co_return plain(spec.matches(context.clock->wall()) ? branches.if_true : branches.if_false);
}

// Modules are what Asterisk calls them: app_dial.so is there when the application Dial is.
base::Task<std::string> read_if_module(ExpansionContext, std::string arguments) {
  std::string_view name = base::trim(arguments);
  if (name.ends_with(".so")) name.remove_suffix(3);
  bool there = name == "chan_sip" || name == "chan_pjsip" || name == "res_pjsip" || name == "pbx_config" ||
               name == "res_musiconhold" || name == "cdr_csv";
  if (name.starts_with("app_")) there = dialplan::find_application(name.substr(4)) != nullptr;
  if (name.starts_with("func_")) there = dialplan::find_function(base::upper(name.substr(5))) != nullptr;
  co_return std::string(there ? "1" : "0");
}

base::Task<std::string> read_is_null(ExpansionContext, std::string text) {
  co_return std::string(text.empty() ? "1" : "0");
}
base::Task<std::string> read_exists(ExpansionContext, std::string text) {
  co_return std::string(text.empty() ? "0" : "1");
}

base::Task<std::string> read_set(ExpansionContext context, std::string arguments) {
  const auto equals = arguments.find('=');
  if (auto set = dialplan::assign(context, arguments); !set) {
    context.warn(fmt::format("SET(): {}", set.error().text));
    co_return std::string();
  }
  co_return arguments.substr(equals + 1);
}

base::Task<std::string> read_eval(ExpansionContext context, std::string text) {
  co_return co_await dialplan::expand(context, std::move(text));
}

const dialplan::FunctionRegistration kIf{
    {{.name = "IF",
      .synopsis = "Check for an expression.",
      .syntax = "IF(expression?[true][:false])",
      .description =
          "One of two texts: ${IF($[${X} > 3]?many:few)}. Both have been substituted, whichever is taken."},
     read_if,
     nullptr}};
const dialplan::FunctionRegistration kIfTime{
    {{.name = "IFTIME",
      .synopsis = "Temporal Conditional.",
      .syntax = "IFTIME(timespec?[true][:false])",
      .description =
          "The first text when the time is in the ranges of timespec, as GotoIfTime has them. A time of day "
          "has a ':',\n"
          "but stands before the '?'."},
     read_if_time,
     nullptr}};
const dialplan::FunctionRegistration kIfModule{
    {{.name = "IFMODULE",
      .synopsis = "Checks if an Asterisk module is loaded in memory.",
      .syntax = "IFMODULE(modulename.so)",
      .description =
          "1 for chan_sip.so, chan_pjsip.so, and for app_NAME.so and func_NAME.so when polyfon has the "
          "application or\n"
          "function NAME; else 0."},
     read_if_module,
     nullptr}};
const dialplan::FunctionRegistration kIsNull{{{.name = "ISNULL",
                                               .synopsis = "Check if a value is NULL.",
                                               .syntax = "ISNULL(data)",
                                               .description = "1 for the empty text, else 0."},
                                              read_is_null,
                                              nullptr}};
const dialplan::FunctionRegistration kExists{{{.name = "EXISTS",
                                               .synopsis = "Test the existence of a value.",
                                               .syntax = "EXISTS(data)",
                                               .description = "0 for the empty text, else 1."},
                                              read_exists,
                                              nullptr}};
const dialplan::FunctionRegistration kSet{{{.name = "SET",
                                            .synopsis = "SET assigns a value to a channel variable.",
                                            .syntax = "SET(varname=value)",
                                            .description = "Sets the variable, and is its value."},
                                           read_set,
                                           nullptr}};
const dialplan::FunctionRegistration kEval{
    {{.name = "EVAL",
      .synopsis = "Evaluate stored variables",
      .syntax = "EVAL(variable)",
      .description =
          "Substitutes the text once more: with X=${Y}, ${EVAL(${X})} is what Y is. Never of what a caller "
          "sent."},
     read_eval,
     nullptr}};

}  // namespace
}  // namespace polyfon::func
