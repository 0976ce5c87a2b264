#include "service/registrar/probe.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/log.h"

namespace polyfon::registrar {

namespace {
constexpr int kFlowFailed = 430;
}  // namespace

Probe::Probe(std::shared_ptr<const Shared> shared, std::shared_ptr<const config::Endpoint> endpoint,
             std::vector<Binding>& bindings)
    : shared_(std::move(shared)), endpoint_(std::move(endpoint)), bindings_(bindings) {}

void Probe::ask_in(base::Duration time) {
  ask_at_ = shared_->timers.now() + time;
  arm();
}

void Probe::arm() {
  auto next = std::min(ask_at_, give_up_at_);
  if (next != base::Instant::max()) shared_->timers.arm(timer_, next);
}

void Probe::on_timer(base::Instant now) {
  if (now >= give_up_at_) give_up_waiting(now);
  if (now >= ask_at_) ask_all(now);
  arm();
}

void Probe::ask_all(base::Instant now) {
  give_up_at_ = now + 2 * base::Duration(endpoint_->qualify_limit);
  for (auto& binding : bindings_) ask(binding, now);
  ask_at_ = now + (any_down() ? kRetryDown : base::Duration(endpoint_->qualify_frequency));
}

void Probe::ask(Binding& binding, base::Instant now) {
  binding.waiting = true;
  binding.asked = now;
  sip::RequestOptions request;
  request.flow = binding.flow;
  request.method = sip::Method::kOptions;
  request.request_uri = binding.contact_uri();
  request.to = fmt::format("<{}>", binding.contact_uri());
  request.from = "<sip:polyfon@polyfon.invalid>";  // RFC 3261 8.1.1.3: nobody is to be called back
  request.contact_user = "polyfon";
  if (!binding.path().empty())
    request.headers.push_back({"Route", std::string(binding.path())});  // RFC 3327 5.3
  shared_->user_agent.request(
      std::move(request), now,
      [shared = std::weak_ptr(shared_), account = endpoint_->name, uri = std::string(binding.contact_uri()),
       reg_id = binding.reg_id, now](int status, const sip::Message* response) {
        auto alive = shared.lock();
        Probe* probe = alive ? alive->find(account) : nullptr;
        // RFC 5626 5.3: 430 comes from the edge, the flow to the phone is gone.
        const bool answered = response && status != kFlowFailed;
        if (probe) probe->on_answer(uri, reg_id, answered, now);
      });
}

// Any answer, an error too, shows that the phone is there. Silence counts for the last question only: an
// older one may end after the phone has come back.
void Probe::on_answer(std::string_view uri, std::uint32_t reg_id, bool answered, base::Instant asked) {
  auto binding = std::ranges::find_if(bindings_, [&](const Binding& candidate) {
    return candidate.contact_uri() == uri && candidate.reg_id == reg_id;
  });
  if (binding == bindings_.end() || (!answered && asked != binding->asked)) return;
  binding->waiting = false;
  if (!answered) return set_status(*binding, ContactStatus::kUnreachable);
  auto time = std::chrono::duration_cast<std::chrono::milliseconds>(shared_->timers.now() - asked);
  binding->round_trip = static_cast<std::uint32_t>(time.count());
  set_status(*binding, time <= endpoint_->qualify_limit ? ContactStatus::kOk : ContactStatus::kLagged);
}

// The transaction waits 32 s; people who dial do not.
void Probe::give_up_waiting(base::Instant now) {
  give_up_at_ = base::Instant::max();
  for (auto& binding : bindings_)
    if (binding.waiting) set_status(binding, ContactStatus::kUnreachable);
  if (any_down()) ask_at_ = std::min(ask_at_, now + kRetryDown);
}

bool Probe::any_down() const {
  return std::ranges::any_of(
      bindings_, [](const Binding& binding) { return binding.status == ContactStatus::kUnreachable; });
}

void Probe::set_status(Binding& binding, ContactStatus status) {
  auto before = std::exchange(binding.status, status);
  if (status == ContactStatus::kUnreachable && before != status)
    base::log_notice("registrar", "{} is unreachable: {} does not answer OPTIONS", endpoint_->name,
                     binding.contact_uri());
  if (before == ContactStatus::kUnreachable && before != status)
    base::log_notice("registrar", "{} is reachable again ({} ms)", endpoint_->name, binding.round_trip);
}

}  // namespace polyfon::registrar
