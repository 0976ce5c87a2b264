#include "sip/transport/server_locator.h"

#include <algorithm>
#include <array>
#include <tuple>

#include <fmt/format.h>

#include "base/text.h"

namespace polyfon::sip {

namespace {

using base::ErrorCode;

// How a transport is named in the DNS: by NAPTR (RFC 3263 4.1, RFC 7118 7), and before a domain in SRV.
struct ServiceName {
  Protocol protocol;
  std::string_view naptr, srv;
};
constexpr std::array kServiceNames = {
    ServiceName{Protocol::kUdp, "SIP+D2U", "_sip._udp."},
    ServiceName{Protocol::kTcp, "SIP+D2T", "_sip._tcp."},
    ServiceName{Protocol::kTls, "SIPS+D2T", "_sips._tcp."},
    ServiceName{Protocol::kWs, "SIP+D2W", ""},
    ServiceName{Protocol::kWss, "SIPS+D2W", ""},
};

std::string_view srv_prefix(Protocol protocol) {
  return std::ranges::find(kServiceNames, protocol, &ServiceName::protocol)->srv;
}

// RFC 3261 26.2.2: transport=tcp of a sips: URI means TLS over it.
Protocol secured(Protocol protocol, bool secure) {
  if (!secure) return protocol;
  if (protocol == Protocol::kTcp) return Protocol::kTls;
  return protocol == Protocol::kWs ? Protocol::kWss : protocol;
}

// One of equal priority at a time, each with the chance that its weight gives it (RFC 2782).
void append_by_weight(std::vector<const Server*> equals, base::Random& random,
                      std::vector<const Server*>& out) {
  std::ranges::partition(equals, [](const Server* server) { return server->weight == 0; });
  while (!equals.empty()) {
    std::uint64_t total = 0;
    for (const Server* server : equals) total += server->weight;
    const std::uint64_t chosen = random.below(total + 1);
    std::uint64_t sum = 0;
    auto next =
        std::ranges::find_if(equals, [&](const Server* server) { return (sum += server->weight) >= chosen; });
    out.push_back(*next);
    equals.erase(next);
  }
}

}  // namespace

// One search, from NAPTR down to addresses. It lives in the callbacks that it waits for.
class ServerLocator::Search : public std::enable_shared_from_this<Search> {
 public:
  Search(ServerLocator& locator, Destination destination, Answer answer)
      : locator_(locator),
        alive_(locator.alive_),
        settings_(locator.settings_),
        destination_(std::move(destination)),
        answer_(std::move(answer)) {}

  // RFC 3263 4.1, 4.2.
  void start() {
    const bool literal = base::SocketAddress::parse(destination_.host, 0).has_value();
    const bool told = literal || destination_.port != 0 || !settings_.services;
    if (!told && !destination_.protocol) return ask_naptr();
    const Protocol protocol = default_protocol();
    if (!speaks(protocol))
      return fail(ErrorCode::kUnavailable,
                  fmt::format("{} is asked for by {}, which is not enabled",
                              base::printable(destination_.host), to_string(protocol)));
    if (told) return resolve_domain();
    ask_srv_of({protocol});
  }

 private:
  struct Service {
    Protocol protocol;
    std::string name;  // of its SRV records
    base::Result<net::SrvRecords> records;
  };
  struct Host {
    Protocol protocol;
    std::string name;
    std::uint16_t port;
    Server server;
  };

  bool alive() const { return !alive_.expired(); }
  bool speaks(Protocol protocol) const {
    const auto& enabled = settings_.protocols;
    return std::ranges::find(enabled, protocol) != enabled.end() &&
           (!destination_.secure || is_secure(protocol));
  }
  // Without anything that says otherwise: UDP, or TLS for sips; when UDP is off, what there is.
  Protocol default_protocol() const {
    if (destination_.protocol) return secured(*destination_.protocol, destination_.secure);
    if (destination_.secure) return Protocol::kTls;
    return speaks(Protocol::kUdp) || settings_.protocols.empty() ? Protocol::kUdp
                                                                 : settings_.protocols.front();
  }

  void fail(ErrorCode code, std::string text) { answer_(base::fail(code, std::move(text))); }

  void ask_naptr() {
    locator_.names_.resolve_naptr(destination_.host, [self = shared_from_this()](auto records) {
      if (self->alive()) self->on_naptr(std::move(records));
    });
  }
  void on_naptr(base::Result<net::NaptrRecords> records) {
    if (!records && records.error().code != ErrorCode::kNotFound)
      return answer_(std::unexpected(records.error()));
    if (records)
      for (const net::NaptrRecord& record : *records) take(record);
    if (!services_.empty()) return ask_srv();
    std::vector<Protocol> all;  // RFC 3263 4.1: without NAPTR, SRV for each transport that we speak
    for (Protocol protocol : settings_.protocols)
      if (speaks(protocol) && !srv_prefix(protocol).empty()) all.push_back(protocol);
    ask_srv_of(all);
  }
  void take(const net::NaptrRecord& record) {
    if (!base::iequals(record.flags, "s") || record.replacement.empty()) return;
    auto service = std::ranges::find_if(
        kServiceNames, [&](const ServiceName& known) { return base::iequals(known.naptr, record.service); });
    if (service == kServiceNames.end() || !speaks(service->protocol)) return;
    if (services_.size() < kMaxServices) services_.push_back({service->protocol, record.replacement, {}});
  }

