// UdpTransport: SIP over UDP on the control loop: receives batches, hands each datagram to a receiver, sends (RFC 3261
// 18). Several listeners; each is an index in Flow. thread: control.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/metrics.h"
#include "base/result.h"
#include "net/loop.h"
#include "net/udp_socket.h"
#include "sip/transaction/flow.h"

namespace polyfon::sip {

struct UdpTransportCounters {
  base::Counter received, sent, send_errors;
};

class UdpTransport final : public Sink {
 public:
  using Receiver = std::function<void(const Flow&, std::span<const char>, base::Instant now)>;

  explicit UdpTransport(net::Loop& loop);
  ~UdpTransport() override;

  // Adds a listener; the error names the port that is taken.
  base::Result<std::uint8_t> listen(const base::SocketAddress& local);
  // The address that remotes outside `local_networks` are shown (externaddr); nullopt: the listener's own.
  void set_receiver(Receiver receiver);

  bool send(const Flow& flow, std::string_view message) override;
  base::SocketAddress advertised(const Flow& flow) override;

  std::vector<base::SocketAddress> listeners() const;
  const UdpTransportCounters& counters() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace polyfon::sip
