// StreamEdge: the edge thread's half of SIP over TCP and TLS: ports, connections, framing, keep-alives and
// deadlines (RFC 3261 18, RFC 5626 4.4.1). It passes whole messages on and knows nothing of what is in them.
// thread: edge.
#pragma once
#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "net/connection_limits.h"
#include "net/loop.h"
#include "net/stream.h"
#include "net/stream_listener.h"
#include "sip/transaction/flow.h"

namespace polyfon::sip {

inline constexpr std::size_t kMaxStreamBacklog = 8u
                                                 << 20;  // bytes that control has not taken: reading pauses

struct StreamOptions {
  net::ConnectionLimits::Limits limits;
  base::Duration proof = std::chrono::seconds(30);   // to carry one valid message, or the rest of one
  base::Duration idle = std::chrono::seconds(7200);  // without a byte of the peer
  net::StreamLimits stream{.connect = std::chrono::seconds(4)};
};

// Written by edge, read by any.
struct StreamEdgeCounters {
  base::Counter keep_alives;      // CRLFCRLF that got its CRLF
  base::Counter closed_unproven;  // no valid message in time, or the rest of one
  base::Counter closed_idle;
  base::Counter closed_broken;     // Content-Length left open where the message ends
  base::Counter closed_slow;       // did not read what we sent
  base::Counter failed_handshake;  // TLS
  base::Counter unreachable;       // we could not connect
  base::Gauge connections;
};

class StreamEdge {
 public:
  // What one read brought.
  struct Batch {
    Flow flow;
    std::string bytes;
    std::vector<std::uint32_t> ends;  // of each message in `bytes`
    bool broken = false;              // the last is to be answered, and then the connection closed
  };
  struct Events {  // called on edge
    std::function<void(Batch)> on_batch;
    std::function<void(const Flow&, net::StreamEnd, std::string why)> on_closed;
  };
  struct Tls {
    std::shared_ptr<const net::TlsContext> server, client;
  };
  struct Target {
    Flow flow;  // its connection is the id of the new one
    base::SocketAddress local;
    std::string domain;  // TLS: who the server must be
  };

  StreamEdge(net::Loop& loop, const StreamOptions& options, Events events);
  ~StreamEdge();

  void set_options(const StreamOptions& options);  // for connections that come after it
  void set_tls(Tls tls) { tls_ = std::move(tls); }
  void listen(std::unique_ptr<net::StreamListener> listener, Protocol protocol, std::uint8_t index);
  void open(const Target& target);
  void send(std::uint32_t connection, std::string_view message);
  void finish(std::uint32_t connection);  // when all has been sent
  void shut_down();                       // closes everything, for good; the counters stay

  const StreamEdgeCounters& counters() const { return counters_; }
  const net::ConnectionLimits::Counters& limits() const { return limits_.counters(); }
  // Control has taken so many bytes. Any thread.
  void taken(std::size_t bytes) { backlog_.fetch_sub(bytes, std::memory_order_relaxed); }

 private:
  struct Connection;
  friend struct Connection;

  bool accept(Protocol protocol, std::uint8_t index, int fd, const base::SocketAddress& remote);
  net::Stream::Options stream_options(Protocol protocol, bool client, std::string domain) const;
  void pass_on(Batch batch);
  bool is_behind() const { return backlog_.load(std::memory_order_relaxed) > kMaxStreamBacklog; }
  void hold(Connection& connection);
  void release_held(base::Instant now);
  void remove(std::uint32_t id, net::StreamEnd end, const std::string& why);

  net::Loop& loop_;
  StreamOptions options_;
  Events events_;
  Tls tls_;
  net::ConnectionLimits limits_;
  StreamEdgeCounters counters_;
  std::atomic<std::size_t> backlog_{0};
  std::vector<std::unique_ptr<net::StreamListener>> listeners_;
  std::unordered_map<std::uint32_t, std::unique_ptr<Connection>> connections_;
  std::vector<std::uint32_t> held_;  // not read until control has caught up
  base::Timer held_timer_ = base::Timer::of<&StreamEdge::release_held>(this);
  bool closed_ = false;
  std::uint32_t last_id_ = 1;  // those that come are odd, those that we make even
};

}  // namespace polyfon::sip
