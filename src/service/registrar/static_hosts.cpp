#include "service/registrar/static_hosts.h"

#include <algorithm>
#include <unordered_map>

#include "base/log.h"
#include "base/text.h"

namespace polyfon::registrar {

namespace {

constexpr base::Duration kAskAgain = std::chrono::minutes(5);

// A host that sip.conf names, and what is known of it.
struct Place {
  std::string_view key;  // of sip.conf
  std::string host;      // "": there is none
  std::uint16_t port = 0;
  sip::ServerSet servers;
  std::optional<sip::Flow> flow;  // one of them
  bool warned = false;

  bool same_as(const Place& other) const { return host == other.host && port == other.port; }
  bool is_literal() const { return base::SocketAddress::parse(host, 0).has_value(); }
  bool has(const auto& matches) const {
    return std::ranges::any_of(
        servers, [&](const sip::Server& server) { return std::ranges::any_of(server.flows, matches); });
  }
  // Whether the way that was taken before is none any more.
  bool take(sip::ServerSet found) {
    servers = std::move(found);
    warned = false;
    if (flow && has([&](const sip::Flow& known) { return known == *flow; })) return false;
    flow = servers.front().flows.front();
    return true;
  }
};

}  // namespace

struct StaticHosts::Impl {
  struct Account {
    Place host{"host"};
    Place proxy{"outboundproxy"};
    std::optional<sip::Protocol> protocol;  // transport=; else RFC 3263 finds it
    bool any_port = false;
    std::size_t order = 0;  // in the file

    const Place& next_hop() const { return proxy.host.empty() ? host : proxy; }
  };
  using Member = Place Account::*;

  Impl(sip::Locator& l, base::TimerWheel& t) : locator(l), timers(t), alive(std::make_shared<Impl*>(this)) {}
  ~Impl() { *alive = nullptr; }

  void ask(const std::string& name, Member which, bool tell) {
    const Place& place = accounts.at(name).*which;
    sip::Destination destination{
        .host = place.host, .port = place.port, .protocol = accounts.at(name).protocol};
    locator.locate(std::move(destination), [alive = alive, name, which, tell, host = place.host](auto found) {
      if (*alive) (*alive)->on_answer(name, which, tell, host, std::move(found));
    });
  }
  void on_answer(const std::string& name, Member which, bool tell, const std::string& host,
                 base::Result<sip::ServerSet> found) {
    auto account = accounts.find(name);
    if (account == accounts.end() || (account->second.*which).host != host) return;  // reloaded meanwhile
    Place& place = account->second.*which;
    if (found) {
      if (place.take(std::move(*found)) && tell && changed) changed(name);
    } else if (!std::exchange(place.warned, true)) {
      base::log_warning("registrar",
                        "[{}] of sip.conf: {} {} is not known now ({}); asked again every 5 minutes", name,
                        place.key, host, found.error().text);
    }
  }
  void on_timer(base::Instant now) {
    for (const auto& [name, account] : accounts)
      for (Member which : {&Account::host, &Account::proxy})
        if (!(account.*which).host.empty() && !(account.*which).is_literal()) ask(name, which, true);
    timers.arm(timer, now + kAskAgain);
  }
  // What is known of the same host is good until the new answer is there.
  void begin(const std::string& name, Member which, const Account* before) {
    Place& place = accounts.at(name).*which;
    if (place.host.empty()) return;
    if (before && (before->*which).same_as(place)) place = before->*which;
    place.warned = false;
    ask(name, which, !place.is_literal());
  }

  sip::Locator& locator;
  Changed changed;
  base::TimerWheel& timers;
  std::unordered_map<std::string, Account, base::TextHash, std::equal_to<>> accounts;
  std::shared_ptr<Impl*> alive;
  base::Timer timer = base::Timer::of<&Impl::on_timer>(this);
};

StaticHosts::StaticHosts(sip::Locator& locator, base::TimerWheel& timers)
    : impl_(std::make_unique<Impl>(locator, timers)) {}
StaticHosts::~StaticHosts() = default;

void StaticHosts::set_snapshot(const config::Snapshot& snapshot) {
  auto before = std::exchange(impl_->accounts, {});
  for (const auto& endpoint : snapshot.endpoints) {
    const bool fixed = !endpoint->dynamic && !endpoint->host.empty();
    if (!fixed && endpoint->outbound_proxy.host.empty()) continue;
    auto& account = impl_->accounts[endpoint->name];
    if (fixed) account.host.host = endpoint->host;
    account.host.port = endpoint->port_given ? endpoint->port : 0;
    account.proxy.host = endpoint->outbound_proxy.host;
    account.proxy.port = endpoint->outbound_proxy.port;
    if (endpoint->transport.is_given())
      account.protocol = static_cast<sip::Protocol>(endpoint->transport.first);
    account.any_port = endpoint->insecure_port;
    account.order = impl_->accounts.size();
    auto old = before.find(endpoint->name);
    for (auto which : {&Impl::Account::host, &Impl::Account::proxy})
      impl_->begin(endpoint->name, which, old == before.end() ? nullptr : &old->second);
  }
  impl_->timers.arm(impl_->timer, impl_->timers.now() + kAskAgain);
}

void StaticHosts::set_changed(Changed changed) { impl_->changed = std::move(changed); }

std::optional<sip::Flow> StaticHosts::flow_of(std::string_view account) const {
  auto found = impl_->accounts.find(account);
  return found == impl_->accounts.end() ? std::nullopt : found->second.next_hop().flow;
}

std::vector<sip::Flow> StaticHosts::ways_to(std::string_view account) const {
  auto found = impl_->accounts.find(account);
  if (found == impl_->accounts.end()) return {};
  return impl_->locator.order(found->second.next_hop().servers, impl_->timers.now());
}

bool StaticHosts::has_proxy(std::string_view account) const {
  auto found = impl_->accounts.find(account);
  return found != impl_->accounts.end() && !found->second.proxy.host.empty();
}

// The right port goes before insecure=port, then the order of the file (chan_sip's find_peer).
std::string_view StaticHosts::account_at(const base::SocketAddress& address) const {
  std::string_view account;
  std::pair<bool, std::size_t> best{};
  for (const auto& [name, known] : impl_->accounts) {
    if (!known.host.has([&](const sip::Flow& flow) { return flow.remote.same_host(address); })) continue;
    const bool exact = known.host.has([&](const sip::Flow& flow) { return flow.remote == address; });
    std::pair rank{!exact, known.order};
    if (rank.first && !known.any_port) continue;
    if (!account.empty() && best < rank) continue;
    best = rank;
    account = name;
  }
  return account;
}

}  // namespace polyfon::registrar
