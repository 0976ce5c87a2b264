// Keys of sip.conf about UDP, TCP and TLS, and what is listened on in the end.
#include <fmt/format.h>
#include <unistd.h>

#include "config/sip_reader.h"
#include "config/strip.h"

namespace polyfon::config {

namespace {

constexpr std::uint16_t kSipPort = 5060, kSipsPort = 5061;

std::optional<Transport> transport_of(std::string_view word) {
  if (base::iequals(word, "udp")) return Transport::kUdp;
  if (base::iequals(word, "tcp")) return Transport::kTcp;
  if (base::iequals(word, "tls")) return Transport::kTls;
  return std::nullopt;
}

base::SocketAddress with_port(base::SocketAddress address, std::uint16_t port) {
  if (address.port() == 0) address.set_port(port);
  return address;
}

// chan_sip: without an address of its own a stream listens where UDP does, on the standard port.
base::SocketAddress stream_address(const std::optional<base::SocketAddress>& own,
                                   const base::SocketAddress& udp, std::uint16_t port) {
  if (own) return with_port(*own, port);
  base::SocketAddress address = udp;
  address.set_port(port);
  return address;
}

void check_readable(const std::filesystem::path& file, std::string_view key, const Location& where,
                    Diagnostics& diagnostics) {
  if (!file.empty() && ::access(file.c_str(), R_OK) != 0)
    diagnostics.error(where, fmt::format("{}: {} cannot be read", key, file.string()));
}

void check_tls(const SipReader& reader, const Location& where, Diagnostics& diagnostics) {
  const TlsSettings& tls = reader.settings.tls;
  if (tls.certificate_file.empty())
    diagnostics.error(where, "TLS is to be listened on, and tlscertfile names no certificate");
  check_readable(tls.certificate_file, "tlscertfile", where, diagnostics);
  check_readable(tls.key_file, "tlsprivatekey", where, diagnostics);
  check_readable(tls.ca_file, "tlscafile", where, diagnostics);
  check_readable(tls.ca_path, "tlscapath", where, diagnostics);
  if (tls.verify_client && tls.ca_file.empty() && tls.ca_path.empty())
    diagnostics.warning(where,
                        "tlsverifyclient without tlscafile: every phone with a certificate of one of "
                        "the system's authorities is let in");
}

}  // namespace

void apply_transport(SipReader& reader, const Variable& variable, Diagnostics& diagnostics) {
  TransportChoice choice{Transport::kUdp, 0};
  for (std::string_view word : base::split(variable.value, ',')) {
    word = strip(word);
    if (word.empty()) continue;
    auto transport = transport_of(word);
    if (!transport) {
      const bool web = base::iequals(word, "ws") || base::iequals(word, "wss");
      diagnostics.warning(variable.where,
                          fmt::format("transport: '{}' is {}; expected udp, tcp or tls",
                                      base::printable(word, 60), web ? "not spoken yet" : "unknown"));
      continue;
    }
    if (choice.allowed == 0) choice.first = *transport;
    choice.allowed |= static_cast<std::uint8_t>(1u << static_cast<unsigned>(*transport));
  }
  if (choice.allowed != 0) reader.endpoint.transport = choice;
}

void apply_tcp_bind_address(SipReader& reader, const Variable& variable, Diagnostics& diagnostics) {
  if (auto address = address_to_listen_on(variable, diagnostics)) reader.tcp_address = *address;
}

void apply_tls_bind_address(SipReader& reader, const Variable& variable, Diagnostics& diagnostics) {
  if (auto address = address_to_listen_on(variable, diagnostics)) reader.tls_address = *address;
}

void apply_dont_verify_server(SipReader& reader, const Variable& variable, Diagnostics& diagnostics) {
  reader.settings.tls.verify_server = !boolean_of(variable, diagnostics);
}

void apply_tls_client_method(SipReader&, const Variable& variable, Diagnostics& diagnostics) {
  for (std::string_view known : {"tlsv1", "tlsv1_2", "tlsv1_3", "sslv23"})
    if (base::iequals(known, variable.value)) return;
  diagnostics.warning(variable.where, fmt::format("tlsclientmethod: '{}' is not spoken; TLS 1.2 and 1.3 are",
                                                  base::printable(variable.value, 60)));
}

void apply_tls_old_version(SipReader&, const Variable& variable, Diagnostics& diagnostics) {
  if (!boolean_of(variable, diagnostics))
    diagnostics.warning(variable.where,
                        fmt::format("{}: that version is not spoken, whatever is written", variable.name));
}

std::optional<std::filesystem::path> absolute_file(const Variable& variable, Diagnostics& diagnostics) {
  std::filesystem::path file = variable.value;
  if (file.empty() || file.is_absolute()) return file;
  diagnostics.error(variable.where, fmt::format("{}: '{}' is not an absolute path", variable.name,
                                                base::printable(variable.value, 120)));
  return std::nullopt;
}

void finish_listeners(SipReader& reader, const PolyfonSettings& polyfon, const Location& bind_where,
                      Diagnostics& diagnostics) {
  SipSettings& settings = reader.settings;
  base::SocketAddress udp = reader.bind_address.value_or(base::SocketAddress{});
  if (reader.bind_port && udp.port() != 0 && udp.port() != *reader.bind_port)
    diagnostics.warning(
        bind_where,
        fmt::format("bindport and the address to listen on name two ports; {} it is", *reader.bind_port));
  if (reader.bind_port) udp.set_port(*reader.bind_port);
  settings.bind = {with_port(udp, kSipPort)};
  if (reader.tcp) settings.tcp_bind = {stream_address(reader.tcp_address, udp, kSipPort)};
  if (settings.tls.enabled) settings.tls_bind = {stream_address(reader.tls_address, udp, kSipsPort)};
  Location tls_where = bind_where.file.empty() ? Location{"sip.conf", 0} : bind_where;
  for (const Listen& listen : polyfon.listen) {
    if (listen.transport == Transport::kTls && settings.tls_bind.empty()) tls_where = listen.where;
    (listen.transport == Transport::kUdp   ? settings.bind
     : listen.transport == Transport::kTcp ? settings.tcp_bind
                                           : settings.tls_bind)
        .push_back(listen.address);
  }
  if (!settings.tls_bind.empty()) check_tls(reader, tls_where, diagnostics);
}

}  // namespace polyfon::config
