#include "sip/dialog/dialog.h"

#include <algorithm>

#include "base/text.h"

namespace polyfon::sip {

namespace {

std::vector<std::string> record_route(const Message& message) {
  std::vector<std::string> routes;
  each_in_list(message, Header::kRecordRoute, [&](std::string_view element) {
    routes.emplace_back(element);
    return routes.size() < kMaxRoutes;
  });
  return routes;
}

// True when `host` is an address and another one than that of `from`. Who connects does so from any port.
bool differs(std::string_view host, std::uint16_t port, const Flow& from) {
  auto address = base::SocketAddress::parse(host, port != 0 ? port : default_port(from.protocol));
  if (!address) return false;
  return is_reliable(from.protocol) ? !address->same_host(from.remote) : *address != from.remote;
}

void append_tag(std::string& name_addr, std::string_view tag) {
  name_addr += ";tag=";
  name_addr += tag;
}

}  // namespace

std::string_view uri_of(std::string_view name_addr) {
  auto parsed = parse_name_addr(name_addr);
  return parsed ? parsed->uri_text : name_addr;
}

bool is_loose_route(std::string_view route) {
  auto uri = Uri::parse(uri_of(route));
  return uri && uri->parameter("lr").has_value();
}

namespace {

// Nobody has us send to places that are nearer to us than he is.
bool may_be_sent_to(const base::SocketAddress& address, const base::SocketAddress& origin) {
  if (address.is_unspecified() || address.is_multicast()) return false;
  if (address.is_loopback() && !origin.is_loopback()) return false;
  return !address.is_private() || origin.is_private() || origin.is_loopback();
}

// RFC 3261 19.1.1, 26.2.2: what the URI asks for; else the one that is used already.
Protocol protocol_of(const Uri& uri, Protocol used) {
  if (uri.scheme == Scheme::kSips) return used == Protocol::kWss ? used : Protocol::kTls;
  auto asked = parse_protocol(uri.parameter("transport").value_or(""));
  return asked == Protocol::kTcp || asked == Protocol::kTls || asked == Protocol::kUdp ? *asked : used;
}

}  // namespace

Flow flow_to(const Flow& origin, std::string_view text) {
  auto uri = Uri::parse(text);
  if (!uri || (uri->scheme != Scheme::kSip && uri->scheme != Scheme::kSips)) return origin;
  const Protocol protocol = protocol_of(*uri, origin.protocol);
  auto address = base::SocketAddress::parse(uri->host, uri->port != 0 ? uri->port : default_port(protocol));
  if (!address || address->is_v6() != origin.remote.is_v6()) return origin;
  if (!may_be_sent_to(*address, origin.remote)) return origin;
  Flow flow = origin;
  if (origin.connection != 0 && protocol == origin.protocol && address->same_host(origin.remote)) {
    flow.reply_port = address->port();  // by the connection that is there, as long as it is
    return flow;
  }
  if (protocol != origin.protocol) flow.listener = 0;
  flow.protocol = protocol;
  flow.connection = 0;
  flow.reply_port = 0;
  flow.remote = *address;
  return flow;
}

Dialog Dialog::called(const Incoming& invite, std::string_view tag) {
  Dialog dialog;
  dialog.call_id = invite.envelope.call_id;
  dialog.local = *invite.message.header(Header::kTo);
  append_tag(dialog.local, tag);
  dialog.local_tag = tag;
  dialog.remote = *invite.message.header(Header::kFrom);
  dialog.remote_tag = invite.envelope.from_tag;
  dialog.routes = record_route(invite.message);
  dialog.origin = invite.flow;
  dialog.remote_cseq = invite.envelope.cseq.number;
  dialog.remote_cseq_known = true;
  dialog.behind_nat = differs(invite.envelope.via.host, invite.envelope.via.port, invite.flow);
  dialog.refresh_target(invite.message);
  return dialog;
}

void Dialog::learn(const Message& response, const Envelope& envelope) {
  remote = *response.header(Header::kTo);
  remote_tag = envelope.to_tag;
  routes = record_route(response);
  std::reverse(routes.begin(), routes.end());
  refresh_target(response);
}

void Dialog::refresh_target(const Message& message) {
  if (auto contact = message.header(Header::kContact)) {
    auto parsed = parse_name_addr(*contact);
    if (parsed) {
      remote_target = without_headers(parsed->uri_text);
      target_is_gruu = parsed->uri.parameter("gr").has_value();
    }
  }
  choose_flow();
}

void Dialog::refresh_target(const Incoming& request) {
  const bool connected = is_reliable(origin.protocol) && request.flow.protocol == origin.protocol &&
                         request.flow.remote.same_host(origin.remote);
  if ((behind_nat || connected) && routes.empty()) origin = request.flow;
  refresh_target(request.message);
}

void Dialog::choose_flow() {
  const std::string_view hop = next_hop();
  if (!located.empty() && hop == located) return;  // the server that worked stays
  located.clear();
  alternatives.clear();
  flow = hop.empty() ? origin : flow_to(origin, hop);
}

std::string_view Dialog::next_hop() const {
  if (!routes.empty()) return uri_of(routes.front());
  return behind_nat || target_is_gruu ? std::string_view() : remote_target;
}

std::optional<Uri> Dialog::unlocated_hop() const {
  const std::string_view hop = next_hop();
  if (hop.empty() || hop == located || (routes.empty() && origin.connection != 0)) return std::nullopt;
  auto uri = Uri::parse(hop);
  if (!uri || (uri->scheme != Scheme::kSip && uri->scheme != Scheme::kSips)) return std::nullopt;
  if (base::SocketAddress::parse(uri->host, 0)) return std::nullopt;
  constexpr std::string_view kNowhere = ".invalid";  // RFC 2606 2: what browsers write (RFC 7118 5)
  if (base::lower(uri->host).ends_with(kNowhere)) return std::nullopt;
  return *uri;
}

void Dialog::locate(std::vector<Flow> flows) {
  std::erase_if(flows, [&](const Flow& found) { return !may_be_sent_to(found.remote, origin.remote); });
  auto here = std::ranges::find_if(flows, [&](const Flow& found) {
    return found.protocol == origin.protocol && found.remote == origin.remote;
  });
  if (here != flows.end()) {
    flows.erase(here);
    flow = origin;
  } else if (!flows.empty()) {
    flow = flows.front();
    flows.erase(flows.begin());
  }
  alternatives = std::move(flows);
}

bool Dialog::strict_routed() const { return !routes.empty() && !is_loose_route(routes.front()); }

std::string_view Dialog::request_uri() const {
  return strict_routed() ? without_headers(uri_of(routes.front())) : remote_target;
}

void Dialog::write_routes(Builder& builder) const {
  bool strict = strict_routed();
  for (std::size_t i = strict ? 1 : 0; i < routes.size(); ++i) builder.header(Header::kRoute, routes[i]);
  if (strict) builder.header(Header::kRoute, "<" + remote_target + ">");
}

}  // namespace polyfon::sip
