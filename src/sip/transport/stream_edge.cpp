#include "sip/transport/stream_edge.h"

#include <utility>

#include "sip/transport/stream_framing.h"

namespace polyfon::sip {

namespace {

constexpr base::Duration kLookAgain = std::chrono::milliseconds(5);  // whether control has caught up
constexpr std::string_view kPong = "\r\n";

}  // namespace

struct StreamEdge::Connection final : net::StreamHandler {
  Connection(StreamEdge& owner, const Flow& way, bool by_us)
      : edge(owner),
        flow(way),
        outgoing(by_us),
        proven(by_us),
        deadline(base::Timer::of<&Connection::expire>(this)) {
    arm(outgoing ? edge.options_.idle : edge.options_.proof);
  }
  ~Connection() override {
    stream.reset();
    if (!outgoing) edge.limits_.release(flow.remote, proven);
    edge.counters_.connections.add(-1);
  }

  void on_open() override {}

  void on_bytes(std::span<const char> bytes) override {
    framing.append(bytes);
    Batch batch;
    batch.flow = flow;
    for (auto frame = framing.next(); frame.kind != StreamFraming::Kind::kMore; frame = framing.next()) {
      if (frame.kind == StreamFraming::Kind::kPing) {
        edge.counters_.keep_alives.add();
        stream->send(kPong);
        continue;
      }
      if (frame.valid) prove();
      batch.broken = frame.kind == StreamFraming::Kind::kBroken;
      batch.bytes.append(frame.bytes.data(), frame.bytes.size());
      batch.ends.push_back(static_cast<std::uint32_t>(batch.bytes.size()));
      if (batch.broken) break;
    }
    set_deadline();
    if (batch.broken) {
      edge.counters_.closed_broken.add();
      stream->pause();
    }
    if (!batch.ends.empty()) edge.pass_on(std::move(batch));
    if (edge.is_behind()) edge.hold(*this);
  }

  void prove() {
    if (std::exchange(proven, true)) return;
    edge.limits_.prove(flow.remote);
  }

  // A message must be whole in time, however slowly it drips.
  void set_deadline() {
    if (!proven) return;
    const bool partial = framing.pending() > 0 && !framing.broken();
    if (!partial)
      arm(edge.options_.idle);
    else if (!waits_for_rest)
      arm(edge.options_.proof);
    waits_for_rest = partial;
  }

  void arm(base::Duration in) { edge.loop_.timers().arm(deadline, edge.loop_.now() + in); }

  void expire(base::Instant) {
    const bool slow = !proven || waits_for_rest;
    (slow ? edge.counters_.closed_unproven : edge.counters_.closed_idle).add();
    edge.remove(flow.connection, net::StreamEnd::kSlowPeer,
                slow ? "no whole message in time" : "nothing came for long");
  }

  void on_closed(net::StreamEnd end, const std::string& why) override {
    if (end == net::StreamEnd::kSlowPeer) edge.counters_.closed_slow.add();
    if (end == net::StreamEnd::kHandshake) edge.counters_.failed_handshake.add();
    if (end == net::StreamEnd::kUnreachable) edge.counters_.unreachable.add();
    edge.remove(flow.connection, end, why);
  }

  StreamEdge& edge;
  const Flow flow;
  const bool outgoing;
  bool proven;
  bool waits_for_rest = false;
  bool told = false;  // control knows of it
  StreamFraming framing;
  base::Timer deadline;
  std::unique_ptr<net::Stream> stream;
};

StreamEdge::StreamEdge(net::Loop& loop, const StreamOptions& options, Events events)
    : loop_(loop), options_(options), events_(std::move(events)), limits_(options.limits) {}
StreamEdge::~StreamEdge() = default;

void StreamEdge::set_options(const StreamOptions& options) {
  options_ = options;
  limits_.set(options.limits);
}

void StreamEdge::listen(std::unique_ptr<net::StreamListener> listener, Protocol protocol,
                        std::uint8_t index) {
  if (closed_) return;
  listener->start(loop_, [this, protocol, index](int fd, const base::SocketAddress& remote) {
    return accept(protocol, index, fd, remote);
  });
  listeners_.push_back(std::move(listener));
}

net::Stream::Options StreamEdge::stream_options(Protocol protocol, bool client, std::string domain) const {
  net::Stream::Options options{nullptr, std::move(domain), options_.stream};
  if (is_secure(protocol)) options.tls = client ? tls_.client : tls_.server;
  return options;
}

bool StreamEdge::accept(Protocol protocol, std::uint8_t index, int fd, const base::SocketAddress& remote) {
  if (!limits_.admit(remote)) return false;
  do last_id_ += 2;
  while (connections_.contains(last_id_));
  counters_.connections.add(1);
  auto connection = std::make_unique<Connection>(*this, Flow{protocol, index, remote, last_id_}, false);
  connection->stream =
      std::make_unique<net::Stream>(loop_, fd, stream_options(protocol, false, {}), *connection);
  connections_.emplace(last_id_, std::move(connection));
  return true;
}

void StreamEdge::shut_down() {
  closed_ = true;
  held_timer_.cancel();
  listeners_.clear();
  connections_.clear();
}

void StreamEdge::open(const Target& target) {
  if (closed_) return;
  counters_.connections.add(1);
  auto connection = std::make_unique<Connection>(*this, target.flow, true);
  connection->told = true;
  connection->stream =
      std::make_unique<net::Stream>(loop_, target.local, target.flow.remote,
                                    stream_options(target.flow.protocol, true, target.domain), *connection);
  connections_.emplace(target.flow.connection, std::move(connection));
}

void StreamEdge::send(std::uint32_t id, std::string_view message) {
  const auto found = connections_.find(id);
  if (found != connections_.end()) found->second->stream->send(message);
}

void StreamEdge::finish(std::uint32_t id) {
  const auto found = connections_.find(id);
  if (found != connections_.end()) found->second->stream->finish();
}

void StreamEdge::pass_on(Batch batch) {
  connections_.at(batch.flow.connection)->told = true;
  backlog_.fetch_add(batch.bytes.size(), std::memory_order_relaxed);
  events_.on_batch(std::move(batch));
}

// TCP itself slows the peers down while control works off what it has.
void StreamEdge::hold(Connection& connection) {
  connection.stream->pause();
  held_.push_back(connection.flow.connection);
  if (!held_timer_.armed()) loop_.timers().arm(held_timer_, loop_.now() + kLookAgain);
}

void StreamEdge::release_held(base::Instant now) {
  if (is_behind()) {
    loop_.timers().arm(held_timer_, now + kLookAgain);
    return;
  }
  for (const std::uint32_t id : std::exchange(held_, {})) {
    const auto found = connections_.find(id);
    if (found != connections_.end() && !found->second->framing.broken()) found->second->stream->resume();
  }
}

void StreamEdge::remove(std::uint32_t id, net::StreamEnd end, const std::string& why) {
  const auto connection = connections_.extract(id);
  if (connection.empty()) return;
  const Connection& gone = *connection.mapped();
  if (gone.told) events_.on_closed(gone.flow, end, why);
}

}  // namespace polyfon::sip
