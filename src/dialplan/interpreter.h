// Interpreter: runs a channel through the plan (asterisk 1.4): looks each step up in the current plan,
// substitutes its arguments, runs its application, and does what `i`, `t`, `h`, `s`, autofallthrough and Goto
// mean. Implements call::ScriptRunner. thread: control.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "base/time.h"
#include "call/exchange.h"
#include "call/script.h"
#include "dialplan/application.h"
#include "dialplan/expansion.h"
#include "dialplan/plan.h"

namespace polyfon::dialplan {

class Interpreter final : public call::ScriptRunner {
 public:
  explicit Interpreter(call::Exchange& exchange, const base::Clock& clock);

  void set_plan(std::shared_ptr<const Plan> plan);  // reload: the next step of every call comes from it
  const std::shared_ptr<const Plan>& plan() const { return plan_; }

  base::Task<> run(call::ChannelId channel, call::DialplanPosition start) override;
  base::Task<> run_hangup(call::ChannelId channel, std::string context) override;
  Reach reach(std::string_view context, std::string_view extension,
              std::string_view caller_number) const override;

  // ${...} in `text` for that channel. A Task: functions may block (the seam of the complete language); it is
  // ready at once when none does.
  base::Task<std::string> expand(call::ChannelId channel, std::string text);
  Globals& globals() { return globals_; }

 private:
  base::Task<AppResult> run_step(call::Channel& channel, const Step& step);
  call::Exchange& exchange_;
  const base::Clock& clock_;
  std::shared_ptr<const Plan> plan_;
  Globals globals_;
};

}  // namespace polyfon::dialplan
