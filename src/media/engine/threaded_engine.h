// ThreadedEngine: the Engine on real sockets: ids, ports and the plan of who hears whom on control; packets
// on its MediaThreads. Streams that come to hear each other are moved to one thread. thread: control.
#pragma once
#include <memory>
#include <vector>

#include "base/log.h"
#include "base/slot_map.h"
#include "media/engine/engine.h"
#include "media/engine/media_thread.h"
#include "media/engine/port_pool.h"

namespace polyfon::media {

class ThreadedEngine final : public Engine {
 public:
  using Post = std::function<void(std::move_only_function<void()>)>;
  ThreadedEngine(const EngineOptions& options, Post post);
  ~ThreadedEngine() override;

  void set_event_handler(EventHandler handler) override { handler_ = std::move(handler); }
  base::Result<StreamId> open(const base::SocketAddress& local_host, StreamId near) override;
  std::uint16_t local_port(StreamId stream) const override;
  void configure(StreamId stream, const StreamConfig& config) override;
  void connect(StreamId a, StreamId b) override;
  void forward(StreamId source, StreamId listener) override;
  void echo(StreamId stream) override;
  void disconnect(StreamId stream) override;
  PlaybackId play(StreamId stream, Playback playback) override;
  void stop_playback(StreamId stream) override;
  void send_digit(StreamId stream, char digit, base::Duration duration) override;
  void close(StreamId stream) override;
  StreamStats stats(StreamId stream) const override;
  std::size_t streams() const override { return streams_.size(); }
  void add_metrics(base::MetricsRegistry& registry) const override;

 private:
  // What control knows of a stream; the thread has the Stream itself.
  struct Entry {
    base::SocketAddress local;
    std::size_t thread = 0;
    std::shared_ptr<StreamCounters> counters = std::make_shared<StreamCounters>();
    base::SocketAddress remote, latched;
    StreamId hears;
    std::vector<StreamId> listeners;
  };

  base::Instant now() const { return std::chrono::steady_clock::now(); }
  base::Result<StreamSockets> bind_pair(base::SocketAddress& local);
  std::size_t least_loaded() const;
  void start(StreamId id, const Entry& entry, StreamSockets sockets);
  bool is_own_port(const base::SocketAddress& remote, const Entry& entry) const;
  void on_notices(const Notices& notices);

  void unlink(StreamId listener);
  void release(StreamId stream);
  void link(StreamId source, StreamId listener);
  std::vector<StreamId> group_of(StreamId stream) const;
  void move_group(StreamId stream, std::size_t thread);
  template <class Function>
  void command(StreamId stream, Function function, base::Duration patience = MediaThread::kSoon);

  EngineOptions options_;
  std::shared_ptr<Post> post_;
  EventHandler handler_;
  base::SystemRandom random_;
  PortPool ports_;
  base::SlotMap<Entry, StreamTag> streams_;
  std::vector<std::unique_ptr<MediaThread>> threads_;
  std::vector<std::size_t> load_;  // streams of each thread
  PlaybackId last_playback_ = 0;
  base::LogLimit own_port_log_{5, std::chrono::minutes(1)};
  std::shared_ptr<ThreadedEngine*> self_;  // what posted notices find it by, when it is still there
};

}  // namespace polyfon::media
