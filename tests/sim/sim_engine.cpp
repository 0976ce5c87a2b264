#include "sim/sim_engine.h"

#include <filesystem>

namespace polyfon::sim {

SimEngine::Stream* SimEngine::find(media::StreamId id) {
  auto found = streams_.find(id.value());
  return found == streams_.end() ? nullptr : &found->second;
}

base::Result<media::StreamId> SimEngine::open(const base::SocketAddress&, media::StreamId) {
  media::StreamId id{next_stream_++, 1};
  streams_[id.value()].port = next_port_;
  next_port_ = static_cast<std::uint16_t>(next_port_ + 2);
  return id;
}

std::uint16_t SimEngine::local_port(media::StreamId stream) const {
  auto found = streams_.find(stream.value());
  return found == streams_.end() ? 0 : found->second.port;
}

void SimEngine::configure(media::StreamId stream, const media::StreamConfig& config) {
  if (Stream* s = find(stream)) s->config = config;
}

void SimEngine::connect(media::StreamId a, media::StreamId b) {
  forward(a, b);
  forward(b, a);
}

void SimEngine::forward(media::StreamId source, media::StreamId listener) {
  stop_playback(listener);
  if (Stream* s = find(listener)) s->hears = source.value();
}

void SimEngine::echo(media::StreamId stream) { forward(stream, stream); }

void SimEngine::disconnect(media::StreamId stream) {
  stop_playback(stream);
  for (auto& [id, s] : streams_)
    if (id == stream.value() || s.hears == stream.value()) s.hears = 0;
}

media::PlaybackId SimEngine::play(media::StreamId stream, media::Playback playback) {
  media::PlaybackId id = next_playback_++;
  Stream* s = find(stream);
  if (!s) return id;
  s->playing = id;
  s->what = playback.tones.empty() ? std::string() : fmt::format("tone {}", playback.tones[0].frequency_a);
  for (const auto& audio : playback.audio)
    s->what += (s->what.empty() ? "" : "&") + std::filesystem::path(audio->name).stem().string();
  if (playback.loop) return id;
  std::size_t samples = 0;
  for (const auto& audio : playback.audio) samples += audio->samples.size();
  auto& ending = endings_[id] = std::make_unique<Ending>(*this, stream, id);
  world_.timers().arm(ending->timer, world_.now() + std::chrono::milliseconds(samples / 8));
  return id;
}

void SimEngine::finish(media::StreamId stream, media::PlaybackId playback) {
  auto ending = endings_.extract(playback);
  Stream* s = find(stream);
  if (!s || s->playing != playback) return;
  s->playing = 0;
  report(stream, playback);
}

// As from a media thread: later, and also for what was stopped.
void SimEngine::report(media::StreamId stream, media::PlaybackId playback) {
  world_.later(std::chrono::milliseconds(1), [this, alive = std::weak_ptr(alive_), stream, playback] {
    media::Event event{media::Event::Kind::kPlaybackFinished, stream};
    event.playback = playback;
    if (alive.lock() && handler_) handler_(event);
  });
}

void SimEngine::stop_playback(media::StreamId stream) {
  Stream* s = find(stream);
  if (!s || !s->playing) return;
  report(stream, s->playing);
  s->playing = 0;
}

void SimEngine::close(media::StreamId stream) {
  disconnect(stream);
  streams_.erase(stream.value());
}

bool SimEngine::carries(std::uint16_t from, std::uint16_t to) const {
  for (const auto& [id, listener] : streams_) {
    if (listener.config.remote.port() != to || !listener.config.send || listener.playing) continue;
    auto source = streams_.find(listener.hears);
    if (source != streams_.end() && source->second.config.remote.port() == from &&
        source->second.config.receive)
      return true;
  }
  return false;
}

const media::StreamConfig* SimEngine::config_towards(std::uint16_t port) const {
  for (const auto& [id, stream] : streams_)
    if (stream.config.remote.port() == port) return &stream.config;
  return nullptr;
}

std::string SimEngine::heard_at(std::uint16_t port) const {
  for (const auto& [id, stream] : streams_)
    if (stream.config.remote.port() == port && stream.playing) return stream.what;
  return {};
}

}  // namespace polyfon::sim
