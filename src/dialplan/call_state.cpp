#include "dialplan/call_state.h"

#include <algorithm>

#include <fmt/format.h>

#include "call/exchange.h"

namespace polyfon::dialplan {

CallState& CallState::of(call::Channel& channel) {
  if (!channel.script_state) channel.script_state = std::make_unique<CallState>(channel);
  return static_cast<CallState&>(*channel.script_state);
}

const CallState* CallState::find(const call::Channel& channel) {
  return static_cast<const CallState*>(channel.script_state.get());
}

base::Result<> CallState::enter(Subroutine subroutine) {
  if (subroutines_.size() >= kMaxSubroutines)
    return base::fail(
        base::ErrorCode::kLimit,
        fmt::format("{} subroutines are within each other already: they call themselves without "
                    "end",
                    kMaxSubroutines));
  subroutines_.push_back(std::move(subroutine));
  return {};
}

std::optional<Subroutine> CallState::leave() {
  if (subroutines_.empty()) return std::nullopt;
  Subroutine left = std::move(subroutines_.back());
  subroutines_.pop_back();
  for (auto& [name, value] : left.hidden) {
    if (value)
      channel_.variables.insert_or_assign(name, *std::move(value));
    else if (auto at = channel_.variables.find(name); at != channel_.variables.end())
      channel_.variables.erase(at);
  }
  std::erase_if(loops, [&](const Loop& loop) { return loop.depth > subroutines_.size(); });
  return left;
}

bool CallState::set_local(std::string_view name, std::string_view value) {
  if (subroutines_.empty() || name.empty()) return false;
  auto& hidden = subroutines_.back().hidden;
  const auto at = channel_.variables.find(name);
  const bool is_new = std::ranges::none_of(hidden, [&](const auto& each) { return each.first == name; });
  if (is_new && hidden.size() >= call::kMaxVariables) return false;
  if (is_new)
    hidden.emplace_back(name, at == channel_.variables.end() ? std::nullopt : std::optional(at->second));
  if (at != channel_.variables.end())
    at->second = value;
  else if (channel_.variables.size() < call::kMaxVariables)
    channel_.variables.emplace(name, value);
  else
    return false;
  return true;
}

std::optional<std::string> CallState::local(std::string_view name, std::size_t level) const {
  if (level >= subroutines_.size()) return std::nullopt;
  const auto find = [&](const Subroutine& subroutine) {
    return std::ranges::find(subroutine.hidden, name,
                             &std::pair<std::string, std::optional<std::string>>::first);
  };
  const Subroutine& wanted = subroutines_[subroutines_.size() - 1 - level];
  if (find(wanted) == wanted.hidden.end()) return std::nullopt;
  // What it holds there is what the next one further in hides.
  for (std::size_t i = subroutines_.size() - level; i < subroutines_.size(); ++i)
    if (auto at = find(subroutines_[i]); at != subroutines_[i].hidden.end()) return at->second;
  auto at = channel_.variables.find(name);
  return at == channel_.variables.end() ? std::string() : at->second;
}

void CallState::set_absolute_timeout(base::Duration time, base::Instant now) {
  timer_.cancel();
  absolute_deadline_.reset();
  if (time <= base::Duration::zero()) return;
  absolute_deadline_ = now + time;
  channel_.exchange().timers().arm(timer_, *absolute_deadline_);
}

// Whatever the script does, it ends: the script that comes instead finds that its time is over.
void CallState::on_expired(base::Instant) {
  absolute_deadline_.reset();
  expired_ = true;
  channel_.exchange().run_script(channel_.id(), channel_.position);
}

}  // namespace polyfon::dialplan
