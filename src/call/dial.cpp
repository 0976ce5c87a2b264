#include "call/dial.h"

#include <algorithm>

#include "base/log.h"
#include "base/text.h"
#include "call/bridge.h"
#include "call/dial_operation.h"
#include "call/dial_resource.h"
#include "call/exchange.h"

namespace polyfon::call {

namespace {

// chan_sip's reading of a refusal: busy, or congestion; silence means that nobody is there, or has not
// answered when it rang before.
DialStatus status_of(int sip_status, bool rang) {
  switch (sip_status) {
    case 486:
    case 600:
    case 603: return DialStatus::kBusy;
    case 408: return rang ? DialStatus::kNoAnswer : DialStatus::kChanUnavail;
    case 430: return DialStatus::kChanUnavail;  // RFC 5626 11.5: the way to the phone is gone
    case 480: return DialStatus::kNoAnswer;
    default: return DialStatus::kCongestion;
  }
}

}  // namespace

base::Task<DialResult> Exchange::dial(ChannelId caller_id, DialRequest request) {
  Channel* caller = find(caller_id);
  if (!caller || caller->ended_) co_return DialResult{.status = DialStatus::kCancel};
  DialOperation operation(*this, *caller, std::move(request));
  co_return co_await operation.run();
}

DialOperation::DialOperation(Exchange& exchange, Channel& caller, DialRequest request)
    : exchange_(exchange),
      caller_(caller),
      request_(std::move(request)),
      started_(exchange.parts_.timers.now()) {
  caller_.leg_events_.clear();
}

DialOperation::~DialOperation() {
  hang_up_legs({}, DialStatus::kCancel, HangupCause::kNormalClearing);
  if (answered_) exchange_.hangup(answered_, caller_.hangup_cause);
}

base::Task<DialResult> DialOperation::run() {
  if (std::ranges::any_of(request_.targets, [&](const DialTarget& target) { return is_host(target); }))
    co_await locate_hosts();
  if (share_breadth()) {
    for (const auto& target : request_.targets) dial_target(target);
  } else {
    ++congested_;
    blame_.add(440, HangupCause::kInterworking);
  }
  if (!legs_.empty()) begin_waiting();
  std::optional<base::Instant> deadline;
  if (request_.timeout) deadline = started_ + *request_.timeout;

  while (!legs_.empty()) {
    auto turn = next_turn();
    auto event =
        co_await caller_.leg_events_.next(turn && (!deadline || *turn < *deadline) ? turn : deadline);
    if (!event && (!deadline || exchange_.parts_.timers.now() < *deadline)) {
      end_turns();
      continue;
    }
    if (!event) {
      hang_up_legs({}, DialStatus::kNoAnswer, HangupCause::kNoAnswer);
      end_early_media();
      co_return finish(DialStatus::kNoAnswer, HangupCause::kNoAnswer);
    }
    bool ours = std::ranges::any_of(legs_, [&](const Leg& leg) { return leg.channel == event->leg; });
    if (!ours) continue;
    switch (event->kind) {
      case LegEvent::Kind::kProgress:
      case LegEvent::Kind::kRinging: on_progress(*event); break;
      case LegEvent::Kind::kRejected:
        if (!went_elsewhere(*event))
          leg_failed(event->leg, status_of(event->sip_status, event->rang), event->cause, event->sip_status);
        break;
      case LegEvent::Kind::kEnded: leg_failed(event->leg, DialStatus::kChanUnavail, event->cause); break;
      case LegEvent::Kind::kAnswered:
        co_await talk(event->leg);
        co_return finish(DialStatus::kAnswer, last_cause_);
    }
  }
  end_early_media();
  const HangupCause cause = blame_.cause();
  caller_.refused_as_ = {blame_.status_to_pass(), cause};
  co_return finish(status_of_failures(), cause);
}

// RFC 5393 5.3.3: the legs that ring at once share what the INVITE of the call allows; for more of them than
// that it is refused. Without the header the plan is free.
bool DialOperation::share_breadth() {
  caller_.leg_breadth_.reset();
  if (!caller_.max_breadth_) return true;
  std::size_t legs = 0;
  for (const auto& target : request_.targets) {
    const std::string peer = parse_resource(target.resource).peer;
    auto found = exchange_.snapshot().endpoint_by_name.find(peer);
    legs += found == exchange_.snapshot().endpoint_by_name.end() ? 1 : contacts_of(*found->second).size();
  }
  if (legs > *caller_.max_breadth_ || *caller_.max_breadth_ == 0) return false;
  caller_.leg_breadth_ = *caller_.max_breadth_ / static_cast<unsigned>(std::max<std::size_t>(legs, 1));
  return true;
}

bool DialOperation::is_sip(const DialTarget& target) {
  return base::iequals(target.technology, "SIP") || base::iequals(target.technology, "PJSIP");
}

void DialOperation::dial_target(const DialTarget& target) {
  const bool sip = is_sip(target);
  const DialResource resource = parse_resource(target.resource);
  if (sip && hosts_.contains(resource.peer))
    return dial_endpoint(target, endpoint_of_host(resource.peer), resource.number);
  auto found = exchange_.snapshot().endpoint_by_name.find(resource.peer);
  if (!sip || found == exchange_.snapshot().endpoint_by_name.end() || !found->second->may_be_called()) {
    base::log_warning(
        "dial", "{}: cannot dial {}/{}: {}", caller_.name, target.technology, target.resource,
        sip ? "there is no such account in sip.conf" : "polyfon has no such channel technology yet");
    ++unreachable_;
    blame_.add(0, HangupCause::kNoRouteDestination);
    return;
  }
  dial_endpoint(target, found->second, resource.number);
}

void DialOperation::dial_endpoint(const DialTarget& target, std::shared_ptr<const config::Endpoint> endpoint,
                                  const std::string& number) {
  if (endpoint->call_limit > 0 && exchange_.calls_of(endpoint->name) >= endpoint->call_limit) {
    base::log_notice("dial", "{}: {} has reached its call-limit of {}", caller_.name, endpoint->name,
                     endpoint->call_limit);
    ++busy_;
    blame_.add(486, HangupCause::kUserBusy);
    return;
  }
  parties_.push_back({endpoint, target.resource, number,
                      Fork(contacts_of(*endpoint), exchange_.snapshot().polyfon.forking), std::nullopt});
  if (dial_next_group(parties_.size() - 1)) return;
  base::log_notice("dial", "{}: {} is not registered or does not answer", caller_.name, endpoint->name);
  ++unreachable_;
  blame_.add(0, HangupCause::kSubscriberAbsent);
}

void DialOperation::begin_waiting() {
  if (request_.music_class)
    caller_.start_music(*request_.music_class);
  else if (request_.ring)
    caller_.ringing();
}

void DialOperation::on_progress(const LegEvent& event) {
  if (request_.music_class) return;
  if (event.kind == LegEvent::Kind::kRinging && !event.early_media) {
    if (!heard_ && !request_.ring) caller_.ringing();
    return;
  }
  // Early media of the first leg that has some; r asks for our own ringing whatever the called side sends.
  Channel* leg = exchange_.find(event.leg);
  if (request_.ring || heard_ || !event.early_media || !leg) return;
  caller_.prefer_codec_of(*leg);
  if (!caller_.ensure_early_media()) return;
  heard_ = event.leg;
  caller_.stop_tone();
  exchange_.parts_.media.forward(leg->stream_, caller_.stream_);
}

void DialOperation::count(DialStatus status) {
  switch (status) {
    case DialStatus::kBusy: ++busy_; break;
    case DialStatus::kCongestion: ++congested_; break;
    case DialStatus::kNoAnswer: ++unanswered_; break;
    default: ++unreachable_; break;
  }
}

void DialOperation::leg_failed(ChannelId leg, DialStatus status, HangupCause cause, int sip_status) {
  const std::size_t party = std::ranges::find(legs_, leg, &Leg::channel)->party;
  std::erase_if(legs_, [&](const Leg& candidate) { return candidate.channel == leg; });
  count(status);
  blame_.add(sip_status, cause);
  caller_.emit(DialEnd{caller_.id(), leg, status, cause});
  if (stop_hearing(leg)) {  // what it said was its announcement of why: those that still ring are heard again
    bool rings = std::ranges::any_of(legs_, [&](const Leg& other) {
      const Channel* channel = exchange_.find(other.channel);
      return channel && channel->state() == ChannelState::kRinging;
    });
    if (rings) caller_.ringing();
  }
  go_on(party, sip_status);
}

void DialOperation::hang_up_legs(ChannelId except, DialStatus status, HangupCause cause) {
  for (const auto& leg : std::exchange(legs_, {})) {
    if (leg.channel == except) continue;
    caller_.emit(DialEnd{caller_.id(), leg.channel, status, cause});
    exchange_.hangup(leg.channel, cause);
  }
}

void DialOperation::end_early_media() {
  if (request_.music_class)
    caller_.stop_music();
  else if (caller_.stream_)
    caller_.stop_tone();
  if (std::exchange(heard_, {}) && !caller_.ended_) exchange_.parts_.media.disconnect(caller_.stream_);
  caller_.forget_digits();  // dialled while it rang: meant for nobody
}

DialStatus DialOperation::status_of_failures() const {
  // app_dial's wait_for_answer: busy counts first; nobody to be found at all comes last.
  if (busy_ > 0) return DialStatus::kBusy;
  if (unanswered_ > 0) return DialStatus::kNoAnswer;
  if (congested_ > 0) return DialStatus::kCongestion;
  return DialStatus::kChanUnavail;
}

base::Task<> DialOperation::talk(ChannelId leg_id) {
  answered_ = leg_id;
  answered_at_ = exchange_.parts_.timers.now();
  Channel& leg = *exchange_.find(leg_id);
  result_.peer_name = leg.name;
  for (const auto& candidate : legs_)
    if (candidate.channel == leg_id) result_.peer_number = candidate.dial_string;
  caller_.emit(DialEnd{caller_.id(), leg_id, DialStatus::kAnswer, HangupCause::kNone});
  hang_up_legs(leg_id, DialStatus::kNoAnswer, HangupCause::kAnsweredElsewhere);
  end_early_media();
  caller_.prefer_codec_of(leg);
  if (!caller_.answer()) co_return;

  Bridge bridge(exchange_, caller_, leg);
  std::optional<base::Instant> end_at, warn_at;
  if (request_.limit && request_.limit->total.count() > 0) {
    end_at = *answered_at_ + request_.limit->total;
    if (request_.limit->warn_before.count() > 0 && request_.limit->warning)
      warn_at = std::max(*answered_at_, *end_at - request_.limit->warn_before);
  }
  for (;;) {
    auto event = co_await caller_.leg_events_.next(warn_at ? warn_at : end_at);
    if (event) {
      if (event->leg == leg_id && event->kind == LegEvent::Kind::kEnded) {
        last_cause_ = event->cause;
        answered_ = {};
        co_return;
      }
      continue;
    }
    base::Instant now = exchange_.parts_.timers.now();
    if (end_at && now >= *end_at) break;
    exchange_.parts_.media.play(caller_.stream_, media::Playback{.audio = {request_.limit->warning}});
    bool again = request_.limit->repeat.count() > 0 && now + request_.limit->repeat < *end_at;
    warn_at = again ? std::optional(now + request_.limit->repeat) : std::nullopt;
  }
  last_cause_ = HangupCause::kNormalClearing;  // L(): the time is up
}

DialResult DialOperation::finish(DialStatus status, HangupCause cause) {
  base::Instant now = exchange_.parts_.timers.now();
  result_.status = status;
  result_.cause = cause;
  result_.dialed_time = now - started_;
  if (answered_at_) result_.answered_time = now - *answered_at_;
  return result_;
}

}  // namespace polyfon::call
