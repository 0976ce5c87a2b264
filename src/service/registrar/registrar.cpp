#include "service/registrar/registrar.h"

#include <algorithm>
#include <unordered_map>

#include <fmt/format.h>

#include "base/log.h"
#include "base/text.h"
#include "call/authentication.h"
#include "config/access.h"
#include "service/registrar/binding.h"
#include "service/registrar/contact_flow.h"
#include "service/registrar/probe.h"
#include "service/registrar/register_request.h"
#include "service/registrar/static_hosts.h"
#include "sip/message/headers.h"

namespace polyfon::registrar {

namespace {

using EndpointPtr = std::shared_ptr<const config::Endpoint>;

constexpr base::Duration kSweep = std::chrono::seconds(1);
constexpr base::Duration kBetweenFixed = std::chrono::milliseconds(10);  // first questions to fixed hosts

EndpointPtr find_endpoint(const config::Snapshot& snapshot, std::string_view name) {
  auto found = snapshot.endpoint_by_name.find(name);
  return found == snapshot.endpoint_by_name.end() ? nullptr : found->second;
}

// When one of many accounts is asked first, so that not all are in the first millisecond.
base::Duration spread(const config::Endpoint& endpoint) {
  return std::chrono::seconds(base::TextHash{}(endpoint.name) %
                              static_cast<std::size_t>(endpoint.qualify_frequency.count()));
}

// The binding of a URI that means the same (RFC 3261 10.3 step 7, 19.1.4).
template <class Bindings>
auto find_binding(Bindings& bindings, std::string_view contact_uri) {
  auto wanted = sip::Uri::parse(contact_uri);
  return std::ranges::find_if(bindings, [&](const Binding& binding) {
    if (binding.contact_uri() == contact_uri) return true;
    auto uri = sip::Uri::parse(binding.contact_uri());
    return wanted && uri && uri->equivalent(*wanted);
  });
}

}  // namespace

struct Registrar::Impl {
  struct Account {
    std::vector<Binding> bindings;  // the newest registration first
    std::unique_ptr<Probe> probe;   // qualify=; looks at the bindings
  };
  using Accounts = std::unordered_map<std::string, Account, base::TextHash, std::equal_to<>>;

  Impl(Parts p, std::shared_ptr<const config::Snapshot> s) : parts(std::move(p)) {
    take(std::move(s));
    probes = std::make_shared<Probe::Shared>(
        Probe::Shared{parts.user_agent, parts.timers, [this](std::string_view name) -> Probe* {
                        auto account = accounts.find(name);
                        return account == accounts.end() ? nullptr : account->second.probe.get();
                      }});
    parts.timers.arm(sweep_timer, parts.timers.now() + kSweep);
    if (!parts.hosts) return;
    parts.hosts->set_changed([this](const std::string& name) {
      if (auto endpoint = find_endpoint(*snapshot, name); endpoint && !endpoint->dynamic) place(endpoint);
    });
    place_fixed();
  }
  ~Impl() {
    if (parts.hosts) parts.hosts->set_changed({});
  }

  void take(std::shared_ptr<const config::Snapshot> fresh);

  // --- REGISTER ---
  void handle(sip::IncomingRequest request, base::Instant now);
  void challenge(sip::IncomingRequest& request, base::Instant now, bool stale);
  void refuse(sip::IncomingRequest& request, const RegisterRefusal& refusal);
  bool in_order(const Account& account, const RegisterRequest& wanted) const;
  void change(Account& account, const config::Endpoint& endpoint, const RegisterRequest& wanted,
              const sip::IncomingRequest& request, base::Instant now);
  void put(Account& account, const config::Endpoint& endpoint, const RegisterRequest& wanted,
           const RegisterRequest::Contact& contact, const sip::Flow& flow, base::Instant now);
  void accept(sip::IncomingRequest& request, const Account& account, const RegisterRequest& wanted,
              base::Instant now);

