// Expansion: ${...} and $[...] in texts (asterisk 1.5, 1.6): channel builtins, variables, globals, functions,
// offsets and lengths, expressions. A function that may block makes the expansion a Task that suspends;
// without one it ends at once. Functions register like applications, one file of src/func each. thread:
// control.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/task.h"
#include "base/time.h"
#include "call/channel.h"
#include "dialplan/reporter.h"

namespace polyfon::dialplan {

class Plan;

using Globals = call::Variables;

inline constexpr int kMaxExpansionDepth = 15;
inline constexpr std::size_t kMaxExpandedBytes = 8192;

// Everything it points at outlives the expansion; null members are things that are not there (yet).
struct ExpansionContext {
  call::Channel* channel = nullptr;  // null while extensions.conf is loaded
  Globals* globals = nullptr;
  const base::Clock* clock = nullptr;
  const Plan* plan = nullptr;    // for ${HINT}
  Reporter* reporter = nullptr;  // null: the log
  void warn(std::string text) const;
};

struct FunctionInfo {
  std::string_view name;  // "CALLERID": case-sensitive
  std::string_view synopsis, syntax, description;
};
struct Function {
  FunctionInfo info;
  // Returns the value; arguments are already substituted, "num" of CALLERID(num).
  base::Task<std::string> (*read)(ExpansionContext context, std::string arguments);
  // Set(NAME(arguments)=value); null: read-only.
  bool (*write)(ExpansionContext context, std::string_view arguments, std::string_view value);
};
// Static in the function's file:  static const dialplan::FunctionRegistration registration{{info..., read,
// write}};
class FunctionRegistration {
 public:
  explicit FunctionRegistration(Function function);

 private:
  Function function_;
};
const Function* find_function(std::string_view name);
std::vector<const Function*> functions();

// The value of NAME in ${NAME}: builtins of the channel and the system, channel variables, globals; nullopt:
// unset.
std::optional<std::string> find_variable(const ExpansionContext& context, std::string_view name);
// `length` characters from `offset`; negative ones count from the end (asterisk 1.5).
std::string_view substring(std::string_view value, int offset, int length);

base::Task<std::string> expand(ExpansionContext context, std::string text);
// Runs a Task that is known not to suspend (no blocking function): load time, tests.
std::string expand_now(ExpansionContext context, std::string text);

}  // namespace polyfon::dialplan