  void ask_srv_of(const std::vector<Protocol>& protocols) {
    for (Protocol protocol : protocols)
      if (auto prefix = srv_prefix(protocol); !prefix.empty() && services_.size() < kMaxServices)
        services_.push_back({protocol, std::string(prefix) + destination_.host, {}});
    ask_srv();
  }
  void ask_srv() {
    if (services_.empty()) return resolve_domain();
    waiting_ = services_.size();
    for (std::size_t i = 0; i < services_.size(); ++i)
      locator_.names_.resolve_srv(services_[i].name, [self = shared_from_this(), i](auto records) {
        if (!self->alive()) return;
        self->services_[i].records = std::move(records);
        if (--self->waiting_ == 0) self->on_services();
      });
  }
  void on_services() {
    bool refused = false;
    const base::Error* failure = nullptr;
    for (std::size_t rank = 0; rank < services_.size(); ++rank) {
      const Service& service = services_[rank];
      if (!service.records) {
        if (service.records.error().code != ErrorCode::kNotFound) failure = &service.records.error();
        continue;
      }
      for (const net::SrvRecord& record : *service.records) {
        if (record.target.empty()) refused = true;  // RFC 2782: "." is no service here
        if (record.target.empty() || hosts_.size() == kMaxServers) continue;
        hosts_.push_back({service.protocol,
                          record.target,
                          record.port,
                          {static_cast<std::uint16_t>(rank), record.priority, record.weight, {}}});
      }
    }
    if (!hosts_.empty()) return resolve_hosts();
    if (failure != nullptr) return answer_(std::unexpected(*failure));
    if (refused)
      return fail(ErrorCode::kNotFound,
                  fmt::format("{} says that it has no such service", base::printable(destination_.host)));
    resolve_domain();
  }

  // RFC 3263 4.2: no SRV: the addresses of the domain itself.
  void resolve_domain() {
    const Protocol protocol = default_protocol();
    if (!speaks(protocol))
      return fail(ErrorCode::kUnavailable,
                  fmt::format("{} is reached by {}, which is not enabled", base::printable(destination_.host),
                              to_string(protocol)));
    const std::uint16_t port = destination_.port != 0 ? destination_.port : default_port(protocol);
    hosts_.push_back({protocol, destination_.host, port, {}});
    resolve_hosts();
  }
  void resolve_hosts() {
    waiting_ = hosts_.size();
    for (Host& host : hosts_) {
      if (auto literal = base::SocketAddress::parse(host.name, host.port)) {
        on_addresses(host, net::Addresses{*literal});
        continue;
      }
      locator_.names_.resolve(host.name, host.port, [self = shared_from_this(), &host](auto addresses) {
        if (self->alive()) self->on_addresses(host, std::move(addresses));
      });
    }
  }
  void on_addresses(Host& host, base::Result<net::Addresses> addresses) {
    if (!addresses) failure_ = addresses.error();
    for (const base::SocketAddress& address : addresses.value_or(net::Addresses{}))
      if (auto flow = locator_.way_(host.protocol, address)) host.server.flows.push_back(*flow);
    if (--waiting_ == 0) finish();
  }
  void finish() {
    ServerSet servers;
    for (Host& host : hosts_)
      if (!host.server.flows.empty()) servers.push_back(std::move(host.server));
    if (!servers.empty()) return answer_(std::move(servers));
    if (failure_) return answer_(std::unexpected(std::move(*failure_)));
    fail(ErrorCode::kUnavailable,
         fmt::format("no listener of ours leads to the addresses of {}", base::printable(destination_.host)));
  }

  ServerLocator& locator_;
  std::weak_ptr<bool> alive_;
  const LocatorSettings settings_;
  const Destination destination_;
  Answer answer_;
  std::vector<Service> services_;  // in the order of our preference: the rank
  std::vector<Host> hosts_;
  std::optional<base::Error> failure_;
  std::size_t waiting_ = 0;
};

ServerLocator::ServerLocator(net::NameService& names, base::Random& random, Way way, LocatorSettings settings)
    : names_(names), random_(random), way_(std::move(way)), settings_(std::move(settings)) {}
ServerLocator::~ServerLocator() = default;

void ServerLocator::locate(Destination destination, Answer answer) {
  std::make_shared<Search>(*this, std::move(destination), std::move(answer))->start();
}

std::vector<Flow> ServerLocator::order(const ServerSet& servers, base::Instant now) {
  std::vector<const Server*> sorted, in_turn;
  for (const Server& server : servers) sorted.push_back(&server);
  auto place = [](const Server* server) { return std::tuple(server->rank, server->priority); };
  std::ranges::sort(sorted, {}, place);
  for (auto first = sorted.begin(); first != sorted.end();) {
    auto last = std::find_if(first, sorted.end(),
                             [&](const Server* server) { return place(server) != place(*first); });
    append_by_weight({first, last}, random_, in_turn);
    first = last;
  }
  std::vector<Flow> good, bad;
  for (const Server* server : in_turn)
    for (const Flow& flow : server->flows) {
      auto& list = failed(flow, now) ? bad : good;
      if (std::ranges::find(list, flow) == list.end()) list.push_back(flow);
    }
  good.insert(good.end(), bad.begin(), bad.end());
  if (good.size() > kMaxFlows) good.resize(kMaxFlows);
  return good;
}

bool ServerLocator::failed(const Flow& flow, base::Instant now) const {
  return std::ranges::any_of(failed_, [&](const Failed& failed) {
    return failed.protocol == flow.protocol && failed.remote == flow.remote && now < failed.until;
  });
}

void ServerLocator::note_failure(const Flow& flow, std::optional<base::Duration> retry_after,
                                 base::Instant now) {
  std::erase_if(failed_, [&](const Failed& failed) {
    return failed.until <= now || (failed.protocol == flow.protocol && failed.remote == flow.remote);
  });
  if (failed_.size() >= kMaxFailed) failed_.erase(failed_.begin());
  failed_.push_back(
      {flow.protocol, flow.remote, now + std::min(retry_after.value_or(kFailedFor), kMaxFailedFor)});
}

}  // namespace polyfon::sip
