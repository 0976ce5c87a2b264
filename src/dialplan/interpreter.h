// Interpreter: runs a channel through the plan (asterisk 1.4): looks each step up in the current plan,
// substitutes its arguments, runs its application, and does what Flow says of `i`, `t`, `h`, `s`,
// autofallthrough and Goto. Implements call::ScriptRunner. thread: control.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <unordered_set>

#include "base/log.h"
#include "base/time.h"
#include "call/exchange.h"
#include "call/script.h"
#include "dialplan/application.h"
#include "dialplan/expansion.h"
#include "dialplan/flow.h"
#include "dialplan/plan.h"

namespace polyfon::dialplan {

// Steps that a plan may run without once waiting for anything; then it is a loop, and the call ends.
inline constexpr int kMaxStepsWithoutWaiting = 100'000;
// After so many of them other calls get their turn.
inline constexpr int kStepsInOneGo = 500;

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
  // What set_variable() and assign() need.
  ExpansionContext expansion_context(call::Channel& channel);
  Globals& globals() { return globals_; }
  const base::Clock& clock() const { return clock_; }

  // Sends the channel to "[[context,]extension,]priority"; the priority may be a label or relative (+2, -1).
  // False, and a warning that names `where`, when that names nothing; the position is then as it was.
  bool go_to(call::Channel& channel, std::string_view text, const config::Location& where);
  // Whether that is where a step is, for that caller, now; includes and switches too.
  bool exists(const call::Channel& channel, const call::DialplanPosition& position) const;
  // Runs one application in a step of another: Exec, ExecIf. An unknown one ends the call.
  base::Task<AppResult> execute(AppContext context, std::string application, std::string arguments);
  // One line in the log for each place and text, until the next reload.
  void warn_once(const config::Location& where, std::string_view text);

 private:
  class StepReporter;
  bool is_news(std::string line);  // said for the first time since the last reload
  AppResult pass_planned(std::string_view application, const config::Location& where);
  Flow::View view_of(const call::Channel& channel, const Plan& plan) const;
  base::Task<AppResult> run_step(call::ChannelId channel, std::shared_ptr<const Plan> plan, const Step* step);
  void set_account_variables(call::Channel& channel);
  // Ends the macros that have no further step, or that the call has left: what follows is where they came
  // from.
  AppResult leave_macros(call::Channel& channel, const call::DialplanPosition& ran, AppResult result);
  void note(call::Channel& channel, const Flow::Next& next);
  base::Task<> run_from(call::ChannelId channel, bool after_hangup);
  base::Task<> end_with_tone(call::ChannelId channel, bool busy);
  base::Task<Flow::Next> collect(call::ChannelId channel, Flow* flow, base::Duration timeout);
  void begin_step(call::Channel& channel, const Step& step, std::string_view arguments);

  call::Exchange& exchange_;
  const base::Clock& clock_;
  std::shared_ptr<const Plan> plan_;
  Globals globals_;
  std::unordered_set<std::string> warned_;
  base::LogLimit limit_{20, std::chrono::seconds(1)};
};

}  // namespace polyfon::dialplan
