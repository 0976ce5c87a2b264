// Exchange: the switchboard: owns the channels, turns SIP sessions and media events into channel events,
// admits incoming calls, dials, bridges. Reads the configuration snapshot; a reload swaps it for what begins
// afterwards. thread: control.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/log.h"
#include "base/metrics.h"
#include "base/random.h"
#include "base/slot_map.h"
#include "base/time.h"
#include "base/timer_wheel.h"
#include "call/admission.h"
#include "call/channel.h"
#include "call/dial.h"
#include "call/events.h"
#include "call/location.h"
#include "call/script.h"
#include "call/sound_library.h"
#include "call/wait.h"
#include "config/snapshot.h"
#include "media/engine/engine.h"
#include "sip/auth/digest.h"
#include "sip/dialog/user_agent.h"
#include "sip/transaction/locator.h"

namespace polyfon::call {

struct ExchangeCounters {
  base::Counter calls, answered, rejected, rejected_auth, rejected_limit, media_refused;
};

class Exchange final : public sip::SessionHandler {
 public:
  struct Parts {
    sip::UserAgent& user_agent;
    sip::Sink& sink;  // asked for the address a peer sees
    media::Engine& media;
    const Location& location;
    const sip::NonceSource& nonces;
    base::TimerWheel& timers;
    base::Random& random;
    const base::Clock& clock;
    Offload offload;
    sip::Locator* locator = nullptr;  // null: only accounts are dialled, no hosts
  };
  Exchange(Parts parts, std::shared_ptr<const config::Snapshot> snapshot);
  ~Exchange() override;

  void set_script_runner(ScriptRunner& runner) { runner_ = &runner; }
  void set_snapshot(std::shared_ptr<const config::Snapshot> snapshot);
  const config::Snapshot& snapshot() const { return *snapshot_; }
  EventStream& events() { return events_; }
  SoundLibrary& sounds() { return sounds_; }
  base::TimerWheel& timers() { return parts_.timers; }

  Channel* find(ChannelId id) { return channels_.find(id); }
  const Channel* find(ChannelId id) const { return channels_.find(id); }
  template <class Fn>
  void each_channel(Fn&& fn) const {
    channels_.for_each([&](ChannelId, const Channel& channel) { fn(channel); });
  }
  std::size_t channel_count() const { return channels_.size(); }
  std::size_t calls_processed() const { return counters_.calls.value(); }
  // The calls it is in now, for call-limit: several phones that ring for one call are one.
  std::size_t calls_of(std::string_view endpoint) const;

  // --- for scripts and the console ---
  // Dials, rings, bridges, and returns when the call that was answered has ended, or why none was.
  base::Task<DialResult> dial(ChannelId caller, DialRequest request);
  // Ends a channel: its session, its stream, and its script. Asked from that very script, the script ends at
  // its next suspension.
  void hangup(ChannelId channel, HangupCause cause);
  void hangup_all(HangupCause cause);
  // Runs the channel's script anew from there, whatever it did before.
  void run_script(ChannelId channel, DialplanPosition start);

  void stop_accepting() { accepting_ = false; }  // drain: new INVITEs get 503
  void resume_accepting() { accepting_ = true; }
  bool accepting() const { return accepting_; }
  const ExchangeCounters& counters() const { return counters_; }

  // --- sip::SessionHandler ---
  void on_invite(sip::SessionId, const sip::Message&, const sip::Flow&, std::string_view sdp) override;
  void on_cancelled(sip::SessionId) override;
  void on_confirmed(sip::SessionId, std::string_view sdp) override;
  void on_progress(sip::SessionId, int status, const sip::Message&, std::string_view sdp) override;
  void on_answered(sip::SessionId, const sip::Message&, std::string_view sdp) override;
  void on_rejected(sip::SessionId, int status, std::string_view reason, const sip::Message*) override;
  void on_offer(sip::SessionId, std::string_view sdp) override;
  void on_offer_wanted(sip::SessionId) override;
  void on_offer_answered(sip::SessionId, std::string_view sdp) override;
  void on_offer_rejected(sip::SessionId, int status) override;
  bool on_info(sip::SessionId, const sip::Message&) override;
  void on_ended(sip::SessionId, bool by_peer, std::string_view reason) override;

 private:
  friend class Channel;
  friend class Bridge;
  friend class DialOperation;

  Channel& make_channel(std::string_view endpoint_name, bool incoming, Channel* linked);
  Channel* channel_of(sip::SessionId session);
  // The leg whose INVITE has come back, and whether the call has been at that number before.
  struct Origin {
    ChannelId leg;
    bool loop = false;
  };
  Origin origin_of(const sip::Message& invite, std::string_view context, std::string_view extension);
  void bind_session(Channel& channel, sip::SessionId session);
  // The end of a channel, whoever asked: event, session, stream, its owner's notice; the rest waits for
  // settle().
  void end(Channel& channel, HangupCause cause, bool by_peer);
  bool settle();  // buries what ended; runs `h`; true when something was done
  base::Task<> script(ChannelId channel, DialplanPosition start);
  base::Task<> hangup_script(ChannelId channel, std::string context);
  void on_media_event(const media::Event& event);
  bool negotiate_again(Channel& channel, std::string_view sdp);
  void follow_hold(Channel& channel);
  base::Result<ChannelId> dial_contact(Channel& caller, std::shared_ptr<const config::Endpoint> endpoint,
                                       const ContactAddress& contact, const std::string& number,
                                       std::optional<base::Duration> timeout);
  void begin_call(sip::SessionId session, const sip::Message& invite, const sip::Flow& flow,
                  Admission admission, std::string context, std::string extension, ChannelId came_from,
                  std::string_view sdp);
  void forget(Channel& channel, int status);
  void discard(Channel& leg);

  Parts parts_;
  std::shared_ptr<const config::Snapshot> snapshot_;
  ScriptRunner* runner_ = nullptr;
  ReadyQueue ready_;
  EventStream events_;
  SoundLibrary sounds_;
  ExchangeCounters counters_;
  base::LogLimit refusal_log_{10, std::chrono::seconds(10)};  // strangers cause these lines
  std::unordered_map<std::uint64_t, ChannelId> by_session_;
  std::unordered_map<std::uint64_t, ChannelId> by_stream_;
  std::vector<ChannelId> ended_;
  std::uint32_t next_channel_number_ = 1;
  std::uint64_t next_unique_id_ = 1;
  bool accepting_ = true;
  base::SlotMap<Channel, ChannelTag> channels_;  // last: channels refer to all of the above
};

}  // namespace polyfon::call
