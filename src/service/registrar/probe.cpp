#include "service/registrar/probe.h"

#include <algorithm>

#include "base/log.h"

namespace polyfon::registrar {

using Status = BindingView::Status;

Probe::Probe(sip::UserAgent& user_agent, base::TimerWheel& timers,
             std::shared_ptr<const config::Endpoint> endpoint, Targets targets)
    : user_agent_(user_agent),
      timers_(timers),
      endpoint_(std::move(endpoint)),
      targets_(std::move(targets)),
      alive_(std::make_shared<Probe*>(this)) {}

Probe::~Probe() { *alive_ = nullptr; }

void Probe::ask_now() { timers_.arm(timer_, timers_.now()); }

void Probe::on_timer(base::Instant now) {
  auto targets = targets_();
  std::erase_if(states_, [&](const State& state) {
    return std::ranges::none_of(targets, [&](const Target& target) { return target.uri == state.uri; });
  });
  for (const auto& target : targets) ask(target, now);
  if (targets.empty()) return;
  bool down =
      std::ranges::any_of(states_, [](const State& state) { return state.status == Status::kUnreachable; });
  timers_.arm(timer_, now + (down ? kRetryDown : base::Duration(endpoint_->qualify_frequency)));
  timers_.arm(limit_timer_, now + 2 * base::Duration(endpoint_->qualify_limit));
}

void Probe::ask(const Target& target, base::Instant now) {
  state(target.uri).waiting = true;
  sip::RequestOptions request;
  request.flow = target.flow;
  request.method = sip::Method::kOptions;
  request.request_uri = target.uri;
  request.to = "<" + target.uri + ">";
  request.from = "<sip:polyfon@polyfon.invalid>";  // RFC 3261 8.1.1.3: nobody is to be called back
  request.contact_user = "polyfon";
  user_agent_.request(std::move(request), now,
                      [alive = alive_, uri = target.uri, now](int, const sip::Message* response) {
                        if (*alive) (*alive)->on_answer(uri, response != nullptr, now);
                      });
}

// Any answer, an error too, shows that the phone is there.
void Probe::on_answer(const std::string& uri, bool answered, base::Instant asked) {
  State& of = state(uri);
  of.waiting = false;
  if (!answered) return set_status(of, Status::kUnreachable);
  of.round_trip = std::chrono::duration_cast<std::chrono::milliseconds>(timers_.now() - asked);
  set_status(of, of.round_trip <= endpoint_->qualify_limit ? Status::kOk : Status::kLagged);
}

// The transaction waits 32 s; people who dial do not.
void Probe::on_limit(base::Instant now) {
  for (auto& state : states_)
    if (state.waiting) set_status(state, Status::kUnreachable);
  bool down =
      std::ranges::any_of(states_, [](const State& state) { return state.status == Status::kUnreachable; });
  if (down) timers_.arm(timer_, now + kRetryDown);
}

void Probe::set_status(State& of, Status status) {
  if (status == Status::kUnreachable && of.status != status)
    base::log_notice("registrar", "{} is unreachable: {} does not answer OPTIONS", endpoint_->name, of.uri);
  if (of.status == Status::kUnreachable && status != Status::kUnreachable)
    base::log_notice("registrar", "{} is reachable again ({} ms)", endpoint_->name, of.round_trip.count());
  of.status = status;
}

Probe::State& Probe::state(std::string_view uri) {
  auto found = std::ranges::find(states_, uri, &State::uri);
  return found == states_.end() ? states_.emplace_back(State{std::string(uri)}) : *found;
}

Probe::State Probe::state_of(std::string_view uri) const {
  auto found = std::ranges::find(states_, uri, &State::uri);
  return found == states_.end() ? State{std::string(uri)} : *found;
}

}  // namespace polyfon::registrar
