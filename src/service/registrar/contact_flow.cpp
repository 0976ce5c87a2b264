#include "service/registrar/contact_flow.h"

#include <fmt/format.h>

#include "base/text.h"
#include "sip/message/headers.h"

namespace polyfon::registrar {

namespace {

constexpr std::uint16_t kDefaultPort = 5060;

base::Result<base::SocketAddress> parse_address(std::string_view host, std::uint16_t port) {
  return base::SocketAddress::parse(host, port ? port : kDefaultPort);
}

}  // namespace

bool is_behind_nat(const config::Nat& nat, const sip::Message& request, const sip::Flow& came_by) {
  if (nat.force_rport || !nat.auto_force_rport) return nat.force_rport;
  auto via = request.header(sip::Header::kVia);
  if (!via) return true;
  auto top = sip::parse_via(*via);
  if (!top) return true;
  auto sent_by = parse_address(top->host, top->port);
  return !sent_by || *sent_by != came_by.remote;
}

sip::Flow contact_flow(std::string_view contact_uri, const sip::Flow& came_by) {
  auto uri = sip::Uri::parse(contact_uri);
  if (!uri) return came_by;
  auto address = parse_address(uri->host, uri->port);
  if (!address || address->is_v6() != came_by.remote.is_v6() || address->is_unspecified() ||
      address->is_multicast())
    return came_by;
  return {came_by.protocol, came_by.listener, *address};
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
  auto remote = base::SocketAddress::parse_with_port(text.substr(second + 1), kDefaultPort);
  if (!listener || !remote) return std::nullopt;
  return sip::Flow{sip::Protocol::kUdp, *listener, *remote};
}

}  // namespace polyfon::registrar
