#include "service/registrar/static_hosts.h"

#include <algorithm>
#include <unordered_map>

#include "base/log.h"
#include "base/text.h"

namespace polyfon::registrar {

namespace {
constexpr base::Duration kAskAgain = std::chrono::minutes(5);
}  // namespace

struct StaticHosts::Impl {
  struct Host {
    std::string host;
    std::uint16_t port = 5060;
    bool any_port = false;
    std::size_t order = 0;  // in the file
    std::optional<base::SocketAddress> address;
    bool warned = false;
  };

  Impl(Resolve r, base::TimerWheel& t)
      : resolve(std::move(r)), timers(t), alive(std::make_shared<Impl*>(this)) {}
  ~Impl() { *alive = nullptr; }

  void ask(const std::string& account, const Host& host) {
    resolve(host.host, host.port, [alive = alive, account, name = host.host](auto answer) {
      if (*alive) (*alive)->on_answer(account, name, std::move(answer));
    });
  }
  void on_answer(const std::string& account, const std::string& name,
                 base::Result<std::vector<base::SocketAddress>> answer) {
    auto found = hosts.find(account);
    if (found == hosts.end() || found->second.host != name) return;  // reloaded meanwhile
    Host& host = found->second;
    if (answer && !answer->empty()) {
      const bool other = std::exchange(host.address, answer->front()) != answer->front();
      host.warned = false;
      if (other && changed) changed(account);
    } else if (!std::exchange(host.warned, true)) {
      base::log_warning("registrar",
                        "[{}] of sip.conf: host {} is not known now ({}); asked again every 5 minutes",
                        account, name, answer ? "no address" : answer.error().text);
    }
  }
  void on_timer(base::Instant now) {
    for (const auto& [account, host] : hosts)
      if (!base::SocketAddress::parse(host.host, host.port)) ask(account, host);
    timers.arm(timer, now + kAskAgain);
  }

  Resolve resolve;
  Changed changed;
  base::TimerWheel& timers;
  std::unordered_map<std::string, Host, base::TextHash, std::equal_to<>> hosts;
  std::shared_ptr<Impl*> alive;
  base::Timer timer = base::Timer::of<&Impl::on_timer>(this);
};

StaticHosts::StaticHosts(Resolve resolve, base::TimerWheel& timers)
    : impl_(std::make_unique<Impl>(std::move(resolve), timers)) {}
StaticHosts::~StaticHosts() = default;

void StaticHosts::set_snapshot(const config::Snapshot& snapshot) {
  auto before = std::exchange(impl_->hosts, {});
  for (const auto& endpoint : snapshot.endpoints) {
    if (endpoint->dynamic || endpoint->host.empty()) continue;
    auto& host = impl_->hosts[endpoint->name];
    host.host = endpoint->host;
    host.port = endpoint->port;
    host.any_port = endpoint->insecure_port;
    host.order = impl_->hosts.size();
    if (auto literal = base::SocketAddress::parse(endpoint->host, endpoint->port)) {
      host.address = *literal;
      continue;
    }
    auto old = before.find(endpoint->name);
    if (old != before.end() && old->second.host == host.host && old->second.port == host.port)
      host.address = old->second.address;  // good until the new answer is there
    impl_->ask(endpoint->name, host);
  }
  impl_->timers.arm(impl_->timer, impl_->timers.now() + kAskAgain);
}

void StaticHosts::set_changed(Changed changed) { impl_->changed = std::move(changed); }

std::optional<base::SocketAddress> StaticHosts::address_of(std::string_view account) const {
  auto found = impl_->hosts.find(account);
  return found == impl_->hosts.end() ? std::nullopt : found->second.address;
}

// The right port goes before insecure=port, then the order of the file (chan_sip's find_peer).
std::string_view StaticHosts::account_at(const base::SocketAddress& address) const {
  std::string_view account;
  std::pair<bool, std::size_t> best{};
  for (const auto& [name, host] : impl_->hosts) {
    if (!host.address || !host.address->same_host(address)) continue;
    std::pair rank{host.address->port() != address.port(), host.order};
    if (rank.first && !host.any_port) continue;
    if (!account.empty() && best < rank) continue;
    best = rank;
    account = name;
  }
  return account;
}

}  // namespace polyfon::registrar
