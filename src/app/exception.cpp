// RaiseException, Incomplete: what hands the call back to the plan's special extensions.
#include <fmt/format.h>

#include "base/text.h"
#include "dialplan/application.h"
#include "dialplan/interpreter.h"

namespace polyfon::app {
namespace {

using dialplan::AppContext;
using dialplan::AppResult;

base::Task<AppResult> run_raise_exception(AppContext, std::string arguments) {
  co_return AppResult::exception(std::move(arguments));
}

base::Task<AppResult> run_incomplete(AppContext context, std::string arguments) {
  const bool answers = !dialplan::parse_options(arguments, "n").has('n');
  if (answers && context.channel.state() != call::ChannelState::kUp && !context.channel.answer())
    co_return AppResult::hangup();
  co_return AppResult::incomplete();
}

constexpr dialplan::OptionInfo kOptions[] = {
    {"n", "", "Do not answer the call: wait for the digits as it is."},
};

const dialplan::Registration kRaiseException{
    {.name = "RaiseException",
     .synopsis = "Handle an exceptional condition.",
     .syntax = "RaiseException(reason)",
     .description =
         "Goes to extension e of the current context, where EXCEPTION(reason) is the reason. Without "
         "one the call\n"
         "ends.",
     .options = {},
     .see_also = {}},
    run_raise_exception};
const dialplan::Registration kIncomplete{
    {.name = "Incomplete",
     .synopsis = "Returns AST_PBX_INCOMPLETE value.",
     .syntax = "Incomplete([n])",
     .description = "Says that the extension is only the beginning of a number: answers, and waits for more "
                    "digits while some\n"
                    "longer extension could match; when none could, extension i is next.",
     .options = kOptions,
     .see_also = {}},
    run_incomplete};

}  // namespace
}  // namespace polyfon::app
