#include "service/registrar/contact_flow.h"

#include <fmt/format.h>

#include "base/text.h"
#include "sip/message/headers.h"

namespace polyfon::registrar {

namespace {

base::Result<base::SocketAddress> parse_address(std::string_view host, std::uint16_t port,
                                                sip::Protocol protocol) {
  return base::SocketAddress::parse(host, port ? port : sip::default_port(protocol));
}

// What the Contact asks for (RFC 3261 19.1.1, 26.2.2), as far as it is spoken; else as the REGISTER came.
sip::Protocol protocol_of(const sip::Uri& uri, sip::Protocol used) {
  using sip::Protocol;
  if (used == Protocol::kWs || used == Protocol::kWss) return used;  // RFC 7118 5: only by its connection
  if (uri.scheme == sip::Scheme::kSips) return Protocol::kTls;
  const auto asked = sip::parse_protocol(uri.parameter("transport").value_or(""));
  return asked && *asked < Protocol::kWs ? *asked : used;
}

}  // namespace

bool is_behind_nat(const config::Nat& nat, const sip::Message& request, const sip::Flow& came_by) {
  if (nat.force_rport || !nat.auto_force_rport) return nat.force_rport;
  auto via = request.header(sip::Header::kVia);
  if (!via) return true;
  auto top = sip::parse_via(*via);
  if (!top) return true;
  auto sent_by = parse_address(top->host, top->port, came_by.protocol);
  if (!sent_by) return true;
  // Who connects does so from any port.
  return sip::is_reliable(came_by.protocol) ? !sent_by->same_host(came_by.remote)
                                            : *sent_by != came_by.remote;
}

sip::Flow contact_flow(std::string_view contact_uri, const sip::Flow& came_by) {
  auto uri = sip::Uri::parse(contact_uri);
  if (!uri) return came_by;
  const sip::Protocol protocol = protocol_of(*uri, came_by.protocol);
  auto address = parse_address(uri->host, uri->port, protocol);
  if (!address || address->is_v6() != came_by.remote.is_v6() || address->is_unspecified() ||
      address->is_multicast())
    return came_by;
  const bool same = protocol == came_by.protocol;
  if (same && sip::is_reliable(protocol) && address->same_host(came_by.remote)) {
    // RFC 5626 3.1: by the connection that it came by, as long as that is there.
    sip::Flow flow = came_by;
    flow.reply_port = address->port();
    return flow;
  }
  return {.protocol = protocol, .listener = same ? came_by.listener : std::uint8_t{0}, .remote = *address};
}

std::string encode_flow(const sip::Flow& flow) {
  base::SocketAddress remote = flow.remote;
  if (flow.reply_port != 0) remote.set_port(flow.reply_port);  // connections do not outlive us
  return fmt::format("{}:{}:{}", base::lower(sip::to_string(flow.protocol)), flow.listener,
                     remote.to_string());
}

std::optional<sip::Flow> decode_flow(std::string_view text) {
  auto first = text.find(':');
  auto second = first == std::string_view::npos ? first : text.find(':', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  auto protocol = sip::parse_protocol(text.substr(0, first));
  auto listener = base::parse_number<std::uint8_t>(text.substr(first + 1, second - first - 1));
  auto remote = base::SocketAddress::parse_with_port(text.substr(second + 1), 5060);
  if (!protocol || !listener || !remote) return std::nullopt;
  return sip::Flow{.protocol = *protocol, .listener = *listener, .remote = *remote};
}

}  // namespace polyfon::registrar
