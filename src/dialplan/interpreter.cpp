#include "dialplan/interpreter.h"

#include <string_view>

#include <fmt/format.h>

#include "base/text.h"
#include "dialplan/call_state.h"
#include "dialplan/location.h"
#include "dialplan/suspension.h"
#include "dialplan/variables.h"

namespace polyfon::dialplan {
namespace {

constexpr std::size_t kMaxRememberedWarnings = 10'000;

std::string place_of(const call::DialplanPosition& position) {
  return fmt::format("{},{},{}", position.context, base::printable(position.extension), position.priority);
}

std::string place_of(const config::Location& where) {
  return where.line ? fmt::format("{}:{}", where.file, where.line) : where.file;
}

std::string_view variable_of(const call::Channel& channel, std::string_view name) {
  auto at = channel.variables.find(name);
  return at == channel.variables.end() ? std::string_view() : std::string_view(at->second);
}

}  // namespace

// What is wrong with a step's text is said once for each place.
class Interpreter::StepReporter final : public Reporter {
 public:
  StepReporter(Interpreter& interpreter, config::Location where)
      : interpreter_(interpreter), where_(std::move(where)) {}
  void warn(std::string text) override { interpreter_.warn_once(where_, text); }

 private:
  Interpreter& interpreter_;
  config::Location where_;
};

Interpreter::Interpreter(call::Exchange& exchange, const base::Clock& clock)
    : exchange_(exchange), clock_(clock), plan_(std::make_shared<const Plan>()) {}

void Interpreter::set_plan(std::shared_ptr<const Plan> plan) {
  plan_ = std::move(plan);
  if (plan_->settings().clear_global_variables) globals_.clear();
  for (const auto& [name, value] : plan_->globals()) globals_.insert_or_assign(name, value);
  warned_.clear();
}

bool Interpreter::is_news(std::string line) {
  return warned_.size() < kMaxRememberedWarnings && warned_.insert(std::move(line)).second;
}

void Interpreter::warn_once(const config::Location& where, std::string_view text) {
  const std::string line = fmt::format("{}: {}", place_of(where), text);
  if (is_news(line)) base::log_warning("dialplan", "{}", line);
}

AppResult Interpreter::pass_planned(std::string_view application, const config::Location& where) {
  const std::string line =
      fmt::format("{} is not done by polyfon yet ({}): going on", application, place_of(where));
  if (is_news(line)) base::log_warning("dialplan", "{}", line);
  return AppResult::go_on();
}

Flow::View Interpreter::view_of(const call::Channel& channel, const Plan& plan) const {
  Flow::View view{plan, channel.caller_id.number, clock_.wall()};
  if (const CallState* state = CallState::find(channel)) {
    view.response_timeout = state->response_timeout;
    view.digit_timeout = state->digit_timeout;
  }
  return view;
}

ExpansionContext Interpreter::expansion_context(call::Channel& channel) {
  return {.channel = &channel, .globals = &globals_, .clock = &clock_, .plan = plan_.get()};
}

bool Interpreter::go_to(call::Channel& channel, std::string_view text, const config::Location& where) {
  auto to = resolve_location(*plan_, channel.position, text, channel.caller_id.number, clock_.wall());
  if (!to) {
    if (limit_.allow(clock_.now())) base::log_warning("dialplan", "{}: {}", place_of(where), to.error().text);
    return false;
  }
  channel.position = std::move(*to);
  return true;
}

bool Interpreter::exists(const call::Channel& channel, const call::DialplanPosition& position) const {
  return static_cast<bool>(plan_->find(position.context, position.extension, position.priority,
                                       channel.caller_id.number, clock_.wall()));
}

base::Task<std::string> Interpreter::expand(call::ChannelId id, std::string text) {
  call::Channel* channel = exchange_.find(id);
  if (!channel) co_return text;
  const auto plan = plan_;
  StepReporter reporter(*this, {place_of(channel->position), 0});
  ExpansionContext context = expansion_context(*channel);
  context.reporter = &reporter;
  co_return co_await dialplan::expand(context, std::move(text));
}

call::ScriptRunner::Reach Interpreter::reach(std::string_view context, std::string_view extension,
                                             std::string_view caller_number) const {
  const auto now = clock_.wall();
  if (plan_->matches(context, extension, MatchMode::kMatch, caller_number, now)) return Reach::kYes;
  return plan_->matches(context, extension, MatchMode::kCanMatch, caller_number, now) ? Reach::kMoreDigits
                                                                                      : Reach::kNo;
}

void Interpreter::begin_step(call::Channel& channel, const Step& step, std::string_view arguments) {
  channel.application = step.application;
  channel.application_data = arguments;
  exchange_.events().emit(
      {clock_.wall(),
       call::ApplicationStarted{channel.id(), channel.position.context, channel.position.extension,
                                step.priority, step.application, std::string(arguments)}});
}

// `plan` keeps the step alive when a reload comes meanwhile.
base::Task<AppResult> Interpreter::run_step(call::ChannelId id, std::shared_ptr<const Plan> plan,
                                            const Step* step) {
  call::Channel* channel = exchange_.find(id);
  if (!channel) co_return AppResult::hangup();
  std::string arguments = step->arguments;
  if (arguments.find('$') != std::string::npos) {
    StepReporter reporter(*this, step->where);
    ExpansionContext context = expansion_context(*channel);
    context.plan = plan.get();
    context.reporter = &reporter;
    arguments = co_await dialplan::expand(context, std::move(arguments));
  }
  begin_step(*channel, *step, arguments);
  co_return co_await execute({*channel, *this, step->where}, step->application, std::move(arguments));
}

base::Task<AppResult> Interpreter::execute(AppContext context, std::string name, std::string arguments) {
  if (const Application* application = find_application(name))
    co_return co_await application->run(context, std::move(arguments));
  if (is_planned_application(name)) co_return pass_planned(name, context.where);
  const call::DialplanPosition& position = context.channel.position;
  if (limit_.allow(clock_.now()))
    base::log_warning("dialplan", "{}: No application '{}' for extension ({}, {}, {})",
                      place_of(context.where), base::printable(name), position.context,
                      base::printable(position.extension), position.priority);
  co_return AppResult::hangup();
}

base::Task<Flow::Next> Interpreter::collect(call::ChannelId id, Flow* flow, base::Duration timeout) {
  call::Channel* channel = exchange_.find(id);
  if (!channel) co_return Flow::Next{};
  while (flow->wants_more(view_of(*channel, *plan_))) {
    const auto digit = co_await channel->wait_digit(timeout);
    if (!digit) break;
    flow->dialled(*digit);
    timeout = view_of(*channel, *plan_).digit_timeout;
  }
  co_return flow->collected(view_of(*channel, *plan_));
}

base::Task<> Interpreter::end_with_tone(call::ChannelId id, bool busy) {
  call::Channel* channel = exchange_.find(id);
  if (!channel) co_return;
  if (busy)
    channel->busy();
  else
    channel->congestion();
  co_await channel->wait(kFallthroughTone);
}

void Interpreter::note(call::Channel& channel, const Flow::Next& next) {
  if (!next.note.empty() && limit_.allow(clock_.now()))
    base::log_notice("dialplan", "{}: {}", channel.name, next.note);
  if (next.invalid_extension) channel.variables.insert_or_assign("INVALID_EXTEN", *next.invalid_extension);
  if (next.exception) CallState::of(channel).exception = next.exception;
}

AppResult Interpreter::leave_macros(call::Channel& channel, const call::DialplanPosition& ran,
                                    AppResult result) {
  using Kind = Subroutine::Kind;
  using Next = AppResult::Next;
  const CallState* found = CallState::find(channel);
  if (!found || found->subroutines().empty() || found->subroutines().back().kind != Kind::kMacro ||
      result.next == Next::kHangup || result.next == Next::kException)
    return result;
  CallState& state = CallState::of(channel);
  call::DialplanPosition& position = channel.position;
  const bool moved = position.context != ran.context || position.extension != ran.extension ||
                     position.priority != ran.priority;
  if (result.next == Next::kContinue && !moved) ++position.priority;
  const bool goes_on = result.next == Next::kContinue || result.next == Next::kJump;
  while (!state.subroutines().empty() && state.subroutines().back().kind == Kind::kMacro) {
    const bool inside = base::iequals(position.context, state.subroutines().back().context);
    if (goes_on && inside && exists(channel, position)) break;
    const auto offset =
        base::parse_number<int>(base::trim(variable_of(channel, "MACRO_OFFSET")), 1, kMaxPriority);
    const Subroutine macro = *state.leave();
    if (!inside && goes_on) continue;  // Goto out of it: that is where the call is now
    position = macro.caller;
    ++position.priority;
    call::DialplanPosition further = position;
    if (offset) further.priority += *offset;
    if (offset && exists(channel, further)) position = further;
  }
  return goes_on ? AppResult::jump() : result;
}

// The channel lives as long as this frame does: hanging up destroys the frame.
base::Task<> Interpreter::run_from(call::ChannelId id, bool after_hangup) {
  call::Channel* channel = exchange_.find(id);
  if (!channel) co_return;
  Flow flow(channel->position);
  const bool expired = !after_hangup && channel->script_state && CallState::of(*channel).take_expired();
  Flow::Next next = expired        ? flow.timed_out(view_of(*channel, *plan_))
                    : after_hangup ? flow.look(view_of(*channel, *plan_), {})
                                   : flow.begin(view_of(*channel, *plan_));
  auto plan = plan_;
  int steps = 0;  // since it last waited for something
  for (;;) {
    note(*channel, next);
    if (next.kind == Flow::Next::Kind::kStep) {
      if (++steps > kMaxStepsWithoutWaiting) {
        base::log_warning("dialplan",
                          "{}: {} steps without waiting for anything, now at {} ({}): the plan goes round in "
                          "circles, and the call ends",
                          channel->name, steps - 1, place_of(channel->position),
                          place_of(next.found.step->where));
        co_return;
      }
      if (steps % kStepsInOneGo == 0) co_await channel->wait(std::chrono::milliseconds(1));
      const call::DialplanPosition ran = channel->position;
      auto [result, suspended] = co_await Observed(run_step(id, plan, next.found.step));
      if (suspended) steps = 0;
      plan = plan_;
      if (after_hangup && result.next == AppResult::Next::kDigit) co_return;
      result = leave_macros(*channel, ran, std::move(result));
      next = flow.after(view_of(*channel, *plan), ran, result, variable_of(*channel, "DIALSTATUS"));
    } else if (after_hangup || next.kind == Flow::Next::Kind::kHangup) {
      co_return;
    } else if (next.kind == Flow::Next::Kind::kCollect) {
      auto [collected, suspended] = co_await Observed(collect(id, &flow, next.timeout));
      if (suspended) steps = 0;
      next = std::move(collected);
      // What was found is of the plan that is current now.
      plan = plan_;
    } else {
      co_return co_await end_with_tone(id, next.kind == Flow::Next::Kind::kBusy);
    }
  }
}

// setvar= of sip.conf, before the first step; a name may be a function: setvar=CALLERID(num)=100.
void Interpreter::set_account_variables(call::Channel& channel) {
  if (!channel.endpoint) return;
  for (const auto& assignment : channel.endpoint->set_variables)
    if (auto set = assign(expansion_context(channel), assignment); !set)
      warn_once(channel.endpoint->where,
                fmt::format("setvar={}: {}", base::printable(assignment), set.error().text));
}

base::Task<> Interpreter::run(call::ChannelId id, call::DialplanPosition start) {
  call::Channel* channel = exchange_.find(id);
  if (!channel) co_return;
  channel->position = std::move(start);
  if (!channel->script_state)
    set_account_variables(*channel);  // else it ran before, and this is another place
  co_await run_from(id, false);
}

base::Task<> Interpreter::run_hangup(call::ChannelId id, std::string context) {
  call::Channel* channel = exchange_.find(id);
  if (!channel) co_return;
  const auto has_h = [&](std::string_view where) {
    return plan_->matches(where, "h", MatchMode::kMatch, channel->caller_id.number, clock_.wall());
  };
  // A macro without `h` leaves it to whoever called it.
  if (const CallState* state = CallState::find(*channel); state && !has_h(context))
    for (const Subroutine& macro : state->subroutines())
      if (macro.kind == Subroutine::Kind::kMacro) {
        context = macro.caller.context;
        break;
      }
  if (!has_h(context)) co_return;
  channel->position = {std::move(context), "h", 1};
  co_await run_from(id, true);
}

}  // namespace polyfon::dialplan
