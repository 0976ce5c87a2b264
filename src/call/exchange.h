// Exchange: the switchboard: owns the channels, turns SIP sessions and media events into channel events, admits incoming
// calls, dials, bridges. Reads the configuration snapshot; a reload swaps it for what begins afterwards. thread: control.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/metrics.h"
#include "base/random.h"
#include "base/slot_map.h"
#include "base/time.h"
#include "base/timer_wheel.h"
#include "call/channel.h"
#include "call/dial.h"
#include "call/events.h"
#include "call/location.h"
#include "call/script.h"
#include "call/wait.h"
#include "config/snapshot.h"
#include "media/engine/engine.h"
#include "sip/auth/digest.h"
#include "sip/dialog/user_agent.h"

namespace polyfon::call {

// What blocks, for the exchange: runs `work` on a worker and then `done` on control. src/main gives net's pool; tests/sim
// runs both at once.
using Offload = std::function<void(std::move_only_function<void()> work, std::move_only_function<void()> done)>;

struct ExchangeCounters {
  base::Counter calls, answered, rejected, rejected_auth, rejected_limit;
};

class Exchange final : public sip::SessionHandler {
 public:
  struct Parts {
    sip::UserAgent& user_agent;
    media::Engine& media;
    const Location& location;
    const sip::NonceSource& nonces;
    base::TimerWheel& timers;
    const base::Clock& clock;
    Offload offload;
  };
  Exchange(Parts parts, std::shared_ptr<const config::Snapshot> snapshot);
  ~Exchange() override;

  void set_script_runner(ScriptRunner& runner);
  void set_snapshot(std::shared_ptr<const config::Snapshot> snapshot);
  const config::Snapshot& snapshot() const { return *snapshot_; }
  EventStream& events() { return events_; }

  Channel* find(ChannelId id) { return channels_.find(id); }
  template <class Fn>
  void each_channel(Fn&& fn) const {
    channels_.for_each([&](ChannelId, const Channel& channel) { fn(channel); });
  }
  std::size_t channel_count() const { return channels_.size(); }
  std::size_t calls_processed() const { return counters_.calls.value(); }
  std::size_t calls_of(std::string_view endpoint) const;  // its channels now: call-limit

  // --- for scripts ---
  // Dials, rings, bridges, and returns when the call that was answered has ended, or why none was.
  base::Task<DialResult> dial(ChannelId caller, DialRequest request);
  // Ends a channel: its session, stream and script. From inside its own script it takes effect at the next suspension.
  void hangup(ChannelId channel, HangupCause cause);
  void stop_accepting();           // drain: new INVITEs get 503
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
  friend class Turn;
  Parts parts_;
  std::shared_ptr<const config::Snapshot> snapshot_;
  ScriptRunner* runner_ = nullptr;
  ReadyQueue ready_;
  EventStream events_;
  base::SlotMap<Channel, ChannelTag> channels_;
  ExchangeCounters counters_;
  bool accepting_ = true;
};

}  // namespace polyfon::call
