#include "call/exchange.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/log.h"
#include "base/text.h"

namespace polyfon::call {

Exchange::Exchange(Parts parts, std::shared_ptr<const config::Snapshot> snapshot)
    : parts_(std::move(parts)), snapshot_(std::move(snapshot)), sounds_(parts_.offload) {
  // Two runs within one second give different ids: the count goes on from the microsecond of the start.
  auto started =
      std::chrono::duration_cast<std::chrono::microseconds>(parts_.clock.wall().time_since_epoch());
  next_unique_id_ += static_cast<std::uint64_t>(started.count()) % 1'000'000;
  ready_.set_settled([this] { return settle(); });
  parts_.user_agent.set_session_handler(*this);
  parts_.media.set_event_handler([this](const media::Event& event) { on_media_event(event); });
}

Exchange::~Exchange() {
  ready_.set_settled({});
  events_ = {};  // who ends the exchange has hung up before; what is left is told to nobody
  parts_.media.set_event_handler([](const media::Event&) {});
  channels_.for_each([](ChannelId, Channel& channel) { channel.script_.reset(); });
}

void Exchange::set_snapshot(std::shared_ptr<const config::Snapshot> snapshot) {
  snapshot_ = std::move(snapshot);
  sounds_.clear();
}

std::size_t Exchange::calls_of(std::string_view endpoint) const {
  std::vector<ChannelId> calls;  // the channel that calls, or for whom it was dialled
  channels_.for_each([&](ChannelId id, const Channel& channel) {
    if (channel.ended_ || !channel.endpoint || channel.endpoint->name != endpoint) return;
    ChannelId call = channel.owner_ ? channel.owner_ : id;
    if (std::ranges::find(calls, call) == calls.end()) calls.push_back(call);
  });
  return calls.size();
}

Channel& Exchange::make_channel(std::string_view endpoint_name, bool incoming, Channel* linked) {
  ChannelId id = channels_.emplace(*this);
  Channel& channel = *channels_.find(id);
  channel.incoming = incoming;
  channel.name = fmt::format("SIP/{}-{:08x}", endpoint_name, next_channel_number_++);
  auto seconds =
      std::chrono::duration_cast<std::chrono::seconds>(parts_.clock.wall().time_since_epoch()).count();
  channel.unique_id = fmt::format("{}.{}", seconds, next_unique_id_++);
  channel.linked_id = linked ? linked->linked_id : channel.unique_id;
  if (linked) channel.owner_ = linked->id();
  return channel;
}

Channel* Exchange::channel_of(sip::SessionId session) {
  auto found = by_session_.find(session.value());
  return found == by_session_.end() ? nullptr : channels_.find(found->second);
}

void Exchange::bind_session(Channel& channel, sip::SessionId session) {
  channel.session_ = session;
  by_session_.emplace(session.value(), channel.id());
}

void Exchange::hangup(ChannelId id, HangupCause cause) {
  if (Channel* channel = find(id)) end(*channel, cause, false);
}

void Exchange::hangup_all(HangupCause cause) {
  ReadyQueue::Turn turn(ready_);
  channels_.for_each([&](ChannelId, Channel& channel) { end(channel, cause, false); });
}

void Exchange::end(Channel& channel, HangupCause cause, bool by_peer) {
  if (channel.ended_) return;
  ReadyQueue::Turn turn(ready_);
  bool answered = channel.state_ == ChannelState::kUp;
  channel.ended_ = true;
  if (cause != HangupCause::kNone || channel.hangup_cause == HangupCause::kNone) channel.hangup_cause = cause;
  // The record is safe before the peer is told (architecture, "What must not be lost").
  channel.emit(ChannelHangup{channel.id(), channel.hangup_cause, by_peer});
  channel.state_ = ChannelState::kDown;

  sip::SessionId session = std::exchange(channel.session_, {});
  if (session) by_session_.erase(session.value());
  if (session && !by_peer) {
    const bool said_better = channel.refused_as_.status && channel.refused_as_.cause == channel.hangup_cause;
    if (channel.incoming && !answered)
      parts_.user_agent.reject(
          session, said_better ? channel.refused_as_.status : sip_from_cause(channel.hangup_cause));
    else
      parts_.user_agent.hangup(session, static_cast<int>(channel.hangup_cause),
                               to_string(channel.hangup_cause));
  }
  if (channel.stream_) {
    by_stream_.erase(channel.stream_.value());
    parts_.media.close(std::exchange(channel.stream_, {}));
  }
  if (Channel* owner = find(channel.owner_))
    owner->leg_events_.push({LegEvent::Kind::kEnded, channel.id(), 0, channel.hangup_cause});
  ended_.push_back(channel.id());
}

bool Exchange::settle() {
  if (ended_.empty()) return false;
  for (ChannelId id : std::exchange(ended_, {})) {
    Channel* channel = find(id);
    if (!channel) continue;
    bool had_script = static_cast<bool>(channel->script_);
    channel->script_.reset();  // its dial operation ends its legs here: ended_ may grow
    if (channel->buried_ || !had_script || !runner_) {
      channels_.erase(id);
      continue;
    }
    channel->buried_ = true;
    channel->script_ = hangup_script(id, channel->position.context);
    channel->script_.start();
  }
  return true;
}

base::Task<> Exchange::script(ChannelId id, DialplanPosition start) {
  co_await runner_->run(id, std::move(start));
  if (Channel* channel = find(id)) {
    auto cause =
        channel->hangup_cause == HangupCause::kNone ? HangupCause::kNormalClearing : channel->hangup_cause;
    end(*channel, cause, false);
  }
}

base::Task<> Exchange::hangup_script(ChannelId id, std::string context) {
  co_await runner_->run_hangup(id, std::move(context));
  ended_.push_back(id);  // settle() comes round: scripts run inside a turn only
}

void Exchange::run_script(ChannelId id, DialplanPosition start) {
  Channel* channel = find(id);
  if (!channel || channel->ended_ || !runner_) return;
  ReadyQueue::Turn turn(ready_);
  channel->position = start;
  channel->script_ = script(id, std::move(start));
  channel->script_.start();
}

void Exchange::on_media_event(const media::Event& event) {
  auto found = by_stream_.find(event.stream.value());
  Channel* channel = found == by_stream_.end() ? nullptr : channels_.find(found->second);
  if (!channel) return;
  ReadyQueue::Turn turn(ready_);
  switch (event.kind) {
    case media::Event::Kind::kDigit: channel->on_digit(event.digit); break;
    case media::Event::Kind::kPlaybackFinished: channel->on_playback_finished(event.playback); break;
    case media::Event::Kind::kTimeout:
      base::log_notice("call", "{}: no RTP for {} s (rtptimeout): hung up", channel->name,
                       channel->endpoint ? channel->endpoint->rtp_timeout.count() : 0);
      end(*channel, HangupCause::kRecoveryOnTimerExpire, false);
      break;
    case media::Event::Kind::kFirstPacket: break;
  }
}

}  // namespace polyfon::call
