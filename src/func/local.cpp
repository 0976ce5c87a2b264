// LOCAL(), LOCAL_PEEK(), STACK_PEEK(): what subroutines have, and where they were called.
#include <fmt/format.h>

#include "base/text.h"
#include "dialplan/application.h"
#include "dialplan/call_state.h"
#include "dialplan/expansion.h"
#include "dialplan/variables.h"

namespace polyfon::func {
namespace {

using dialplan::CallState;
using dialplan::ExpansionContext;

base::Task<std::string> read_local(ExpansionContext context, std::string arguments) {
  const CallState* state = context.channel ? CallState::find(*context.channel) : nullptr;
  co_return state ? state->local(base::trim(arguments)).value_or(std::string()) : std::string();
}

bool write_local(ExpansionContext context, std::string_view arguments, std::string_view value) {
  return context.channel && value.size() <= dialplan::kMaxExpandedBytes &&
         CallState::of(*context.channel).set_local(dialplan::plain_name(base::trim(arguments)), value);
}

base::Task<std::string> read_local_peek(ExpansionContext context, std::string arguments) {
  const auto parts = dialplan::split_arguments(arguments, 2);
  const auto level = parts.size() == 2 ? base::parse_number<std::size_t>(base::trim(parts[0])) : std::nullopt;
  if (!level) {
    context.warn("LOCAL_PEEK() needs a number and a name: LOCAL_PEEK(1,name)");
    co_return std::string();
  }
  const CallState* state = context.channel ? CallState::find(*context.channel) : nullptr;
  co_return state ? state->local(base::trim(parts[1]), *level).value_or(std::string()) : std::string();
}

base::Task<std::string> read_stack_peek(ExpansionContext context, std::string arguments) {
  auto parts = dialplan::split_arguments(arguments, 3);
  parts.resize(3);
  const auto level = base::parse_number<std::size_t>(base::trim(parts[0]), 1);
  if (!level) {
    context.warn("STACK_PEEK() needs a number from 1: STACK_PEEK(1,l)");
    co_return std::string();
  }
  const CallState* state = context.channel ? CallState::find(*context.channel) : nullptr;
  const std::size_t depth = state ? state->subroutines().size() : 0;
  if (*level > depth) {
    if (!base::parse_boolean(parts[2]).value_or(false))
      context.warn(fmt::format("STACK_PEEK({}): there are {} subroutines on the stack", *level, depth));
    co_return std::string();
  }
  const call::DialplanPosition& caller = state->subroutines()[depth - *level].caller;
  switch (parts[1].empty() ? 'l' : parts[1].front()) {
    case 'c': co_return caller.context;
    case 'e': co_return caller.extension;
    case 'p': co_return fmt::to_string(caller.priority);
    case 'l': co_return fmt::format("{},{},{}", caller.context, caller.extension, caller.priority);
    default: break;
  }
  context.warn(fmt::format("STACK_PEEK({}): expected l, c, e or p", base::printable(arguments)));
  co_return std::string();
}

const dialplan::FunctionRegistration kLocal{
    {{.name = "LOCAL",
      .synopsis = "Manage variables local to the gosub stack frame.",
      .syntax = "LOCAL(varname)",
      .description = "Set(LOCAL(x)=1) in a Gosub() makes a variable of its own, which hides one of that name "
                     "until Return()."},
     read_local,
     write_local}};
const dialplan::FunctionRegistration kLocalPeek{
    {{.name = "LOCAL_PEEK",
      .synopsis = "Retrieve variables hidden by the local gosub stack frame.",
      .syntax = "LOCAL_PEEK(n,varname)",
      .description = "The variable local to the Gosub() n calls further out; 0 is the current one."},
     read_local_peek,
     nullptr}};
const dialplan::FunctionRegistration kStackPeek{
    {{.name = "STACK_PEEK",
      .synopsis = "View info about the location which called Gosub",
      .syntax = "STACK_PEEK(n,which[,suppress])",
      .description =
          "Where the innermost (n = 1) or an outer Gosub() was called: l is context,extension,priority; "
          "c, e and p are\n"
          "each of them. With suppress, that there is none so far out is not said."},
     read_stack_peek,
     nullptr}};

}  // namespace
}  // namespace polyfon::func
