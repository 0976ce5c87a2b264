// SimEngine: the media plane without packets, for simulated exchanges: who would hear whom, on which ports,
// and playbacks that end after the length of their audio.
#pragma once
#include <memory>
#include <optional>
#include <unordered_map>

#include "media/engine/engine.h"
#include "sim/world.h"

namespace polyfon::sim {

class SimEngine final : public media::Engine {
 public:
  explicit SimEngine(World& world) : world_(world) {}

  void set_event_handler(EventHandler handler) override { handler_ = std::move(handler); }
  base::Result<media::StreamId> open(const base::SocketAddress& local_host, media::StreamId near) override;
  std::uint16_t local_port(media::StreamId stream) const override;
  void configure(media::StreamId stream, const media::StreamConfig& config) override;
  void connect(media::StreamId a, media::StreamId b) override;
  void forward(media::StreamId source, media::StreamId listener) override;
  void echo(media::StreamId stream) override;
  void disconnect(media::StreamId stream) override;
  media::PlaybackId play(media::StreamId stream, media::Playback playback) override;
  void stop_playback(media::StreamId stream) override;
  void send_digit(media::StreamId, char, base::Duration) override {}
  void close(media::StreamId stream) override;
  media::StreamStats stats(media::StreamId) const override { return {}; }
  std::size_t streams() const override { return streams_.size(); }

  // Whether what arrives from a peer's port `from` is sent to the peer's port `to`, by configuration and
  // connection.
  bool carries(std::uint16_t from, std::uint16_t to) const;
  const media::StreamConfig* config_towards(std::uint16_t port) const;  // of the stream whose peer is there
  bool plays_to(std::uint16_t port) const { return !heard_at(port).empty(); }
  // What is played to that port of a peer: file names without folders, joined by '&', or "tone 425"; "" for
  // nothing.
  std::string heard_at(std::uint16_t port) const;
  bool echoes(std::uint16_t port) const { return carries(port, port); }

 private:
  struct Stream {
    std::uint16_t port = 0;
    media::StreamConfig config;
    std::uint64_t hears = 0;  // value of the stream whose peer this one's peer hears
    media::PlaybackId playing = 0;
    std::string what;  // is playing
  };
  struct Ending {  // of one playback
    Ending(SimEngine& engine, media::StreamId stream, media::PlaybackId playback)
        : engine(engine), stream(stream), playback(playback) {}
    void on_timer(base::Instant) { engine.finish(stream, playback); }
    SimEngine& engine;
    media::StreamId stream;
    media::PlaybackId playback;
    base::Timer timer = base::Timer::of<&Ending::on_timer>(this);
  };
  Stream* find(media::StreamId id);
  void finish(media::StreamId stream, media::PlaybackId playback);
  void report(media::StreamId stream, media::PlaybackId playback);

  World& world_;
  EventHandler handler_;
  std::shared_ptr<int> alive_ = std::make_shared<int>();
  std::unordered_map<std::uint64_t, Stream> streams_;
  std::unordered_map<media::PlaybackId, std::unique_ptr<Ending>> endings_;
  std::uint32_t next_stream_ = 1;
  std::uint16_t next_port_ = 10000;
  media::PlaybackId next_playback_ = 1;
};

}  // namespace polyfon::sim
