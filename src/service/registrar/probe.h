// Probe: qualify= for one account: OPTIONS to each of its contacts every qualifyfreq, sooner when they are
// down (chan_sip: 60 s, 10 s). What it finds it writes into the bindings. Counts into a registration's bytes.
// thread: control.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/timer_wheel.h"
#include "config/snapshot.h"
#include "service/registrar/binding.h"
#include "sip/dialog/user_agent.h"

namespace polyfon::registrar {

class Probe {
 public:
  static constexpr base::Duration kRetryDown = std::chrono::seconds(10);

  // What the probes of all accounts share; answers that come when it is gone find nobody.
  struct Shared {
    sip::UserAgent& user_agent;
    base::TimerWheel& timers;
    std::function<Probe*(std::string_view account)> find;  // null: it has none any more
  };

  // `bindings` are the account's, and outlive this.
  Probe(std::shared_ptr<const Shared> shared, std::shared_ptr<const config::Endpoint> endpoint,
        std::vector<Binding>& bindings);

  void set_endpoint(std::shared_ptr<const config::Endpoint> endpoint) { endpoint_ = std::move(endpoint); }
  void ask_in(base::Duration time);

 private:
  void on_timer(base::Instant now);
  void ask_all(base::Instant now);
  void ask(Binding& binding, base::Instant now);
  void give_up_waiting(base::Instant now);
  void on_answer(std::string_view uri, std::uint32_t reg_id, bool answered, base::Instant asked);
  void set_status(Binding& binding, ContactStatus status);
  bool any_down() const;
  void arm();

  std::shared_ptr<const Shared> shared_;
  std::shared_ptr<const config::Endpoint> endpoint_;
  std::vector<Binding>& bindings_;
  base::Instant ask_at_ = base::Instant::max();
  base::Instant give_up_at_ = base::Instant::max();
  base::Timer timer_ = base::Timer::of<&Probe::on_timer>(this);
};

}  // namespace polyfon::registrar
