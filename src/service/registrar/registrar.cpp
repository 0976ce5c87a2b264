#include "service/registrar/registrar.h"

#include <algorithm>
#include <unordered_map>

#include "base/log.h"
#include "base/text.h"
#include "call/authentication.h"
#include "config/access.h"
#include "service/registrar/binding.h"
#include "service/registrar/probe.h"
#include "service/registrar/register_request.h"
#include "service/registrar/static_hosts.h"
#include "sip/message/headers.h"

namespace polyfon::registrar {

namespace {

using EndpointPtr = std::shared_ptr<const config::Endpoint>;

constexpr base::Duration kSweep = std::chrono::seconds(1);

EndpointPtr find_endpoint(const config::Snapshot& snapshot, std::string_view name) {
  auto found = snapshot.endpoint_by_name.find(name);
  return found == snapshot.endpoint_by_name.end() ? nullptr : found->second;
}

std::string encode_flow(const sip::Flow& flow) {
  return fmt::format("{}:{}:{}", base::lower(sip::to_string(flow.protocol)), flow.listener,
                     flow.remote.to_string());
}

std::optional<sip::Flow> decode_flow(std::string_view text) {
  auto first = text.find(':');
  auto second = first == std::string_view::npos ? first : text.find(':', first + 1);
  if (second == std::string_view::npos || text.substr(0, first) != "udp") return std::nullopt;
  auto listener = base::parse_number<std::uint8_t>(text.substr(first + 1, second - first - 1));
  auto remote = base::SocketAddress::parse_with_port(text.substr(second + 1), 5060);
  if (!listener || !remote) return std::nullopt;
  return sip::Flow{sip::Protocol::kUdp, *listener, *remote};
}

}  // namespace

struct Registrar::Impl {
  struct Account {
    std::vector<Binding> bindings;  // the newest registration first
    std::unique_ptr<Probe> probe;   // qualify=
  };
  using Accounts = std::unordered_map<std::string, Account, base::TextHash, std::equal_to<>>;

  Impl(Parts p, std::shared_ptr<const config::Snapshot> s) : parts(std::move(p)), snapshot(std::move(s)) {
    parts.timers.arm(sweep_timer, parts.timers.now() + kSweep);
  }

  // --- REGISTER ---
  void handle(sip::IncomingRequest request, base::Instant now);
  void challenge(sip::IncomingRequest& request, base::Instant now, bool stale);
  void refuse(sip::IncomingRequest& request, const RegisterRefusal& refusal);
  bool in_order(const Account& account, const RegisterRequest& wanted) const;
  void change(Account& account, const config::Endpoint& endpoint, const RegisterRequest& wanted,
              const sip::Flow& flow, base::Instant now);
  void put(Account& account, const config::Endpoint& endpoint, const RegisterRequest& wanted,
           const RegisterRequest::Contact& contact, const sip::Flow& flow, base::Instant now);
  void accept(sip::IncomingRequest& request, const Account& account, const RegisterRequest& wanted,
              base::Instant now);
  sip::Flow flow_to(const config::Endpoint& endpoint, std::string_view contact_uri,
                    const sip::Message& message, const sip::Flow& came_by) const;

  // --- bindings ---
  std::vector<Binding>::iterator find(Account& account, std::string_view contact_uri);
  void erase(std::string_view name, Account& account, std::vector<Binding>::iterator binding);
  void sweep(base::Instant now);
  void watch(const std::string& name, Account& account, const EndpointPtr& endpoint);
  void stored(std::string_view name, const Binding& binding, base::Instant now);