  // --- where accounts are ---
  void place_fixed();
  void place(const EndpointPtr& endpoint, base::Duration first_question = {});
  std::string fixed_uri(const config::Endpoint& endpoint) const;
  void take_servers(call::ContactAddress& contact, std::string_view account) const;
  std::string_view peer_at(const base::SocketAddress& address) const;

  // --- bindings ---
  void erase(std::string_view name, Account& account, std::vector<Binding>::iterator binding);
  void sweep(base::Instant now);
  void watch(Account& account, const EndpointPtr& endpoint, base::Duration first = {});
  void stored(std::string_view name, const Binding& binding, base::Instant now);

  Parts parts;
  std::shared_ptr<const config::Snapshot> snapshot;
  std::vector<EndpointPtr> dynamic_peers;  // type=peer, host=dynamic
  std::shared_ptr<const Probe::Shared> probes;
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
  change(account, *endpoint, *wanted, request, now);
  accept(request, account, *wanted, now);
  if (account.bindings.empty())
    accounts.erase(endpoint->name);
  else
    watch(account, endpoint);
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
    auto binding = find_binding(account.bindings, contact.uri);
    return binding == account.bindings.end() || !stale(*binding);
  });
}

void Registrar::Impl::change(Account& account, const config::Endpoint& endpoint,
                             const RegisterRequest& wanted, const sip::IncomingRequest& request,
                             base::Instant now) {
  if (wanted.remove_all)
    while (!account.bindings.empty()) {
      counters.unregistered.add();
      erase(endpoint.name, account, account.bindings.begin());
    }
  // With Path the phone is behind the proxy that sent this.
  bool back = !wanted.path.empty() || is_behind_nat(endpoint.nat, request.message(), request.flow());
  for (const auto& contact : wanted.contacts) {
    auto binding = find_binding(account.bindings, contact.uri);
    if (contact.expires > 0) {
      put(account, endpoint, wanted, contact,
          back ? request.flow() : contact_flow(contact.uri, request.flow()), now);
    } else if (binding != account.bindings.end()) {
      counters.unregistered.add();
      erase(endpoint.name, account, binding);
    }
  }
}

void Registrar::Impl::put(Account& account, const config::Endpoint& endpoint, const RegisterRequest& wanted,
                          const RegisterRequest::Contact& contact, const sip::Flow& flow, base::Instant now) {
  BindingTexts texts{contact.uri, wanted.call_id, wanted.user_agent.substr(0, 64), wanted.path};
  auto binding = find_binding(account.bindings, contact.uri);
  bool fresh = binding == account.bindings.end();
  bool renamed = !fresh && binding->contact_uri() != contact.uri;
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
    if (renamed && parts.store) parts.store->remove(endpoint.name, std::string(binding->contact_uri()));
    binding->set_texts(texts);
    std::rotate(account.bindings.begin(), binding, binding + 1);
    counters.refreshed.add();
  }
  Binding& newest = account.bindings.front();
  newest.flow = flow;
  newest.cseq = wanted.cseq;
  newest.expires = now + std::chrono::seconds(contact.expires);
  stored(endpoint.name, newest, now);
  bool ask = fresh || renamed || newest.status == ContactStatus::kUnreachable;
  if (ask && account.probe) account.probe->ask_in({});
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

