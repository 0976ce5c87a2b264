#include "main/sip_network.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/log.h"
#include "config/access.h"
#include "main/metrics.h"

namespace polyfon {

namespace {

sip::StreamOptions stream_options(const config::Snapshot& snapshot) {
  sip::StreamOptions options;
  options.limits = {.total = snapshot.polyfon.max_connections,
                    .per_host = snapshot.polyfon.max_connections_per_host,
                    .unproven = snapshot.sip.max_unproven};
  options.proof = snapshot.sip.connection_proof;
  options.idle = snapshot.polyfon.connection_idle;
  return options;
}

// Somebody calls us by TLS, or is called by it.
bool needs_tls(const config::Snapshot& snapshot) {
  return !snapshot.sip.tls_bind.empty() || std::ranges::any_of(snapshot.endpoints, [](const auto& endpoint) {
    return endpoint->transport.first == config::Transport::kTls;
  });
}

// Reads files: at start, then on a worker.
base::Result<sip::StreamEdge::Tls> read_certificates(const config::TlsSettings& settings, bool listens) {
  using net::TlsContext;
  sip::StreamEdge::Tls tls;
  net::TlsOptions options{.certificate_file = settings.certificate_file,
                          .key_file = settings.key_file,
                          .ca_file = settings.ca_file,
                          .ca_path = settings.ca_path,
                          .ciphers = settings.ciphers,
                          .only_tls13 = settings.only_tls13,
                          .verify_peer = settings.verify_server};
  auto client = TlsContext::make(TlsContext::Side::kClient, options);
  if (!client) return std::unexpected(client.error());
  tls.client = std::move(*client);
  if (!listens) return tls;
  options.verify_peer = settings.verify_client;
  auto server = TlsContext::make(TlsContext::Side::kServer, options);
  if (!server) return std::unexpected(server.error());
  tls.server = std::move(*server);
  return tls;
}

void tell(const config::TlsSettings& settings, const sip::StreamEdge::Tls& tls) {
  if (tls.server)
    base::log_notice("sip", "TLS: the certificate in {} is good until {}", settings.certificate_file.string(),
                     tls.server->expiry());
}

std::optional<std::uint8_t> listener_for(const std::vector<base::SocketAddress>& all,
                                         const base::SocketAddress& remote) {
  auto own = std::ranges::find(all, remote.is_v6(), &base::SocketAddress::is_v6);
  if (own == all.end()) return std::nullopt;
  return static_cast<std::uint8_t>(own - all.begin());
}

}  // namespace

SipNetwork::SipNetwork(net::Loop& control, net::Loop& edge, const config::Snapshot& snapshot,
                       call::Offload offload)
    : offload_(std::move(offload)), udp_(control), streams_(control, edge, stream_options(snapshot)) {}

base::Result<> SipNetwork::listen(const config::Snapshot& snapshot, sip::UserAgent& user_agent) {
  auto receive = [&user_agent](const sip::Flow& flow, std::span<const char> bytes, base::Instant now) {
    user_agent.receive(flow, bytes, now);
  };
  auto failed = [&user_agent](const sip::Flow& flow, base::Instant now) {
    user_agent.flow_failed(flow, now);
  };
  udp_.set_receiver(receive, failed);
  streams_.set_receiver(receive, failed);
  if (needs_tls(snapshot)) {
    auto tls = read_certificates(snapshot.sip.tls, !snapshot.sip.tls_bind.empty());
    if (!tls)
      return base::fail(
          tls.error().code,
          fmt::format("{}; the tls keys in [general] of sip.conf name the files", tls.error().text));
    tell(snapshot.sip.tls, *tls);
    tls_ = true;
    streams_.set_tls(std::move(*tls));
  }
  return bind(snapshot.sip);
}

base::Result<> SipNetwork::bind(const config::SipSettings& sip) {
  auto refused = [](const base::Error& error, std::string_view key) {
    return base::fail(error.code, fmt::format("{}; {} in [general] of sip.conf and listen in [sip] of "
                                              "polyfon.conf say where to listen",
                                              error.text, key));
  };
  for (const auto& address : sip.bind)
    if (auto listener = udp_.listen(address); !listener) return refused(listener.error(), "udpbindaddr");
  for (const auto& address : sip.tcp_bind)
    if (auto listener = streams_.listen(sip::Protocol::kTcp, address); !listener)
      return refused(listener.error(), "tcpbindaddr");
  for (const auto& address : sip.tls_bind)
    if (auto listener = streams_.listen(sip::Protocol::kTls, address); !listener)
      return refused(listener.error(), "tlsbindaddr");
  return {};
}

void SipNetwork::apply(const config::Snapshot& snapshot) {
  streams_.set_options(stream_options(snapshot));
  if (!needs_tls(snapshot)) return;
  const bool listens = !streams_.listeners(sip::Protocol::kTls).empty();
  auto tls = std::make_shared<base::Result<sip::StreamEdge::Tls>>();
  offload_([tls, settings = snapshot.sip.tls, listens] { *tls = read_certificates(settings, listens); },
           [this, tls, settings = snapshot.sip.tls, alive = std::weak_ptr(alive_)] {
             if (alive.expired()) return;
             if (!*tls)
               return base::log_error("sip", "{}; the certificates before stay in use", tls->error().text);
             tell(settings, **tls);
             tls_ = true;
             streams_.set_tls(std::move(**tls));
           });
}

void SipNetwork::set_external(const std::optional<base::SocketAddress>& external,
                              const config::SipSettings& sip) {
  auto is_local = [networks = sip.local_networks](const base::SocketAddress& remote) {
    return std::ranges::any_of(networks,
                               [&](const auto& network) { return config::matches(network, remote); });
  };
  udp_.set_external(external, is_local);
  streams_.set_external(external, sip.external_tcp_port, sip.external_tls_port, is_local);
}

std::optional<sip::Flow> SipNetwork::way_to(sip::Protocol protocol, const base::SocketAddress& remote) const {
  std::optional<std::uint8_t> listener;
  switch (protocol) {
    case sip::Protocol::kUdp: listener = listener_for(udp_.listeners(), remote); break;
    // Connections can be made without a listener of that family.
    case sip::Protocol::kTls:
      if (!tls_) return std::nullopt;
      [[fallthrough]];
    case sip::Protocol::kTcp:
      listener = listener_for(streams_.listeners(protocol), remote).value_or(0);
      break;
    default: break;
  }
  if (!listener) return std::nullopt;
  return sip::Flow{.protocol = protocol, .listener = *listener, .remote = remote};
}

std::vector<sip::Protocol> SipNetwork::protocols() const {
  std::vector<sip::Protocol> all{sip::Protocol::kUdp};
  if (!streams_.listeners(sip::Protocol::kTcp).empty()) all.push_back(sip::Protocol::kTcp);
  if (tls_) all.push_back(sip::Protocol::kTls);
  return all;
}

void SipNetwork::add_metrics(base::MetricsRegistry& registry, const sip::UserAgent& user_agent) const {
  polyfon::add_metrics(registry, user_agent, udp_);
  polyfon::add_metrics(registry, streams_);
}

}  // namespace polyfon
