#include "call/channel.h"

#include "base/log.h"
#include "call/exchange.h"
#include "call/tones.h"

namespace polyfon::call {

std::string_view to_string(ChannelState state) {
  switch (state) {
    case ChannelState::kDown: return "Down";
    case ChannelState::kRing: return "Ring";
    case ChannelState::kRinging: return "Ringing";
    case ChannelState::kUp: return "Up";
  }
  return "Unknown";
}

Channel::Channel(ChannelId id, Exchange& exchange)
    : id_(id),
      exchange_(exchange),
      created_at_(exchange.parts_.timers.now()),
      leg_events_(exchange.ready_, exchange.parts_.timers),
      signals_(exchange.ready_, exchange.parts_.timers) {}

Channel::~Channel() = default;

void Channel::inherit_variables(const Channel& parent) {
  for (const auto& [variable, how] : parent.inheritance) {
    const auto at = parent.variables.find(variable);
    if (at == parent.variables.end()) continue;
    variables.insert_or_assign(variable, at->second);
    if (how == Inheritance::kTheirLegsToo) inheritance.insert_or_assign(variable, how);
  }
}

void Channel::emit(decltype(CallEvent::what) what) {
  exchange_.events_.emit(CallEvent{exchange_.parts_.clock.wall(), std::move(what)});
}

void Channel::ringing() {
  if (ended_) return;
  if (state_ == ChannelState::kUp) {
    play_tone(tone_cadence(ToneName::kRing, language));
    return;
  }
  if (ringing_sent_ || !incoming) return;
  ringing_sent_ = true;
  emit(ChannelRinging{id_});
  exchange_.parts_.user_agent.provisional(session_, 180);
}

void Channel::progress() { ensure_early_media(); }

bool Channel::answer() {
  if (ended_) return false;
  if (state_ == ChannelState::kUp) return true;
  if (!ensure_stream()) {
    exchange_.hangup(id_, HangupCause::kSwitchCongestion);
    return false;
  }
  if (!accept_remote_offer()) {
    exchange_.hangup(id_, HangupCause::kBearerCapabilityNotAvailable);
    return false;
  }
  state_ = ChannelState::kUp;
  answered_at_ = exchange_.parts_.timers.now();
  exchange_.counters_.answered.add();
  emit(ChannelAnswered{id_});
  apply_agreed();  // rtptimeout counts from now
  if (offered_)
    exchange_.parts_.user_agent.answer(
        session_,
        negotiation_->make_offer(local_media()));  // late offer: ours is the offer
  else
    exchange_.parts_.user_agent.answer(session_, negotiation_->answer());
  return true;
}

void Channel::busy() {
  if (state_ == ChannelState::kUp)
    play_tone(tone_cadence(ToneName::kBusy, language));
  else
    exchange_.hangup(id_, HangupCause::kUserBusy);
}

void Channel::congestion() {
  if (state_ == ChannelState::kUp)
    play_tone(tone_cadence(ToneName::kCongestion, language));
  else
    exchange_.hangup(id_, HangupCause::kNormalCircuitCongestion);
}

void Channel::on_digit(char digit) {
  if (typed_ahead_.size() < kMaxTypedAhead) typed_ahead_.push_back(digit);
  signals_.push(Signal{.digit = digit});
}

void Channel::forget_digits() {
  typed_ahead_.clear();
  signals_.clear();
}

base::Task<> Channel::wait(base::Duration time) {
  base::Instant deadline = exchange_.parts_.timers.now() + time;
  while (exchange_.parts_.timers.now() < deadline) co_await signals_.next(deadline);
  forget_digits();  // Asterisk drops what is dialled into a Wait
}

base::Task<std::optional<char>> Channel::wait_digit(base::Duration timeout) {
  base::Instant deadline = exchange_.parts_.timers.now() + timeout;
  while (typed_ahead_.empty()) {
    auto signal = co_await signals_.next(deadline);
    if (!signal) co_return std::nullopt;
  }
  char digit = typed_ahead_.front();
  typed_ahead_.pop_front();
  co_return digit;
}

base::Task<> Channel::wait_for_ever() {
  for (;;) co_await signals_.next();
}

}  // namespace polyfon::call
