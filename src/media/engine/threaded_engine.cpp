#include "media/engine/threaded_engine.h"

#include <algorithm>

#include <fmt/format.h>

#include "net/udp_socket.h"

namespace polyfon::media {

namespace {

constexpr unsigned kMaxThreads = 64;
constexpr unsigned kMaxBindAttempts = 64;  // ports that other programs hold, in one open()

std::array<char, kCnameBytes> random_cname(base::Random& random) {
  auto token = random.token(kCnameBytes);
  std::array<char, kCnameBytes> cname;
  std::ranges::copy(token, cname.begin());
  return cname;
}

}  // namespace

std::unique_ptr<Engine> make_threaded_engine(EngineOptions options,
                                             std::function<void(std::move_only_function<void()>)> post) {
  return std::make_unique<ThreadedEngine>(options, std::move(post));
}

ThreadedEngine::ThreadedEngine(const EngineOptions& options, Post post)
    : options_(options),
      post_(std::make_shared<Post>(std::move(post))),
      ports_(options.first_port, options.last_port),
      self_(std::make_shared<ThreadedEngine*>(this)) {
  unsigned count = std::clamp(options.threads, 1u, kMaxThreads);
  load_.resize(count);
  // Notices are posted to control, where the engine may be gone by then: they find it by `self`, which only
  // control uses.
  auto deliver = [post = post_, self = std::weak_ptr(self_)](Notices notices) {
    (*post)([self, notices = std::move(notices)] {
      if (auto engine = self.lock()) (*engine)->on_notices(notices);
    });
  };
  for (unsigned i = 0; i < count; ++i) threads_.push_back(std::make_unique<MediaThread>(i, deliver));
}

ThreadedEngine::~ThreadedEngine() {
  for (auto& thread : threads_) thread->stop();
  for (auto& thread : threads_) thread->join();
}

std::size_t ThreadedEngine::least_loaded() const {
  return static_cast<std::size_t>(std::ranges::min_element(load_) - load_.begin());
}

base::Result<StreamSockets> ThreadedEngine::bind_pair(base::SocketAddress& local) {
  base::Error last;
  for (unsigned attempt = 0; attempt < kMaxBindAttempts; ++attempt) {
    auto port = ports_.take(random_, now());
    if (!port) return std::unexpected(port.error());
    local.set_port(*port);
    auto sockets = StreamSockets::bind(local, options_.type_of_service);
    if (sockets) return sockets;
    ports_.give_back(*port, now());
    if (sockets.error().code != base::ErrorCode::kExists) return sockets;
    last = sockets.error();
  }
  return base::fail(base::ErrorCode::kUnavailable,
                    fmt::format("other programs hold the RTP ports: {}", last.text));
}

base::Result<StreamId> ThreadedEngine::open(const base::SocketAddress& local_host, StreamId near) {
  auto local = local_host;
  auto sockets = bind_pair(local);
  if (!sockets) return std::unexpected(sockets.error());
  const Entry* neighbour = streams_.find(near);
  StreamId id = streams_.emplace();
  Entry& entry = *streams_.find(id);
  entry.local = local;
  entry.thread = neighbour ? neighbour->thread : least_loaded();
  start(id, entry, std::move(*sockets));
  return id;
}

void ThreadedEngine::start(StreamId id, const Entry& entry, StreamSockets sockets) {
  ++load_[entry.thread];
  // RFC 3550 5.1: SSRC, first sequence number and first timestamp are random.
  Stream::Init init{.id = id,
                    .counters = entry.counters,
                    .identity = {.ssrc = static_cast<std::uint32_t>(random_.next()),
                                 .sequence = static_cast<std::uint16_t>(random_.next()),
                                 .timestamp = static_cast<std::uint32_t>(random_.next())},
                    .cname = random_cname(random_)};
  threads_[entry.thread]->open(std::make_unique<Stream>(init, std::move(sockets)));
}

template <class Function>
void ThreadedEngine::command(StreamId stream, Function function, base::Duration patience) {
  if (const Entry* entry = streams_.find(stream))
    threads_[entry->thread]->post(std::move(function), patience);
}

std::uint16_t ThreadedEngine::local_port(StreamId stream) const {
  const Entry* entry = streams_.find(stream);
  return entry ? entry->local.port() : 0;
}

// sip-cases 5.3.7: two of our own ports that send to each other could loop for ever.
bool ThreadedEngine::is_own_port(const base::SocketAddress& remote, const Entry& entry) const {
  if (!ports_.in_use(remote.port()) || remote.is_unspecified()) return false;
  if (remote.same_host(entry.local)) return true;
  if (!entry.local.is_unspecified()) return false;
  if (remote.is_loopback()) return true;
  auto source = net::source_address_for(remote);  // for an address of this machine: the address itself
  return source && source->same_host(remote);
}

void ThreadedEngine::configure(StreamId stream, const StreamConfig& config) {
  Entry* entry = streams_.find(stream);
  if (!entry) return;
  StreamConfig safe = config;
  for (auto* remote : {&safe.remote, &safe.remote_rtcp}) {
    if (!is_own_port(*remote, *entry)) continue;
    if (own_port_log_.allow(now()))
      base::log_warning("media",
                        "a peer asked for RTP to {}, which is a port of our own: nothing is sent there",
                        remote->to_string());
    *remote = {};
  }
  if (!(entry->remote == safe.remote)) entry->latched = {};
  entry->remote = safe.remote;
  command(stream, [stream, safe = std::move(safe)](Graph& graph, base::Instant now) {
    graph.configure(stream, safe, now);
  });
}

void ThreadedEngine::connect(StreamId a, StreamId b) {
  if (a == b || !streams_.find(a) || !streams_.find(b)) return;
  // What ends first is ended where it runs, so that only the two of them move.
  if (streams_.find(a)->thread != streams_.find(b)->thread) {
    disconnect(a);
    disconnect(b);
    move_group(b, streams_.find(a)->thread);
  }
  release(a);
  release(b);
  link(a, b);
  link(b, a);
  command(a, [a, b](Graph& graph, base::Instant now) { graph.connect(a, b, now); });
}

void ThreadedEngine::forward(StreamId source, StreamId listener) {
  if (source == listener || !streams_.find(source) || !streams_.find(listener)) return;
  std::size_t thread = streams_.find(source)->thread;
  if (streams_.find(listener)->thread != thread) {
    if (streams_.find(listener)->hears) {
      unlink(listener);
      command(listener, [listener](Graph& graph, base::Instant) { graph.stop_hearing(listener); });
    }
    move_group(listener, thread);
  }
  link(source, listener);
  command(source,
          [source, listener](Graph& graph, base::Instant now) { graph.forward(source, listener, now); });
}

void ThreadedEngine::echo(StreamId stream) {
  if (!streams_.find(stream)) return;
  release(stream);
  link(stream, stream);
  command(stream, [stream](Graph& graph, base::Instant now) { graph.echo(stream, now); });
}

void ThreadedEngine::disconnect(StreamId stream) {
  if (!streams_.find(stream)) return;
  release(stream);
  command(stream, [stream](Graph& graph, base::Instant) { graph.disconnect(stream); });
}

PlaybackId ThreadedEngine::play(StreamId stream, Playback playback) {
  PlaybackId id = ++last_playback_;
  command(stream, [stream, id, playback = std::move(playback)](Graph& graph, base::Instant now) mutable {
    graph.play(stream, id, std::move(playback), now);
  });
  return id;
}

void ThreadedEngine::stop_playback(StreamId stream) {
  command(stream, [stream](Graph& graph, base::Instant) { graph.stop_playback(stream); });
}

void ThreadedEngine::send_digit(StreamId stream, char digit, base::Duration duration) {
  command(stream, [=](Graph& graph, base::Instant now) { graph.send_digit(stream, digit, duration, now); });
}

void ThreadedEngine::close(StreamId stream) {
  Entry* entry = streams_.find(stream);
  if (!entry) return;
  release(stream);
  command(stream, [stream](Graph& graph, base::Instant) { graph.close(stream); }, MediaThread::kUnhurried);
  --load_[entry->thread];
  ports_.give_back(entry->local.port(), now());
  streams_.erase(stream);
}

StreamStats ThreadedEngine::stats(StreamId stream) const {
  const Entry* entry = streams_.find(stream);
  if (!entry) return {};
  const auto& c = *entry->counters;
  return {.packets_received = c.packets_received.value(),
          .bytes_received = c.bytes_received.value(),
          .packets_sent = c.packets_sent.value(),
          .bytes_sent = c.bytes_sent.value(),
          .dropped_source = c.dropped_source.value(),
          .dropped_malformed = c.dropped_malformed.value(),
          .dropped_payload_type = c.dropped_payload_type.value(),
          .lost = static_cast<std::uint64_t>(c.lost.value()),
          .dropped_rate = c.dropped_rate.value(),
          .latched = entry->latched.port() != 0 ? entry->latched : entry->remote};
}

void ThreadedEngine::on_notices(const Notices& notices) {
  for (const auto& latched : notices.latched)
    if (Entry* entry = streams_.find(latched.stream)) entry->latched = latched.address;
  for (const auto& event : notices.events)
    if (handler_ && streams_.find(event.stream)) handler_(event);
}

}  // namespace polyfon::media