void Registrar::Impl::erase(std::string_view name, Account& account, std::vector<Binding>::iterator binding) {
  if (parts.store && !binding->is_fixed())
    parts.store->remove(std::string(name), std::string(binding->contact_uri()));
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

void Registrar::Impl::watch(Account& account, const EndpointPtr& endpoint, base::Duration first) {
  if (!endpoint->qualify) {
    account.probe.reset();
    return;
  }
  if (account.probe) return account.probe->set_endpoint(endpoint);
  account.probe = std::make_unique<Probe>(probes, endpoint, account.bindings);
  account.probe->ask_in(first);
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

// An account with a fixed host has one binding, made from the configuration: it does not expire and is not
// stored. Without an address it has none.
void Registrar::Impl::place(const EndpointPtr& endpoint, base::Duration first_question) {
  auto flow = parts.hosts ? parts.hosts->flow_of(endpoint->name) : std::nullopt;
  if (!flow) {
    accounts.erase(endpoint->name);
    return;
  }
  Account& account = accounts[endpoint->name];
  const std::string uri = fixed_uri(*endpoint);
  if (account.bindings.empty() || account.bindings[0].contact_uri() != uri ||
      account.bindings[0].flow != *flow) {
    account.bindings.clear();
    account.bindings.emplace_back(BindingTexts{uri, {}, {}, {}});
    account.bindings[0].flow = *flow;
    account.bindings[0].expires = Binding::kNever;
    if (account.probe) account.probe->ask_in(first_question);
  }
  watch(account, endpoint, first_question);
}

void Registrar::Impl::place_fixed() {
  base::Duration first_question{};
  for (const auto& endpoint : snapshot->endpoints)
    if (!endpoint->dynamic) place(endpoint, first_question += kBetweenFixed);
}

// The name that sip.conf gives stays in the Request-URI: providers check the domain.
std::string Registrar::Impl::fixed_uri(const config::Endpoint& endpoint) const {
  std::string user = endpoint.username.empty() ? std::string() : sip::escape_user(endpoint.username) + "@";
  auto literal = base::SocketAddress::parse(endpoint.host, endpoint.port);
  std::string host = literal ? literal->uri_host() : endpoint.host;
  std::string port = endpoint.port == 5060 ? std::string() : fmt::format(":{}", endpoint.port);
  return fmt::format("sip:{}{}{}", user, host, port);
}

// The servers of a name take turns; what is asked by qualify= is one of them, so that silence of that one is
// not the end of all.
void Registrar::Impl::take_servers(call::ContactAddress& contact, std::string_view account) const {
  contact.alternatives = parts.hosts->ways_to(account);
  if (contact.alternatives.empty()) return;
  contact.flow = contact.alternatives.front();
  contact.alternatives.erase(contact.alternatives.begin());
  if (!contact.alternatives.empty()) contact.reachable = true;
}

// type=peer with host=dynamic is known by where it is registered (chan_sip: peers are matched by address).
std::string_view Registrar::Impl::peer_at(const base::SocketAddress& address) const {
  for (const auto& endpoint : dynamic_peers) {
    auto account = accounts.find(endpoint->name);
    if (account == accounts.end()) continue;
    for (const auto& binding : account->second.bindings)
      if (binding.flow.remote == address ||
          (endpoint->insecure_port && binding.flow.remote.same_host(address)))
        return endpoint->name;
  }
  return {};
}

void Registrar::Impl::take(std::shared_ptr<const config::Snapshot> fresh) {
  snapshot = std::move(fresh);
  dynamic_peers.clear();
  for (const auto& endpoint : snapshot->endpoints)
    if (endpoint->dynamic && endpoint->type == config::PeerType::kPeer) dynamic_peers.push_back(endpoint);
}

Registrar::Registrar(Parts parts, std::shared_ptr<const config::Snapshot> snapshot)
    : impl_(std::make_unique<Impl>(std::move(parts), std::move(snapshot))) {}
Registrar::~Registrar() = default;

void Registrar::on_request(sip::IncomingRequest request, base::Instant now) {
  impl_->handle(std::move(request), now);
}

void Registrar::set_snapshot(std::shared_ptr<const config::Snapshot> snapshot) {
  impl_->take(std::move(snapshot));
  for (auto account = impl_->accounts.begin(); account != impl_->accounts.end();) {
    auto endpoint = find_endpoint(*impl_->snapshot, account->first);
    const bool fixed = account->second.bindings.front().is_fixed();
    if (endpoint && endpoint->dynamic && !fixed) {
      impl_->watch(account->second, endpoint);
      ++account;
      continue;
    }
    if (endpoint && !endpoint->dynamic && fixed) {  // place_fixed() looks whether it has moved
      ++account;
      continue;
    }
    while (!account->second.bindings.empty())
      impl_->erase(account->first, account->second, account->second.bindings.begin());
    account = impl_->accounts.erase(account);
  }
  impl_->place_fixed();
}

void Registrar::restore(const std::vector<StoredBinding>& bindings) {
  auto now = impl_->parts.timers.now();
  auto wall =
      std::chrono::duration_cast<std::chrono::seconds>(impl_->parts.clock.wall().time_since_epoch()).count();
  for (const auto& stored : bindings) {
    auto endpoint = find_endpoint(*impl_->snapshot, stored.account);
    auto flow = decode_flow(stored.flow);
    if (!endpoint || !endpoint->dynamic || !flow || stored.expires_at <= wall) continue;
    auto& account = impl_->accounts[endpoint->name];
    Binding binding({stored.contact_uri, stored.call_id, stored.user_agent, stored.path});
    binding.flow = *flow;
    binding.cseq = stored.cseq;
    // The clock may have been set back meanwhile.
    binding.expires =
        now + std::min(std::chrono::seconds(stored.expires_at - wall), impl_->snapshot->sip.max_expiry);
    account.bindings.push_back(std::move(binding));
    impl_->watch(account, endpoint, spread(*endpoint));
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
      contact.reachable = !probe || binding.status != ContactStatus::kUnreachable;
      const auto* hosts = impl_->parts.hosts;
      if (hosts && (binding.is_fixed() || hosts->has_proxy(account))) impl_->take_servers(contact, account);
      result.push_back(std::move(contact));
    }
    return result;
  }
  return result;
}

std::string_view Registrar::account_at(const base::SocketAddress& address) const {
  if (impl_->parts.hosts)
    if (auto account = impl_->parts.hosts->account_at(address); !account.empty()) return account;
  return impl_->peer_at(address);
}

std::vector<BindingView> Registrar::bindings(std::string_view account) const {
  std::vector<BindingView> result;
  auto found = impl_->accounts.find(account);
  if (found == impl_->accounts.end()) return result;
  for (const auto& binding : found->second.bindings) {
    auto left = binding.is_fixed() ? base::Duration{} : binding.expires - impl_->parts.timers.now();
    BindingView view{std::string(binding.contact_uri()), std::string(binding.user_agent()), binding.flow,
                     std::chrono::duration_cast<std::chrono::seconds>(left).count()};
    view.fixed = binding.is_fixed();
    if (found->second.probe) {
      view.status = binding.status;
      view.round_trip = std::chrono::milliseconds(binding.round_trip);
    }
    result.push_back(std::move(view));
  }
  return result;
}

std::size_t Registrar::binding_count() const {
  std::size_t count = 0;
  for (const auto& [name, account] : impl_->accounts)
    for (const auto& binding : account.bindings) count += !binding.is_fixed();
  return count;
}

std::size_t Registrar::bytes() const {
  // A node of the map: its value, the next pointer, the cached hash.
  constexpr std::size_t kNode = heap_bytes(sizeof(Impl::Accounts::value_type) + 2 * sizeof(void*));
  std::size_t total = heap_bytes(impl_->accounts.bucket_count() * sizeof(void*));
  for (const auto& [name, account] : impl_->accounts) {
    total += kNode + heap_bytes(account.bindings.capacity() * sizeof(Binding));
    if (name.capacity() > std::string().capacity()) total += heap_bytes(name.capacity() + 1);
    if (account.probe) total += heap_bytes(sizeof(Probe));
    for (const auto& binding : account.bindings) total += binding.text_bytes();
  }
  return total;
}

const RegistrarCounters& Registrar::counters() const { return impl_->counters; }

}  // namespace polyfon::registrar
