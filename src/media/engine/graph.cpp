#include "media/engine/graph.h"

#include <algorithm>

namespace polyfon::media {

Graph::Graph(PacketSink& sink, ThreadCounters& counters, base::Random& random)
    : context_{.sink = sink, .counters = counters, .random = random, .notices = {}},
      relay_(context_),
      playout_(context_),
      reporter_(context_, relay_) {}

Stream* Graph::find(StreamId id) {
  auto found = streams_.find(id);
  return found == streams_.end() ? nullptr : found->second.get();
}

void Graph::add(std::unique_ptr<Stream> stream, base::Instant now) {
  Stream& added = *stream;
  streams_.emplace(added.id, std::move(stream));
  context_.counters.streams.add(1);
  playout_.arrived(added, now);
}

std::unique_ptr<Stream> Graph::take(StreamId id) {
  auto found = streams_.find(id);
  if (found == streams_.end()) return nullptr;
  auto stream = std::move(found->second);
  streams_.erase(found);
  context_.counters.streams.add(-1);
  playout_.forget(*stream);
  return stream;
}

void Graph::close(StreamId id) {
  Stream* stream = find(id);
  if (!stream) return;
  unlink(*stream);
  unlink_listeners(*stream);
  take(id);
}

void Graph::link(Stream& source, Stream& listener) {
  unlink(listener);
  listener.hears = &source;
  listener.next_listener = source.first_listener;
  source.first_listener = &listener;
}

void Graph::unlink(Stream& listener) {
  if (!listener.hears) return;
  Stream** at = &listener.hears->first_listener;
  while (*at != &listener) at = &(*at)->next_listener;
  *at = listener.next_listener;
  listener.hears = nullptr;
  listener.next_listener = nullptr;
}

void Graph::unlink_listeners(Stream& source) {
  while (source.first_listener) unlink(*source.first_listener);
}

void Graph::release(Stream& stream) {
  playout_.stop(stream);
  unlink(stream);
  unlink_listeners(stream);
}

void Graph::reopen(Stream& stream, base::Instant now) {
  stream.rtp_guard.reopen(now);
  stream.rtcp_guard.reopen(now);
}

void Graph::configure(StreamId id, const StreamConfig& config, base::Instant now) {
  Stream* stream = find(id);
  if (!stream) return;
  auto remote_rtcp = config.remote_rtcp;
  if (remote_rtcp.port() == 0 &&
      config.remote.port() != 0) {  // RFC 3605: the next port, when nothing else is said
    remote_rtcp = config.remote;
    remote_rtcp.set_port(static_cast<std::uint16_t>(config.remote.port() + 1));
  }
  stream->rtp_guard.configure({config.remote, config.symmetric, config.trusted_hosts}, now);
  stream->rtcp_guard.configure({remote_rtcp, config.symmetric, config.trusted_hosts}, now);
  relay_.update_lock(*stream, now);
  stream->codec = config.codec;
  stream->send_payload_type = config.send_payload_type;
  stream->receive_payload_type = config.receive_payload_type;
  stream->send_event_payload_type = config.send_event_payload_type;
  stream->receive_event_payload_type = config.receive_event_payload_type;
  stream->ptime = static_cast<std::uint16_t>(std::clamp<unsigned>(
      config.ptime / Playout::kMinFrame * Playout::kMinFrame, Playout::kMinFrame, FrameWheel::kMaxFrame));
  stream->send = config.send;
  stream->receive = config.receive;
  stream->timeout = config.timeout;
  stream->hold_timeout = config.hold_timeout;
  stream->last_heard = now;
  stream->timed_out = false;
  stream->configured = true;
}

void Graph::connect(StreamId a, StreamId b, base::Instant now) {
  Stream* first = find(a);
  Stream* second = find(b);
  if (!first || !second || first == second) return;
  reopen(*first, now);
  reopen(*second, now);
  release(*first);
  release(*second);
  link(*first, *second);
  link(*second, *first);
}

void Graph::forward(StreamId source, StreamId listener, base::Instant now) {
  Stream* from = find(source);
  Stream* to = find(listener);
  if (!from || !to || from == to) return;
  reopen(*from, now);
  playout_.stop(*to);
  link(*from, *to);
}

void Graph::stop_hearing(StreamId listener) {
  if (Stream* stream = find(listener)) unlink(*stream);
}

void Graph::echo(StreamId id, base::Instant now) {
  Stream* stream = find(id);
  if (!stream) return;
  reopen(*stream, now);
  release(*stream);
  stream->output.use_own_ssrc();  // RFC 3550 8.2: a peer that hears its own SSRC sees a loop
  link(*stream, *stream);
}

void Graph::disconnect(StreamId id) {
  if (Stream* stream = find(id)) release(*stream);
}

void Graph::play(StreamId id, PlaybackId playback_id, Playback playback, base::Instant now) {
  Stream* stream = find(id);
  if (!stream) return;
  reopen(*stream, now);
  playout_.play(*stream, playback_id, std::move(playback), now);
}

void Graph::stop_playback(StreamId id) {
  if (Stream* stream = find(id)) playout_.stop(*stream);
}

void Graph::send_digit(StreamId id, char digit, base::Duration duration, base::Instant now) {
  if (Stream* stream = find(id)) playout_.send_digit(*stream, digit, duration, now);
}

void Graph::second(base::Instant now, base::WallTime wall) {
  std::int64_t playing = 0;
  for (auto& [id, stream] : streams_) {
    reporter_.second(*stream, now, wall);
    if (stream->making) ++playing;
  }
  context_.counters.playing.set(playing);
}

}  // namespace polyfon::media
