#include "sip/transport/stream_transport.h"

#include <algorithm>
#include <unordered_map>

#include <fmt/format.h>

#include "base/log.h"
#include "base/text.h"
#include "net/udp_socket.h"
#include "sip/message/headers.h"
#include "sip/transport/source_cache.h"
#include "sip/transport/udp_transport.h"

namespace polyfon::sip {

namespace {

constexpr base::Duration kAnswerTime =
    std::chrono::seconds(64);  // no request waits longer for its first answer
constexpr base::Duration kRefusedTime = std::chrono::minutes(10);  // then a host is asked again for TCP
constexpr unsigned kFailureLines = 10;                             // a minute

std::size_t kind_of(Protocol protocol) { return is_secure(protocol) ? 1 : 0; }

// Where a new connection goes when that of the flow has gone.
base::SocketAddress target_of(const Flow& flow) {
  base::SocketAddress target = flow.remote;
  if (flow.connection != 0 && flow.reply_port != 0) target.set_port(flow.reply_port);
  return target;
}

}  // namespace

std::string_view next_hop_host(std::string_view text) {
  const Message message(std::span<const char>(text.data(), text.size()));
  if (!message.is_request()) {
    auto via = parse_via(message.header(Header::kVia).value_or(""));
    return via ? via->host : std::string_view();
  }
  std::string_view next = message.request_uri();
  if (auto route = message.header(Header::kRoute)) {
    auto first = parse_name_addr(next_in_list(*route).value_or(""));
    if (first) next = first->uri_text;
  }
  auto uri = Uri::parse(next);
  return uri ? uri->host : std::string_view();
}

struct StreamTransport::Impl : std::enable_shared_from_this<Impl> {
  struct Known {
    Flow flow;
    bool outgoing = false;
    std::string domain;                     // of an outgoing one with TLS
    base::Instant request_sent{};           // the last
    std::vector<std::uint32_t> stands_for;  // connections that have gone, whose flows it carries
  };

  Impl(net::Loop& control_loop, net::Loop& edge_loop, const StreamOptions& options)
      : control(control_loop), edge_thread(edge_loop) {
    edge = std::make_shared<StreamEdge>(
        edge_thread, options,
        StreamEdge::Events{[this](StreamEdge::Batch batch) { post_batch(std::move(batch)); },
                           [this](const Flow& flow, net::StreamEnd end, std::string why) {
                             post_closed(flow, end, std::move(why));
                           }});
  }

  // --- edge to control and back ---
  void post_batch(StreamEdge::Batch batch) {
    control.post([weak = weak_from_this(), batch = std::move(batch)] {
      if (auto self = weak.lock()) self->take(batch);
    });
  }
  void post_closed(const Flow& flow, net::StreamEnd end, std::string why) {
    control.post([weak = weak_from_this(), flow, end, why = std::move(why)] {
      if (auto self = weak.lock()) self->closed(flow, end, why);
    });
  }
  template <class Do>
  void on_edge(Do work) {
    edge_thread.post([weak = std::weak_ptr(edge), work = std::move(work)]() mutable {
      if (auto there = weak.lock()) work(*there);
    });
  }

  // --- what comes ---
  void take(const StreamEdge::Batch& batch) {
    edge->taken(batch.bytes.size());
    const std::uint32_t id = batch.flow.connection;
    if (auto [known, fresh] = connections.try_emplace(id); fresh) add(known->second, batch.flow);
    std::size_t begin = 0;
    for (const std::uint32_t end : batch.ends) {
      counters.received.add();
      const std::span<const char> message(batch.bytes.data() + begin, end - begin);
      begin = end;
      if (receiver) receiver(batch.flow, message, control.now());
    }
    if (batch.broken) on_edge([id](StreamEdge& there) { there.finish(id); });
  }

  void add(Known& known, const Flow& flow) {
    known.flow = flow;
    by_remote.emplace(flow.remote, flow.connection);
  }

  void closed(const Flow& flow, net::StreamEnd end, const std::string& why) {
    auto gone = connections.extract(flow.connection);
    if (gone.empty()) return;
    const Known& known = gone.mapped();
    auto [begin, last] = by_remote.equal_range(flow.remote);
    for (auto it = begin; it != last; ++it)
      if (it->second == flow.connection) {
        by_remote.erase(it);
        break;
      }
    if (known.outgoing) {
      --outgoing;
      const bool never = end == net::StreamEnd::kUnreachable || end == net::StreamEnd::kHandshake;
      if (never) tell_failure(known, why);
      if (end == net::StreamEnd::kUnreachable) remember_refusal(flow.remote);
    }
    if (known.request_sent == base::Instant{} || control.now() - known.request_sent > kAnswerTime) return;
    counters.failed.add();
    if (!failed) return;
    failed(flow, control.now());
    for (const std::uint32_t id : known.stands_for) {
      Flow before = flow;
      before.connection = id;
      failed(before, control.now());
    }
  }

