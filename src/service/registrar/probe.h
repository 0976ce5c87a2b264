// Probe: qualify= for one account: OPTIONS to each of its contacts every qualifyfreq, sooner when they are
// down (chan_sip: 60 s, 10 s). thread: control.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/random.h"
#include "base/timer_wheel.h"
#include "config/snapshot.h"
#include "service/registrar/registrar.h"
#include "sip/dialog/user_agent.h"

namespace polyfon::registrar {

class Probe {
 public:
  static constexpr base::Duration kRetryDown = std::chrono::seconds(10);
  struct Target {
    std::string uri;
    sip::Flow flow;
  };
  struct State {
    std::string uri;
    BindingView::Status status = BindingView::Status::kUnknown;
    std::chrono::milliseconds round_trip{0};
    bool waiting = false;  // asked, not answered yet
  };
  using Targets = std::function<std::vector<Target>()>;

  Probe(sip::UserAgent& user_agent, base::TimerWheel& timers,
        std::shared_ptr<const config::Endpoint> endpoint, Targets targets);
  ~Probe();
  Probe(const Probe&) = delete;
  Probe& operator=(const Probe&) = delete;

  void set_endpoint(std::shared_ptr<const config::Endpoint> endpoint) { endpoint_ = std::move(endpoint); }
  // Asks at once: a contact has just registered.
  void ask_now();
  // kUnknown until the first answer, which counts as reachable.
  State state_of(std::string_view uri) const;

 private:
  void on_timer(base::Instant now);
  void on_limit(base::Instant now);
  void ask(const Target& target, base::Instant now);
  void on_answer(const std::string& uri, bool answered, base::Instant asked);
  State& state(std::string_view uri);
  void set_status(State& state, BindingView::Status status);

  sip::UserAgent& user_agent_;
  base::TimerWheel& timers_;
  std::shared_ptr<const config::Endpoint> endpoint_;
  Targets targets_;
  std::vector<State> states_;
  std::shared_ptr<Probe*> alive_;  // answers that come after this is gone find null
  base::Timer timer_ = base::Timer::of<&Probe::on_timer>(this);
  base::Timer limit_timer_ = base::Timer::of<&Probe::on_limit>(this);
};

}  // namespace polyfon::registrar