  Parts parts;
  std::shared_ptr<const config::Snapshot> snapshot;
  Accounts accounts;
  RegistrarCounters counters;
  base::LogLimit wrong_password_log{10, std::chrono::seconds(10)};
  base::Timer sweep_timer = base::Timer::of<&Impl::sweep>(this);
};

void Registrar::Impl::handle(sip::IncomingRequest request, base::Instant now) {
  const auto& message = request.message();
  auto wanted = parse_register(message, snapshot->sip);
  if (!wanted) return refuse(request, wanted.error());
  auto endpoint = find_endpoint(*snapshot, wanted->account);
  bool may_register =
      endpoint && endpoint->dynamic && config::access_allowed(endpoint->access, request.flow().remote);
  bool open = may_register && endpoint->secret.empty() && endpoint->md5_secret.empty();
  if (!open) {
    switch (call::authenticate(message, may_register ? endpoint.get() : nullptr, snapshot->sip.realm,
                               parts.nonces, now)) {
      case call::DigestVerdict::kGood: break;
      case call::DigestVerdict::kNone: return challenge(request, now, false);
      case call::DigestVerdict::kStale: return challenge(request, now, true);
      case call::DigestVerdict::kWrong:
        counters.rejected_auth.add();
        if (wrong_password_log.allow(now))
          base::log_notice("registrar", "registration of '{}' from {} refused: wrong name or password",
                           base::printable(wanted->account, 64), request.flow().remote.to_string());
        return challenge(request, now, false);
    }
  }
  Account& account = accounts[endpoint->name];
  if (!in_order(account, *wanted)) {
    counters.rejected_order.add();
    return refuse(request, {500, "CSeq Out Of Order", 0});
  }
  if (wanted->contacts.empty() && !wanted->remove_all) counters.queried.add();
  change(account, *endpoint, *wanted,
         flow_to(*endpoint, wanted->contacts.empty() ? "" : wanted->contacts[0].uri, message, request.flow()),
         now);
  accept(request, account, *wanted, now);
  if (account.bindings.empty())
    accounts.erase(endpoint->name);
  else
    watch(endpoint->name, account, endpoint);
}

void Registrar::Impl::challenge(sip::IncomingRequest& request, base::Instant now, bool stale) {
  counters.challenged.add();
  sip::ResponseOptions options;
  for (auto& value : call::make_challenges(*snapshot, parts.nonces, now, stale))
    options.headers.push_back({"WWW-Authenticate", std::move(value)});
  request.respond_stateless(401, std::move(options));
}

void Registrar::Impl::refuse(sip::IncomingRequest& request, const RegisterRefusal& refusal) {
  sip::ResponseOptions options{.reason = refusal.reason};
  if (refusal.status == 423) {
    counters.rejected_interval.add();
    options.headers.push_back({"Min-Expires", std::to_string(refusal.min_expires)});
  }
  if (refusal.status == 420) options.headers.push_back({"Unsupported", "path"});
  request.respond_stateless(refusal.status, std::move(options));
}

// RFC 3261 10.3 step 7: the same Call-ID with a CSeq that is not higher fails as a whole.
bool Registrar::Impl::in_order(const Account& account, const RegisterRequest& wanted) const {
  auto stale = [&](const Binding& binding) {
    return binding.call_id() == wanted.call_id && wanted.cseq <= binding.cseq;
  };
  if (wanted.remove_all) return std::ranges::none_of(account.bindings, stale);
  return std::ranges::all_of(wanted.contacts, [&](const auto& contact) {
    auto binding = const_cast<Impl*>(this)->find(const_cast<Account&>(account), contact.uri);
    return binding == account.bindings.end() || !stale(*binding);
  });
}

void Registrar::Impl::change(Account& account, const config::Endpoint& endpoint,
                             const RegisterRequest& wanted, const sip::Flow& flow, base::Instant now) {
  if (wanted.remove_all)
    while (!account.bindings.empty()) {
      counters.unregistered.add();
      erase(endpoint.name, account, account.bindings.begin());
    }
  for (const auto& contact : wanted.contacts) {
    auto binding = find(account, contact.uri);
    if (contact.expires > 0) {
      put(account, endpoint, wanted, contact, flow, now);
    } else if (binding != account.bindings.end()) {
      counters.unregistered.add();
      erase(endpoint.name, account, binding);
    }
  }
}

void Registrar::Impl::put(Account& account, const config::Endpoint& endpoint, const RegisterRequest& wanted,
                          const RegisterRequest::Contact& contact, const sip::Flow& flow, base::Instant now) {
  BindingTexts texts{contact.uri, wanted.call_id, wanted.user_agent.substr(0, 64), wanted.path};
  auto binding = find(account, contact.uri);
  bool fresh = binding == account.bindings.end();
  if (fresh) {
    // More phones than the account may have: the one that registered longest ago is most likely gone.
    while (account.bindings.size() >= endpoint.max_contacts && !account.bindings.empty()) {
      counters.rejected_limit.add();
      erase(endpoint.name, account, std::prev(account.bindings.end()));
    }
    account.bindings.insert(account.bindings.begin(), Binding(texts));
    counters.registered.add();
    base::log_verbose("registrar", "{} registered from {}", endpoint.name, flow.remote.to_string());
  } else {
    binding->set_texts(texts);
    std::rotate(account.bindings.begin(), binding, binding + 1);
    counters.refreshed.add();
  }
  Binding& newest = account.bindings.front();
  newest.flow = flow;
  newest.cseq = wanted.cseq;
  newest.expires = now + std::chrono::seconds(contact.expires);
  stored(endpoint.name, newest, now);
  if (fresh && account.probe) account.probe->ask_now();
}

void Registrar::Impl::accept(sip::IncomingRequest& request, const Account& account,
                             const RegisterRequest& wanted, base::Instant now) {
  sip::ResponseOptions options;
  for (const auto& binding : account.bindings) {
    auto left = std::chrono::duration_cast<std::chrono::seconds>(binding.expires - now).count();
    options.headers.push_back(
        {"Contact", fmt::format("<{}>;expires={}", binding.contact_uri(), std::max<long>(left, 0))});
  }
  if (!wanted.path.empty()) options.headers.push_back({"Path", wanted.path});
  request.respond(200, std::move(options));
}

// Where requests to that contact go: where it came from when it is behind NAT or there is a proxy between,
// else where its Contact says (chan_sip: nat=).
sip::Flow Registrar::Impl::flow_to(const config::Endpoint& endpoint, std::string_view contact_uri,
                                   const sip::Message& message, const sip::Flow& came_by) const {
  bool natted = endpoint.nat.force_rport;
  if (!natted && endpoint.nat.auto_force_rport) {
    auto via = message.header(sip::Header::kVia);
    auto top = via ? sip::parse_via(*via) : base::fail(base::ErrorCode::kNotFound, "");
    auto sent_by = top ? base::SocketAddress::parse(top->host, top->port ? top->port : 5060)
                       : base::fail(base::ErrorCode::kNotFound, "");
    natted = !sent_by || *sent_by != came_by.remote;
  }
  auto uri = sip::Uri::parse(contact_uri);
  if (natted || !uri) return came_by;
  auto address = base::SocketAddress::parse(uri->host, uri->port ? uri->port : 5060);
  if (!address || address->is_v6() != came_by.remote.is_v6()) return came_by;
  return {came_by.protocol, came_by.listener, *address};
}

std::vector<Binding>::iterator Registrar::Impl::find(Account& account, std::string_view contact_uri) {
  auto wanted = sip::Uri::parse(contact_uri);
  return std::ranges::find_if(account.bindings, [&](const Binding& binding) {
    if (binding.contact_uri() == contact_uri) return true;
    auto uri = sip::Uri::parse(binding.contact_uri());
    return wanted && uri && uri->equivalent(*wanted);  // RFC 3261 19.1.4
  });
}

void Registrar::Impl::erase(std::string_view name, Account& account, std::vector<Binding>::iterator binding) {
  if (parts.store) parts.store->remove(std::string(name), std::string(binding->contact_uri()));
  account.bindings.erase(binding);
}

void Registrar::Impl::stored(std::string_view name, const Binding& binding, base::Instant now) {
  if (!parts.store) return;
  auto wall = std::chrono::duration_cast<std::chrono::seconds>(parts.clock.wall().time_since_epoch()).count();
  auto left = std::chrono::duration_cast<std::chrono::seconds>(binding.expires - now).count();
  parts.store->save({std::string(name), std::string(binding.contact_uri()), std::string(binding.call_id()),
                     std::string(binding.user_agent()), std::string(binding.path()), binding.cseq,
                     encode_flow(binding.flow), wall + left});
}

void Registrar::Impl::watch(const std::string& name, Account& account, const EndpointPtr& endpoint) {
  if (!endpoint->qualify) {
    account.probe.reset();
    return;
  }
  if (account.probe) return account.probe->set_endpoint(endpoint);
  account.probe = std::make_unique<Probe>(parts.user_agent, parts.timers, endpoint, [this, name] {
    std::vector<Probe::Target> targets;
    if (auto found = accounts.find(name); found != accounts.end())
      for (const auto& binding : found->second.bindings)
        targets.push_back({std::string(binding.contact_uri()), binding.flow});
    return targets;
  });
  account.probe->ask_now();
}

void Registrar::Impl::sweep(base::Instant now) {
  for (auto account = accounts.begin(); account != accounts.end();) {
    auto& bindings = account->second.bindings;
    for (auto binding = bindings.begin(); binding != bindings.end();) {
      if (binding->expires > now) {
        ++binding;
        continue;
      }
      counters.expired.add();
      base::log_verbose("registrar", "{}: the registration of {} has expired", account->first,
                        binding->contact_uri());
      auto at = binding - bindings.begin();
      erase(account->first, account->second, binding);
      binding = bindings.begin() + at;
    }
    account = bindings.empty() ? accounts.erase(account) : std::next(account);
  }
  parts.timers.arm(sweep_timer, now + kSweep);
}

Registrar::Registrar(Parts parts, std::shared_ptr<const config::Snapshot> snapshot)
    : impl_(std::make_unique<Impl>(std::move(parts), std::move(snapshot))) {}
Registrar::~Registrar() = default;

void Registrar::on_request(sip::IncomingRequest request, base::Instant now) {
  impl_->handle(std::move(request), now);
}

void Registrar::set_snapshot(std::shared_ptr<const config::Snapshot> snapshot) {
  impl_->snapshot = std::move(snapshot);
  for (auto account = impl_->accounts.begin(); account != impl_->accounts.end();) {
    auto endpoint = find_endpoint(*impl_->snapshot, account->first);
    if (endpoint && endpoint->dynamic) {
      impl_->watch(account->first, account->second, endpoint);
      ++account;
      continue;
    }
    while (!account->second.bindings.empty())
      impl_->erase(account->first, account->second, account->second.bindings.begin());
    account = impl_->accounts.erase(account);
  }
}

void Registrar::restore(std::vector<StoredBinding> bindings) {
  auto now = impl_->parts.timers.now();
  auto wall =
      std::chrono::duration_cast<std::chrono::seconds>(impl_->parts.clock.wall().time_since_epoch()).count();
  for (const auto& stored : bindings) {
    auto endpoint = find_endpoint(*impl_->snapshot, stored.account);
    auto flow = decode_flow(stored.flow);
    if (!endpoint || !endpoint->dynamic || !flow || stored.expires_at <= wall) continue;
    auto& account = impl_->accounts[stored.account];
    Binding binding({stored.contact_uri, stored.call_id, stored.user_agent, stored.path});
    binding.flow = *flow;
    binding.cseq = stored.cseq;
    binding.expires = now + std::chrono::seconds(stored.expires_at - wall);
    account.bindings.push_back(std::move(binding));
    impl_->watch(stored.account, account, endpoint);
  }
}

std::vector<call::ContactAddress> Registrar::contacts(std::string_view account) const {
  std::vector<call::ContactAddress> result;
  auto found = impl_->accounts.find(account);
  if (found != impl_->accounts.end()) {
    const auto& probe = found->second.probe;
    for (const auto& binding : found->second.bindings) {
      call::ContactAddress contact{std::string(binding.contact_uri()), binding.flow, {}, true};
      std::string_view path = binding.path();
      while (auto element = sip::next_in_list(path)) contact.path.emplace_back(*element);
      if (probe)
        contact.reachable =
            probe->state_of(binding.contact_uri()).status != BindingView::Status::kUnreachable;
      result.push_back(std::move(contact));
    }
    return result;
  }
  if (!impl_->parts.hosts) return result;
  auto address = impl_->parts.hosts->address_of(account);
  if (!address) return result;
  auto endpoint = find_endpoint(*impl_->snapshot, account);
  std::string user =
      endpoint && !endpoint->username.empty() ? sip::escape_user(endpoint->username) + "@" : std::string();
  result.push_back(
      {fmt::format("sip:{}{}", user, address->to_string()), {sip::Protocol::kUdp, 0, *address}, {}, true});
  return result;
}

std::string_view Registrar::account_at(const base::SocketAddress& address) const {
  return impl_->parts.hosts ? impl_->parts.hosts->account_at(address) : std::string_view();
}

std::vector<BindingView> Registrar::bindings(std::string_view account) const {
  std::vector<BindingView> result;
  auto found = impl_->accounts.find(account);
  if (found == impl_->accounts.end()) return result;
  for (const auto& binding : found->second.bindings) {
    auto left =
        std::chrono::duration_cast<std::chrono::seconds>(binding.expires - impl_->parts.timers.now()).count();
    BindingView view{std::string(binding.contact_uri()), std::string(binding.user_agent()), binding.flow,
                     left};
    if (found->second.probe) {
      auto state = found->second.probe->state_of(binding.contact_uri());
      view.status = state.status;
      view.round_trip = state.round_trip;
    }
    result.push_back(std::move(view));
  }
  return result;
}

std::size_t Registrar::binding_count() const {
  std::size_t count = 0;
  for (const auto& [name, account] : impl_->accounts) count += account.bindings.size();
  return count;
}

std::size_t Registrar::bytes() const {
  // A node of the map: its value, the next pointer, the cached hash, and the allocator's header.
  constexpr std::size_t kNode = sizeof(Impl::Accounts::value_type) + 4 * sizeof(void*);
  std::size_t total = impl_->accounts.bucket_count() * sizeof(void*);
  for (const auto& [name, account] : impl_->accounts) {
    total += kNode + (name.size() > 15 ? name.size() : 0);
    total += (account.bindings.capacity() - account.bindings.size()) * sizeof(Binding);
    for (const auto& binding : account.bindings) total += binding.bytes();
  }
  return total;
}

const RegistrarCounters& Registrar::counters() const { return impl_->counters; }

}  // namespace polyfon::registrar
