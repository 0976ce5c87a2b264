#include "dialplan/interpreter.h"

#include <string_view>

#include <fmt/format.h>

#include "base/text.h"
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

AppResult Interpreter::pass_planned(const Step& step) {
  const std::string line =
      fmt::format("{} is not done by polyfon yet ({}): going on", step.application, place_of(step.where));
  if (is_news(line)) base::log_warning("dialplan", "{}", line);
  return AppResult::go_on();
}

Flow::View Interpreter::view_of(const call::Channel& channel, const Plan& plan) const {
  return {plan, channel.caller_id.number, clock_.wall()};
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
  if (const Application* application = find_application(step->application)) {
    const AppContext context{*channel, *this, step->where};
    co_return co_await application->run(context, std::move(arguments));
  }
  if (is_planned_application(step->application)) co_return pass_planned(*step);
  if (limit_.allow(clock_.now()))
    base::log_warning("dialplan", "No application '{}' for extension ({}, {}, {})", step->application,
                      channel->position.context, base::printable(channel->position.extension),
                      step->priority);
  co_return AppResult::hangup();
}

base::Task<Flow::Next> Interpreter::collect(call::ChannelId id, Flow* flow, base::Duration timeout) {
  call::Channel* channel = exchange_.find(id);
  if (!channel) co_return Flow::Next{};
  while (flow->wants_more(view_of(*channel, *plan_))) {
    const auto digit = co_await channel->wait_digit(timeout);
    if (!digit) break;
    flow->dialled(*digit);
    timeout = kDigitTimeout;
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

// The channel lives as long as this frame does: hanging up destroys the frame.
base::Task<> Interpreter::run_from(call::ChannelId id, bool after_hangup) {
  call::Channel* channel = exchange_.find(id);
  if (!channel) co_return;
  Flow flow(channel->position);
  Flow::Next next =
      after_hangup ? flow.look(view_of(*channel, *plan_), {}) : flow.begin(view_of(*channel, *plan_));
  auto plan = plan_;
  int steps = 0;  // since it last waited for something
  for (;;) {
    if (!next.note.empty() && limit_.allow(clock_.now()))
      base::log_notice("dialplan", "{}: {}", channel->name, next.note);
    if (next.invalid_extension) channel->variables.insert_or_assign("INVALID_EXTEN", *next.invalid_extension);
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
  set_account_variables(*channel);
  co_await run_from(id, false);
}

base::Task<> Interpreter::run_hangup(call::ChannelId id, std::string context) {
  call::Channel* channel = exchange_.find(id);
  if (!channel || !plan_->matches(context, "h", MatchMode::kMatch, channel->caller_id.number, clock_.wall()))
    co_return;
  channel->position = {std::move(context), "h", 1};
  co_await run_from(id, true);
}

}  // namespace polyfon::dialplan
