// Hosts, ports and networks of sip.conf. Names are kept as they are and looked up later, when they are
// needed; what can be neither an address nor a name is an error.
#include <algorithm>

#include <fmt/format.h>

#include "config/sip_reader.h"
#include "config/strip.h"

namespace polyfon::config {

namespace {

constexpr std::size_t kMaxHostName = 253;  // RFC 1035 2.3.4

struct HostPort {
  std::string host;
  std::optional<std::uint16_t> port;
};

// A name of labels; not one of digits and dots alone, which would be a mistyped address.
bool is_host_name(std::string_view text) {
  if (text.empty() || text.size() > kMaxHostName) return false;
  bool fits =
      std::ranges::all_of(text, [](char c) { return base::is_alnum(c) || c == '-' || c == '.' || c == '_'; });
  return fits && text.find_first_not_of("0123456789.") != std::string_view::npos && !text.starts_with('.');
}

// "192.0.2.1", "192.0.2.1:5060", "2001:db8::1", "[2001:db8::1]:5060", "sip.example.com",
// "sip.example.com:5060".
std::optional<HostPort> parse_host_port(std::string_view text) {
  if (auto address = base::SocketAddress::parse(text, 0)) return HostPort{address->host(), std::nullopt};
  if (auto address = base::SocketAddress::parse_with_port(text, 0))
    return address->port() == 0 ? std::nullopt : std::optional(HostPort{address->host(), address->port()});
  std::size_t colon = text.find(':');
  std::string_view host = text.substr(0, colon);
  if (!is_host_name(host)) return std::nullopt;
  if (colon == std::string_view::npos) return HostPort{std::string(host), std::nullopt};
  auto port = base::parse_number<std::uint16_t>(text.substr(colon + 1), 1);
  if (!port) return std::nullopt;
  return HostPort{std::string(host), port};
}

std::optional<HostPort> host_of(const Variable& variable, Diagnostics& diagnostics) {
  auto host = parse_host_port(variable.value);
  if (!host)
    diagnostics.error(variable.where, fmt::format("{}: '{}' is neither an address nor a host name",
                                                  variable.name, base::printable(variable.value, 60)));
  return host;
}

void add_rules(std::vector<AccessRule>& rules, bool permit, const Variable& variable,
               Diagnostics& diagnostics) {
  auto parsed = parse_access_rules(permit, variable.value);
  if (parsed)
    rules.insert(rules.end(), parsed->begin(), parsed->end());
  else
    diagnostics.error(variable.where, fmt::format("{}: {}", variable.name, parsed.error().text));
}

}  // namespace

void apply_host(SipReader& reader, const Variable& variable, Diagnostics& diagnostics) {
  Endpoint& endpoint = reader.endpoint;
  endpoint.dynamic = base::iequals(variable.value, "dynamic");
  endpoint.host.clear();
  if (endpoint.dynamic) return;
  auto host = host_of(variable, diagnostics);
  if (!host) return;
  endpoint.host = host->host;
  if (!host->port) return;
  endpoint.port = *host->port;
  endpoint.port_given = true;
}

void apply_port(SipReader& reader, const Variable& variable, Diagnostics& diagnostics) {
  auto port = number_of(variable, 1, 65535, OnBad::kRefuse, diagnostics);
  if (!port) return;
  reader.endpoint.port = static_cast<std::uint16_t>(*port);
  reader.endpoint.port_given = true;
}

// "[sip:]host[:port][;lr][,force]"; empty: none, whatever [general] says.
void apply_outbound_proxy(SipReader& reader, const Variable& variable, Diagnostics& diagnostics) {
  Endpoint::Proxy& proxy = reader.endpoint.outbound_proxy;
  proxy = {};
  std::string_view text = base::trim(variable.value);
  if (text.empty()) return;
  if (auto comma = text.find(','); comma != std::string_view::npos) {
    if (base::iequals(base::trim(text.substr(comma + 1)), "force"))
      diagnostics.warning(variable.where, "outboundproxy: routes of the peer are followed; force is ignored");
    text = base::trim(text.substr(0, comma));
  }
  if (base::istarts_with(text, "sip:")) text.remove_prefix(4);
  auto host = parse_host_port(base::trim(text.substr(0, text.find(';'))));
  if (!host)
    return diagnostics.error(variable.where,
                             fmt::format("outboundproxy: '{}' is neither an address nor a host name",
                                         base::printable(variable.value, 60)));
  proxy = {host->host, host->port.value_or(0)};
}

void apply_from_domain(SipReader& reader, const Variable& variable, Diagnostics& diagnostics) {
  if (variable.value.empty()) return reader.endpoint.from_domain.clear();
  auto host = host_of(variable, diagnostics);
  if (!host) return;
  reader.endpoint.from_domain = host->host;
  if (host->port)
    diagnostics.warning(variable.where, "fromdomain: From carries no port yet; the port is ignored");
}

void apply_permit(SipReader& reader, const Variable& variable, Diagnostics& diagnostics) {
  add_rules(reader.endpoint.access, true, variable, diagnostics);
}
void apply_deny(SipReader& reader, const Variable& variable, Diagnostics& diagnostics) {
  add_rules(reader.endpoint.access, false, variable, diagnostics);
}
void apply_local_network(SipReader& reader, const Variable& variable, Diagnostics& diagnostics) {
  add_rules(reader.settings.local_networks, true, variable, diagnostics);
}

std::optional<base::SocketAddress> address_to_listen_on(const Variable& variable, Diagnostics& diagnostics) {
  auto address = base::SocketAddress::parse_with_port(variable.value, 0);
  if (!address) address = base::SocketAddress::parse(variable.value, 0);
  if (address && !address->is_multicast()) return *address;
  diagnostics.error(variable.where,
                    fmt::format("{}: '{}' is no address to listen on; expected one like 0.0.0.0",
                                variable.name, base::printable(variable.value, 60)));
  return std::nullopt;
}

void apply_bind_address(SipReader& reader, const Variable& variable, Diagnostics& diagnostics) {
  if (auto address = address_to_listen_on(variable, diagnostics)) reader.bind_address = *address;
}

void apply_bind_port(SipReader& reader, const Variable& variable, Diagnostics& diagnostics) {
  if (auto port = number_of(variable, 1, 65535, OnBad::kRefuse, diagnostics))
    reader.bind_port = static_cast<std::uint16_t>(*port);
}

void apply_external_address(SipReader& reader, const Variable& variable, Diagnostics& diagnostics) {
  if (host_of(variable, diagnostics)) reader.settings.external_address = variable.value;
}

}  // namespace polyfon::config
