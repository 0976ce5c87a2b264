// UdpTransport: SIP over UDP on the control loop: receives batches, hands each datagram to a receiver, sends
// (RFC 3261 18). Several listeners; each is an index in Flow. thread: control.
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

inline constexpr std::size_t kMaxListeners = 64;
inline constexpr std::size_t kMaxSourceAddresses = 4096;  // remote hosts whose way out is remembered

struct UdpTransportCounters {
  base::Counter received, sent, send_errors;
  base::Counter pauses;  // reads that waited for more to come (gathering.h)
};

class UdpTransport final : public Sink {
 public:
  using Receiver = std::function<void(const Flow&, std::span<const char>, base::Instant now)>;

  explicit UdpTransport(net::Loop& loop);
  ~UdpTransport() override;

  // Adds a listener; the error names the port that is taken. kLimit above kMaxListeners.
  base::Result<std::uint8_t> listen(const base::SocketAddress& local);
  // Who gets what is received; nothing is read before it is set. A datagram is valid until he returns.
  // `failed` is told of a flow that the system refused after send() had taken the message: what is sent while
  // a batch is being handled leaves at its end.
  using Failed = std::function<void(const Flow&, base::Instant now)>;
  void set_receiver(Receiver receiver, Failed failed = {});
  // The address that remotes are shown for which `is_local` is false (externaddr); port 0: the listener's.
  // nullopt: every remote is shown the listener's own.
  using IsLocal = std::function<bool(const base::SocketAddress& remote)>;
  void set_external(std::optional<base::SocketAddress> external, IsLocal is_local);

  // A full socket buffer is a lost datagram, as on the way: only what can never leave is refused.
  bool send(const Flow& flow, std::string_view message) override;
  // A listener bound to a wildcard shows the address that the kernel sends from to that host (cached).
  base::SocketAddress advertised(const Flow& flow) override;

  std::vector<base::SocketAddress> listeners() const;
  const UdpTransportCounters& counters() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace polyfon::sip
