#include "service/registrar/registrar.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/log.h"
#include "base/text.h"
#include "service/registrar/contact_flow.h"
#include "service/registrar/registrar_impl.h"
#include "service/registrar/static_hosts.h"
#include "sip/message/headers.h"

namespace polyfon::registrar {

namespace {

constexpr base::Duration kSweep = std::chrono::seconds(1);
constexpr base::Duration kBetweenFixed = std::chrono::milliseconds(10);  // first questions to fixed hosts

// When one of many accounts is asked first, so that not all are in the first millisecond.
base::Duration spread(const config::Endpoint& endpoint) {
  return std::chrono::seconds(base::TextHash{}(endpoint.name) %
                              static_cast<std::size_t>(endpoint.qualify_frequency.count()));
}

}  // namespace

EndpointPtr find_endpoint(const config::Snapshot& snapshot, std::string_view name) {
  auto found = snapshot.endpoint_by_name.find(name);
  return found == snapshot.endpoint_by_name.end() ? nullptr : found->second;
}

Registrar::Impl::Impl(Parts p, std::shared_ptr<const config::Snapshot> s)
    : parts(std::move(p)), gruus(parts.gruu_secret) {
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

Registrar::Impl::~Impl() {
  if (parts.hosts) parts.hosts->set_changed({});
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

bool Registrar::Impl::is_over(const Account& account, const Binding& binding, base::Instant now) {
  if (binding.expires <= now) return true;
  return snapshot->polyfon.remove_unreachable && account.probe && !binding.is_fixed() &&
         binding.status == ContactStatus::kUnreachable;
}

void Registrar::Impl::sweep(base::Instant now) {
  for (auto account = accounts.begin(); account != accounts.end();) {
    auto& bindings = account->second.bindings;
    for (auto binding = bindings.begin(); binding != bindings.end();) {
      if (!is_over(account->second, *binding, now)) {
        ++binding;
        continue;
      }
      counters.expired.add();
      base::log_verbose("registrar", "{}: the registration of {} is over", account->first,
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
    Binding binding({stored.contact_uri, stored.call_id, stored.user_agent, stored.path, stored.instance});
    binding.flow = *flow;
    binding.q = static_cast<std::uint16_t>(stored.q);
    binding.reg_id = stored.reg_id;
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
      contact.q = binding.q;
      contact.instance = binding.instance();
      contact.reachable = !probe || binding.status != ContactStatus::kUnreachable;
      const auto* hosts = impl_->parts.hosts;
      if (hosts && (binding.is_fixed() || hosts->has_proxy(account))) impl_->take_servers(contact, account);
      result.push_back(std::move(contact));
    }
    return result;
  }
  return result;
}

std::optional<call::Instance> Registrar::Impl::find_temporary(std::uint64_t era) const {
  for (const auto& [name, account] : accounts)
    for (const auto& binding : account.bindings)
      if (!binding.instance().empty() && gruus.era(name, binding.instance(), binding.call_id()) == era)
        return call::Instance{name, std::string(binding.instance())};
  return std::nullopt;
}

// RFC 5627 5.4: a public GRUU is good as long as the account is there.
std::optional<call::Instance> Registrar::find_gruu(const sip::Uri& uri) const {
  auto gr = uri.parameter("gr");
  if (!gr) return std::nullopt;
  if (gr->empty()) {
    auto era = impl_->gruus.read_temporary(uri.user);
    return era ? impl_->find_temporary(*era) : std::nullopt;
  }
  auto endpoint = find_endpoint(*impl_->snapshot, sip::unescape(uri.user));
  if (!endpoint || !endpoint->dynamic) return std::nullopt;
  return call::Instance{endpoint->name, sip::unescape(*gr)};
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
