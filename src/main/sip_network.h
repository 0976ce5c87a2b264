// SipNetwork: every way by which SIP comes and goes: UDP, TCP and TLS, their listeners, certificates and
// limits, as the configuration says. thread: control, but for shut_down().
#pragma once
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "base/metrics.h"
#include "base/result.h"
#include "call/exchange.h"
#include "config/snapshot.h"
#include "net/loop.h"
#include "sip/dialog/user_agent.h"
#include "sip/transport/stream_transport.h"
#include "sip/transport/transports.h"
#include "sip/transport/udp_transport.h"

namespace polyfon {

class SipNetwork {
 public:
  SipNetwork(net::Loop& control, net::Loop& edge, const config::Snapshot& snapshot, call::Offload offload);

  sip::Sink& sink() { return transports_; }
  // Reads the certificates, binds every address, and hands what comes to the user agent. At start only.
  base::Result<> listen(const config::Snapshot& snapshot, sip::UserAgent& user_agent);
  // Reload: limits at once; certificates as soon as a worker has read them. When they cannot be used, those
  // before stay. Listeners are as they were at start.
  void apply(const config::Snapshot& snapshot);
  // What hosts outside of localnet= see of us; nullopt: what we are.
  void set_external(const std::optional<base::SocketAddress>& external, const config::SipSettings& sip);
  // The edge thread, before its loop ends.
  void shut_down() { streams_.shut_down(); }

  // By the first listener of that address family; nullopt: that is not spoken here.
  std::optional<sip::Flow> way_to(sip::Protocol protocol, const base::SocketAddress& remote) const;
  std::vector<sip::Protocol> protocols() const;  // that are spoken, the preferred first
  void add_metrics(base::MetricsRegistry& registry, const sip::UserAgent& user_agent) const;

 private:
  base::Result<> bind(const config::SipSettings& sip);

  call::Offload offload_;
  sip::UdpTransport udp_;
  sip::StreamTransport streams_;
  sip::Transports transports_{udp_, streams_};
  bool tls_ = false;  // can be called out by
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace polyfon
