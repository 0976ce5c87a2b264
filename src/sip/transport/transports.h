// Transports: the one Sink of the exchange: hands each message to the transport of its flow's protocol.
// thread: control.
#pragma once
#include <optional>
#include <string_view>

#include "sip/transaction/flow.h"

namespace polyfon::sip {

class Transports final : public Sink {
 public:
  Transports(Sink& datagrams, Sink& streams) : datagrams_(datagrams), streams_(streams) {}

  bool send(const Flow& flow, std::string_view message) override { return of(flow).send(flow, message); }
  base::SocketAddress advertised(const Flow& flow) override { return of(flow).advertised(flow); }
  std::optional<Flow> stream_instead(const Flow& flow) override { return streams_.stream_instead(flow); }

 private:
  Sink& of(const Flow& flow) { return flow.protocol == Protocol::kUdp ? datagrams_ : streams_; }

  Sink& datagrams_;
  Sink& streams_;
};

}  // namespace polyfon::sip