  void tell_failure(const Known& known, const std::string& why) {
    if (!failure_log.allow(control.now())) return;
    base::log_notice("sip", "no {} connection with {}: {}", to_string(known.flow.protocol),
                     known.flow.remote.to_string(), why);
  }

  void remember_refusal(const base::SocketAddress& remote) {
    if (refused_until.size() >= kMaxRefusals) refused_until.clear();
    refused_until[remote] = control.now() + kRefusedTime;
  }

  // --- what goes ---
  bool send(const Flow& flow, std::string_view message) {
    Known* known = find(flow, message);
    if (!known) known = open(flow, message);
    if (!known) {
      counters.no_way.add();
      return false;
    }
    counters.sent.add();
    if (!message.starts_with("SIP/2.0 ")) known->request_sent = control.now();
    on_edge([id = known->flow.connection, text = std::string(message)](StreamEdge& there) {
      there.send(id, text);
    });
    return true;
  }

  Known* find(const Flow& flow, std::string_view message) {
    if (flow.connection != 0)
      if (auto known = connections.find(flow.connection); known != connections.end()) return &known->second;
    auto [begin, end] = by_remote.equal_range(target_of(flow));
    for (auto it = begin; it != end; ++it) {
      Known& known = connections.at(it->second);
      if (known.flow.protocol != flow.protocol || !may_reuse(known, message)) continue;
      if (flow.connection != 0) stand_in(known, flow.connection);
      counters.reused.add();
      return &known;
    }
    return nullptr;
  }

  // RFC 5923 8.1, RFC 5922 4: a connection that the peer made says nothing of who it is; one that was made
  // for a domain is that domain's.
  bool may_reuse(const Known& known, std::string_view message) const {
    if (!is_secure(known.flow.protocol) || !tls_client || !tls_client->verifies_peer()) return true;
    return known.outgoing && base::iequals(known.domain, next_hop_host(message));
  }

  static void stand_in(Known& known, std::uint32_t id) {
    if (std::ranges::find(known.stands_for, id) == known.stands_for.end()) known.stands_for.push_back(id);
  }

  Known* open(const Flow& flow, std::string_view message) {
    const bool secure = is_secure(flow.protocol);
    if (outgoing >= kMaxOutgoingStreams || (secure && !tls_client)) return nullptr;
    if (flow.protocol != Protocol::kTcp && flow.protocol != Protocol::kTls) return nullptr;
    const base::SocketAddress remote = target_of(flow);
    if (remote.port() == 0 || remote.is_unspecified() || remote.is_multicast()) return nullptr;
    do last_id += 2;
    while (last_id == 0 || connections.contains(last_id));
    StreamEdge::Target target{{flow.protocol, flow.listener, remote, last_id}, {}, {}};
    if (const base::SocketAddress* own = listener_of(flow)) {
      target.local = *own;
      target.local.set_port(0);
    }
    if (secure) target.domain = next_hop_host(message);
    Known& known = connections[last_id];
    add(known, target.flow);
    known.outgoing = true;
    known.domain = target.domain;
    if (flow.connection != 0) stand_in(known, flow.connection);
    ++outgoing;
    counters.opened.add();
    on_edge([target](StreamEdge& there) { there.open(target); });
    return &known;
  }

  // --- what we are ---
  // The listener of the flow; when that speaks another address family, the first that speaks this one.
  const base::SocketAddress* listener_of(const Flow& flow) const {
    const auto& all = listeners[kind_of(flow.protocol)];
    const bool v6 = flow.remote.is_v6();
    if (flow.listener < all.size() && all[flow.listener].is_v6() == v6) return &all[flow.listener];
    auto other = std::ranges::find_if(all, [v6](const auto& address) { return address.is_v6() == v6; });
    return other == all.end() ? nullptr : &*other;
  }

  base::SocketAddress advertised(const Flow& flow) {
    const base::SocketAddress* listener = listener_of(flow);
    // Without a listener of ours the peer can reach us by its connection alone.
    base::SocketAddress own;
    if (listener)
      own = *listener;
    else
      own.set_port(default_port(flow.protocol));
    if (external && external->is_v6() == flow.remote.is_v6() && !(is_local && is_local(flow.remote))) {
      base::SocketAddress shown = *external;
      const std::uint16_t port = external_ports[kind_of(flow.protocol)];
      shown.set_port(port != 0 ? port : own.port());
      return shown;
    }
    if (listener && !own.is_unspecified()) return own;
    base::SocketAddress source = sources.find(flow.remote).value_or(own);
    source.set_port(own.port());
    return source;
  }

