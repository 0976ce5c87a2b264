// SipReader: what the rows of sip.conf's tables write to: [general] with what every account begins with, then
// one account after the other. sip_keys.cpp has the keys that work, sip_not_yet.cpp those that are known.
// thread: any.
#pragma once
#include <optional>
#include <span>
#include <tuple>

#include "config/key.h"
#include "config/snapshot.h"

namespace polyfon::config {

struct SipReader {
  SipSettings settings;
  Endpoint endpoint;   // in [general]: the defaults
  bool typed = false;  // type= was read: the next one adds to it
  std::optional<base::SocketAddress> bind_address, tcp_address, tls_address;
  std::optional<std::uint16_t> bind_port;
  bool tcp = false;  // tcpenable

  template <class Part>
  Part& as() {
    return std::get<Part&>(std::tie(settings, endpoint, settings.tls));
  }
};

enum class SipScope { kGeneral, kAccount, kBoth };

struct SipKey {
  SipScope scope;
  Key<SipReader> key;
};
std::span<const SipKey> sip_keys();
std::span<const NotYet> sip_keys_not_yet();

// Values with a grammar of their own (sip_values.cpp: of accounts; sip_addresses.cpp: hosts, ports and
// networks; sip_transports.cpp: TCP and TLS).
void apply_type(SipReader& reader, const Variable& variable, Diagnostics& diagnostics);
void apply_md5_secret(SipReader& reader, const Variable& variable, Diagnostics& diagnostics);
void apply_caller_id(SipReader& reader, const Variable& variable, Diagnostics& diagnostics);
void apply_caller_name(SipReader& reader, const Variable& variable, Diagnostics& diagnostics);
void apply_caller_number(SipReader& reader, const Variable& variable, Diagnostics& diagnostics);
void apply_allow(SipReader& reader, const Variable& variable, Diagnostics& diagnostics);
void apply_disallow(SipReader& reader, const Variable& variable, Diagnostics& diagnostics);
void apply_dtmf_mode(SipReader& reader, const Variable& variable, Diagnostics& diagnostics);
void apply_nat(SipReader& reader, const Variable& variable, Diagnostics& diagnostics);
void apply_insecure(SipReader& reader, const Variable& variable, Diagnostics& diagnostics);
void apply_direct_media(SipReader& reader, const Variable& variable, Diagnostics& diagnostics);
void apply_qualify(SipReader& reader, const Variable& variable, Diagnostics& diagnostics);
void apply_call_group(SipReader& reader, const Variable& variable, Diagnostics& diagnostics);
void apply_pickup_group(SipReader& reader, const Variable& variable, Diagnostics& diagnostics);
void apply_set_variable(SipReader& reader, const Variable& variable, Diagnostics& diagnostics);
void apply_host(SipReader& reader, const Variable& variable, Diagnostics& diagnostics);
void apply_port(SipReader& reader, const Variable& variable, Diagnostics& diagnostics);
void apply_outbound_proxy(SipReader& reader, const Variable& variable, Diagnostics& diagnostics);
void apply_from_domain(SipReader& reader, const Variable& variable, Diagnostics& diagnostics);
void apply_permit(SipReader& reader, const Variable& variable, Diagnostics& diagnostics);
void apply_deny(SipReader& reader, const Variable& variable, Diagnostics& diagnostics);
void apply_bind_address(SipReader& reader, const Variable& variable, Diagnostics& diagnostics);
void apply_bind_port(SipReader& reader, const Variable& variable, Diagnostics& diagnostics);
void apply_external_address(SipReader& reader, const Variable& variable, Diagnostics& diagnostics);
void apply_local_network(SipReader& reader, const Variable& variable, Diagnostics& diagnostics);
void apply_transport(SipReader& reader, const Variable& variable, Diagnostics& diagnostics);
void apply_tcp_bind_address(SipReader& reader, const Variable& variable, Diagnostics& diagnostics);
void apply_tls_bind_address(SipReader& reader, const Variable& variable, Diagnostics& diagnostics);
void apply_dont_verify_server(SipReader& reader, const Variable& variable, Diagnostics& diagnostics);
void apply_tls_client_method(SipReader& reader, const Variable& variable, Diagnostics& diagnostics);
void apply_tls_old_version(SipReader& reader, const Variable& variable, Diagnostics& diagnostics);

std::optional<base::SocketAddress> address_to_listen_on(const Variable& variable, Diagnostics& diagnostics);
std::optional<std::filesystem::path> absolute_file(const Variable& variable, Diagnostics& diagnostics);
template <auto M>
void set_file(SipReader& reader, const Variable& variable, Diagnostics& diagnostics) {
  if (auto file = absolute_file(variable, diagnostics)) member<M>(reader) = std::move(*file);
}

// The listeners, when [general] has been read: those of sip.conf first, then polyfon.conf's.
void finish_listeners(SipReader& reader, const PolyfonSettings& polyfon, const Location& bind_where,
                      Diagnostics& diagnostics);

}  // namespace polyfon::config
