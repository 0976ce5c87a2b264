// Graph: the streams of one media thread and who hears whom: owns them, and carries out control's commands on
// them. No sockets, no clock: packets and `now` in, packets out through the sink, so that tests run it alone.
// thread: media.
#pragma once
#include <memory>
#include <unordered_map>

#include "media/engine/context.h"
#include "media/engine/playout.h"
#include "media/engine/relay.h"
#include "media/engine/reporter.h"
#include "media/engine/stream.h"

namespace polyfon::media {

class Graph {
 public:
  Graph(PacketSink& sink, ThreadCounters& counters, base::Random& random);

  // --- commands; a stream that is gone is passed over ---
  void add(std::unique_ptr<Stream> stream, base::Instant now);
  // Takes a stream out, with its links to others that are taken along in the same breath (they must be).
  std::unique_ptr<Stream> take(StreamId id);
  void close(StreamId id);
  void configure(StreamId id, const StreamConfig& config, base::Instant now);
  void connect(StreamId a, StreamId b, base::Instant now);
  void forward(StreamId source, StreamId listener, base::Instant now);
  void stop_hearing(StreamId listener);
  void echo(StreamId id, base::Instant now);
  void disconnect(StreamId id);
  void play(StreamId id, PlaybackId playback_id, Playback playback, base::Instant now);
  void stop_playback(StreamId id);
  void send_digit(StreamId id, char digit, base::Duration duration, base::Instant now);

  // --- packets and time ---
  Stream* find(StreamId id);
  void receive_rtp(Stream& stream, std::span<std::uint8_t> datagram, const base::SocketAddress& from,
                   base::Instant now) {
    relay_.receive_rtp(stream, datagram, from, now);
  }
  void receive_rtcp(Stream& stream, std::span<std::uint8_t> datagram, const base::SocketAddress& from,
                    base::Instant now) {
    relay_.receive_rtcp(stream, datagram, from, now);
  }
  std::optional<base::Instant> next_frame() const { return playout_.next_due(); }
  void run_frames(base::Instant now) { playout_.run(now); }
  void second(base::Instant now, base::WallTime wall);

  Notices take_notices() { return std::exchange(context_.notices, {}); }
  bool has_notices() const { return !context_.notices.empty(); }

 private:
  static void link(Stream& source, Stream& listener);
  static void unlink(Stream& listener);
  static void unlink_listeners(Stream& source);
  // Ends what it did: its playback, what it hears, and who hears it.
  void release(Stream& stream);
  void reopen(Stream& stream, base::Instant now);

  MediaContext context_;
  Relay relay_;
  Playout playout_;
  Reporter reporter_;
  std::unordered_map<StreamId, std::unique_ptr<Stream>> streams_;
};

}  // namespace polyfon::media
