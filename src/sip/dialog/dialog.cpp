#include "sip/dialog/dialog.h"

#include <algorithm>

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

// True when `host` is an address and another one than that of `remote`.
bool differs(std::string_view host, std::uint16_t port, const base::SocketAddress& remote) {
  auto address = base::SocketAddress::parse(host, port != 0 ? port : 5060);
  return address && *address != remote;
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

Flow flow_to(const Flow& origin, std::string_view text) {
  auto uri = Uri::parse(text);
  if (!uri || (uri->scheme != Scheme::kSip && uri->scheme != Scheme::kSips)) return origin;
  auto address = base::SocketAddress::parse(uri->host, uri->port != 0 ? uri->port : 5060);
  if (!address || address->is_v6() != origin.remote.is_v6()) return origin;
  if (address->is_unspecified() || address->is_multicast()) return origin;
  if (address->is_loopback() && !origin.remote.is_loopback()) return origin;
  if (address->is_private() && !origin.remote.is_private() && !origin.remote.is_loopback()) return origin;
  Flow flow = origin;
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
  dialog.behind_nat = differs(invite.envelope.via.host, invite.envelope.via.port, invite.flow.remote);
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
    if (parsed) remote_target = parsed->uri_text;
  }
  choose_flow();
}

void Dialog::refresh_target(const Incoming& request) {
  if (behind_nat && routes.empty()) origin = request.flow;
  refresh_target(request.message);
}

void Dialog::choose_flow() {
  flow = origin;
  if (!routes.empty())
    flow = flow_to(origin, uri_of(routes.front()));
  else if (!behind_nat)
    flow = flow_to(origin, remote_target);
}

bool Dialog::strict_routed() const { return !routes.empty() && !is_loose_route(routes.front()); }

std::string_view Dialog::request_uri() const {
  return strict_routed() ? uri_of(routes.front()) : remote_target;
}

void Dialog::write_routes(Builder& builder) const {
  bool strict = strict_routed();
  for (std::size_t i = strict ? 1 : 0; i < routes.size(); ++i) builder.header(Header::kRoute, routes[i]);
  if (strict) builder.header(Header::kRoute, "<" + remote_target + ">");
}

}  // namespace polyfon::sip
