// Targets of Dial() that name a host instead of an account, SIP/number@host[:port]: its servers are found
// before anything rings (RFC 3263), and called like a peer without a section in sip.conf.
#include "base/log.h"
#include "base/text.h"
#include "call/dial_operation.h"
#include "call/dial_resource.h"
#include "call/exchange.h"
#include "sip/transaction/locator.h"

namespace polyfon::call {

namespace {

// A name without a dot is an account that is not there rather than a host.
bool looks_like_host(std::string_view peer) {
  return base::SocketAddress::parse_with_port(peer, 0) || peer.find('.') != std::string_view::npos;
}

}  // namespace

bool DialOperation::is_host(const DialTarget& target) const {
  if (!exchange_.parts_.locator || !is_sip(target)) return false;
  const std::string peer = parse_resource(target.resource).peer;
  return looks_like_host(peer) && !exchange_.snapshot().endpoint_by_name.contains(peer);
}

base::Task<> DialOperation::locate_hosts() {
  auto answers = std::make_shared<Waiter<LocatedHost>>(exchange_.ready_, exchange_.parts_.timers);
  std::size_t waiting = 0;
  for (const auto& target : request_.targets) {
    std::string host = parse_resource(target.resource).peer;
    if (!is_host(target) || !hosts_.emplace(host, std::vector<sip::Flow>()).second) continue;
    ++waiting;
    locate_host(answers, std::move(host));
  }
  std::optional<base::Instant> deadline;
  if (request_.timeout) deadline = started_ + *request_.timeout;
  for (; waiting > 0; --waiting) {
    auto answer = co_await answers->next(deadline);
    if (!answer) co_return;
    hosts_[answer->host] = std::move(answer->flows);
  }
}

// The answer finds nobody when the caller has hung up.
void DialOperation::locate_host(const std::shared_ptr<Waiter<LocatedHost>>& answers, std::string host) {
  const std::string text = "sip:" + host;
  auto uri = sip::Uri::parse(text);
  auto destination = uri ? sip::Destination::of(*uri) : std::unexpected(uri.error());
  auto take = [listener = std::weak_ptr(answers), exchange = &exchange_, host,
               caller = caller_.name](base::Result<sip::ServerSet> servers) {
    auto waiter = listener.lock();
    if (!waiter) return;
    LocatedHost located{host, {}};
    if (servers)
      located.flows = exchange->parts_.locator->order(*servers, exchange->parts_.timers.now());
    else
      base::log_warning("dial", "{}: cannot dial SIP/{}: it is no account of sip.conf, and {}", caller,
                        base::printable(host), servers.error().text);
    waiter->push(std::move(located));
  };
  if (destination)
    exchange_.parts_.locator->locate(std::move(*destination), std::move(take));
  else
    take(std::unexpected(destination.error()));
}

std::shared_ptr<const config::Endpoint> DialOperation::endpoint_of_host(const std::string& host) const {
  const auto& settings = exchange_.snapshot().sip;
  auto endpoint = std::make_shared<config::Endpoint>();
  endpoint->name = endpoint->host = host;
  endpoint->type = config::PeerType::kPeer;
  endpoint->context = settings.default_context;
  endpoint->codecs = settings.codecs;
  endpoint->language = settings.language;
  return endpoint;
}

std::vector<ContactAddress> DialOperation::contacts_of_host(const std::string& host) const {
  const auto& flows = hosts_.at(host);
  if (flows.empty()) return {};
  ContactAddress contact{.uri = "sip:" + host, .flow = flows.front()};
  contact.alternatives.assign(flows.begin() + 1, flows.end());
  return {contact};
}

}  // namespace polyfon::call
