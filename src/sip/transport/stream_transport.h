// StreamTransport: SIP over TCP and TLS (RFC 3261 18, RFC 5922, RFC 5923): the control thread's half: which
// connections there are, which of them a message goes by, and what fails with them. The sockets are in
// StreamEdge, on the edge thread. thread: control, but for shut_down().
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
#include "sip/transaction/flow.h"
#include "sip/transport/stream_edge.h"

namespace polyfon::sip {

inline constexpr std::size_t kMaxStreamListeners = 64;    // of one protocol
inline constexpr std::size_t kMaxOutgoingStreams = 4096;  // connections that we have made
inline constexpr std::size_t kMaxRefusals = 4096;         // hosts that are known not to take TCP

// Written by control.
struct StreamCounters {
  base::Counter received, sent, opened, reused, failed;
  base::Counter no_way;  // a message that no connection could carry: refused at once
};

class StreamTransport final : public Sink {
 public:
  using Receiver = std::function<void(const Flow&, std::span<const char>, base::Instant now)>;
  using Failed = std::function<void(const Flow&, base::Instant now)>;
  using IsLocal = std::function<bool(const base::SocketAddress& remote)>;

  StreamTransport(net::Loop& control, net::Loop& edge, const StreamOptions& options = {});
  ~StreamTransport() override;
  // Closes every connection. On the edge thread (or when that has not begun), before its loop goes.
  void shut_down();

  void set_receiver(Receiver receiver, Failed failed);
  void set_options(const StreamOptions& options);
  // For connections that come after it. A null client: TLS cannot be called out.
  void set_tls(StreamEdge::Tls tls);
  // The index among the listeners of that protocol. The error names the port that is taken; TLS needs
  // set_tls() first.
  base::Result<std::uint8_t> listen(Protocol protocol, const base::SocketAddress& local);
  // As UdpTransport's; the ports of TCP and TLS outside, 0: the listener's.
  void set_external(std::optional<base::SocketAddress> external, std::uint16_t tcp_port,
                    std::uint16_t tls_port, IsLocal is_local);

  // By the connection of the flow; when that has gone, by a new one to reply_port; without one, by whichever
  // goes to `remote`. What fails later is told by Failed.
  bool send(const Flow& flow, std::string_view message) override;
  base::SocketAddress advertised(const Flow& flow) override;
  std::optional<Flow> stream_instead(const Flow& udp) override;

  std::vector<base::SocketAddress> listeners(Protocol protocol) const;
  std::size_t connections() const;  // that have carried a message
  const StreamCounters& counters() const;
  const StreamEdgeCounters& edge_counters() const;
  const net::ConnectionLimits::Counters& limits() const;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

// The host of the next hop that a message is for: of a request its first Route or its Request-URI, of a
// response the sent-by of its top Via (RFC 5922 7.1, RFC 3263 4). Empty: it cannot be told.
std::string_view next_hop_host(std::string_view message);

}  // namespace polyfon::sip