  net::Loop& control;
  net::Loop& edge_thread;
  std::shared_ptr<StreamEdge> edge;
  Receiver receiver;
  Failed failed;
  std::shared_ptr<const net::TlsContext> tls_server, tls_client;
  std::vector<base::SocketAddress> listeners[2];  // TCP, TLS
  std::unordered_map<std::uint32_t, Known> connections;
  std::unordered_multimap<base::SocketAddress, std::uint32_t> by_remote;
  std::unordered_map<base::SocketAddress, base::Instant> refused_until;
  std::size_t outgoing = 0;
  std::uint32_t last_id = 0;
  std::optional<base::SocketAddress> external;
  std::uint16_t external_ports[2] = {};
  IsLocal is_local;
  SourceCache sources{kMaxSourceAddresses, net::source_address_for};
  base::LogLimit failure_log{kFailureLines, std::chrono::minutes(1)};
  StreamCounters counters;
};

StreamTransport::StreamTransport(net::Loop& control, net::Loop& edge, const StreamOptions& options)
    : impl_(std::make_shared<Impl>(control, edge, options)) {}
StreamTransport::~StreamTransport() = default;

void StreamTransport::shut_down() { impl_->edge->shut_down(); }

void StreamTransport::set_receiver(Receiver receiver, Failed failed) {
  impl_->receiver = std::move(receiver);
  impl_->failed = std::move(failed);
}

void StreamTransport::set_options(const StreamOptions& options) {
  impl_->on_edge([options](StreamEdge& there) { there.set_options(options); });
}

void StreamTransport::set_tls(StreamEdge::Tls tls) {
  impl_->tls_server = tls.server;
  impl_->tls_client = tls.client;
  impl_->on_edge([tls = std::move(tls)](StreamEdge& there) mutable { there.set_tls(std::move(tls)); });
}

base::Result<std::uint8_t> StreamTransport::listen(Protocol protocol, const base::SocketAddress& local) {
  auto& all = impl_->listeners[kind_of(protocol)];
  if (is_secure(protocol) && !impl_->tls_server)
    return base::fail(base::ErrorCode::kInvalid,
                      fmt::format("TLS {}: there is no certificate to show", local.to_string()));
  if (all.size() >= kMaxStreamListeners)
    return base::fail(base::ErrorCode::kLimit,
                      fmt::format("{}: there are {} listeners already", local.to_string(), all.size()));
  auto listener = net::StreamListener::bind(local);
  if (!listener) return std::unexpected(std::move(listener.error()));
  const auto index = static_cast<std::uint8_t>(all.size());
  all.push_back((*listener)->local());
  impl_->on_edge([protocol, index, taken = std::move(*listener)](StreamEdge& there) mutable {
    there.listen(std::move(taken), protocol, index);
  });
  return index;
}

void StreamTransport::set_external(std::optional<base::SocketAddress> external, std::uint16_t tcp_port,
                                   std::uint16_t tls_port, IsLocal is_local) {
  impl_->external = std::move(external);
  impl_->external_ports[0] = tcp_port;
  impl_->external_ports[1] = tls_port;
  impl_->is_local = std::move(is_local);
}

bool StreamTransport::send(const Flow& flow, std::string_view message) { return impl_->send(flow, message); }
base::SocketAddress StreamTransport::advertised(const Flow& flow) { return impl_->advertised(flow); }

std::optional<Flow> StreamTransport::stream_instead(const Flow& udp) {
  const auto& all = impl_->listeners[kind_of(Protocol::kTcp)];
  auto own =
      std::ranges::find_if(all, [&](const auto& address) { return address.is_v6() == udp.remote.is_v6(); });
  if (own == all.end()) return std::nullopt;
  auto refused = impl_->refused_until.find(udp.remote);
  if (refused != impl_->refused_until.end()) {
    if (refused->second > impl_->control.now()) return std::nullopt;
    impl_->refused_until.erase(refused);
  }
  return Flow{Protocol::kTcp, static_cast<std::uint8_t>(own - all.begin()), udp.remote};
}

std::vector<base::SocketAddress> StreamTransport::listeners(Protocol protocol) const {
  return impl_->listeners[kind_of(protocol)];
}
std::size_t StreamTransport::connections() const { return impl_->connections.size(); }
const StreamCounters& StreamTransport::counters() const { return impl_->counters; }
const StreamEdgeCounters& StreamTransport::edge_counters() const { return impl_->edge->counters(); }
const net::ConnectionLimits::Counters& StreamTransport::limits() const { return impl_->edge->limits(); }

}  // namespace polyfon::sip
