// Engine: the media plane as control sees it. A stream is one leg's RTP and RTCP socket pair; control opens
// it (ports are bound on the control thread, so that a full range is known at once), describes what was
// negotiated, and says who hears whom; packets are relayed, transcoded, made and consumed on the media
// threads and never pass control. Calls here post commands, carried out within 1 ms (close(): 20 ms), and
// return; Events come back through the handler on the control thread. ThreadedEngine is the real one;
// tests/sim runs its own behind the same face. All streams that hear each other live on one media thread.
// Source rules: docs/walk-rtp.md (sip-cases 5.3). thread: control.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/id.h"
#include "base/metrics.h"
#include "base/result.h"
#include "base/socket_address.h"
#include "base/time.h"
#include "media/codec/codec.h"
#include "media/file/audio.h"

namespace polyfon::media {

using StreamId = base::Id<struct StreamTag>;
using PlaybackId = std::uint64_t;  // never 0, never reused

struct StreamConfig {
  base::SocketAddress remote;  // RTP, as signalled; unspecified: send nothing
  base::SocketAddress remote_rtcp;
  // comedia: the sources a packet may be learnt from besides `remote` itself: the signalled host and the host
  // that the registration or the INVITE came from, any port. Learning ends with the first valid packet or
  // after 5 s; configure() opens it again (a re-INVITE), and so do connect(), forward(), echo() and play()
  // while nothing has been learnt (an answer long after early media). `remote` itself is heard at any time.
  bool symmetric = true;
  std::vector<base::SocketAddress> trusted_hosts;
  CodecId codec = CodecId::kPcma;
  std::uint8_t send_payload_type = 8;
  std::uint8_t receive_payload_type = 8;
  std::optional<std::uint8_t> send_event_payload_type;  // RFC 4733
  std::optional<std::uint8_t> receive_event_payload_type;
  std::uint16_t ptime = 20;  // ms of what we make ourselves
  bool send = true;          // direction
  bool receive = true;
  base::Duration timeout{};       // no packet for so long: kTimeout event; 0: never
  base::Duration hold_timeout{};  // the same while !receive
};

struct Tone {  // one cadence step: frequencies in Hz (0: silence) for so long; duration 0: for ever
  std::uint16_t frequency_a = 0;
  std::uint16_t frequency_b = 0;
  base::Duration duration{};
};

struct Playback {
  std::vector<AudioPtr> audio;   // one after another
  std::vector<Tone> tones;       // instead of audio: a cadence of indications.conf
  bool loop = false;             // for ever: music, ringing
  std::size_t start_sample = 0;  // in the first audio
};

struct StreamStats {
  std::uint64_t packets_received = 0, bytes_received = 0, packets_sent = 0, bytes_sent = 0;
  std::uint64_t dropped_source = 0, dropped_malformed = 0, dropped_payload_type = 0, lost = 0;
  std::uint64_t dropped_rate = 0;  // above what any codec sends
  base::SocketAddress latched;     // where we send to now
};

struct Event {
  enum class Kind { kDigit, kPlaybackFinished, kTimeout, kFirstPacket };
  Kind kind;
  StreamId stream;
  char digit = 0;  // kDigit: 0-9 * # A-D, once, at its end
  std::uint16_t duration_ms = 0;
  PlaybackId playback = 0;
  std::uint64_t samples_played =
      0;  // kPlaybackFinished: where in its last audio it ended, start_sample included
};

class Engine {
 public:
  virtual ~Engine() = default;

  using EventHandler = std::function<void(const Event&)>;
  virtual void set_event_handler(EventHandler handler) = 0;

  // Binds a pair of ports on `local_host`. With `near` the stream lives on that stream's thread.
  // kUnavailable: the range is used up. A port is not used again for 32 s.
  virtual base::Result<StreamId> open(const base::SocketAddress& local_host, StreamId near) = 0;
  virtual std::uint16_t local_port(StreamId stream) const = 0;  // RTP; RTCP is the next
  virtual void configure(StreamId stream, const StreamConfig& config) = 0;

  // The two hear each other: packets relayed when the codec is the same, transcoded when not. Ends whatever
  // either did before (playback, echo, another connection).
  virtual void connect(StreamId a, StreamId b) = 0;
  // `listener` hears `source` as well, one way (early media): connect() of one direction.
  virtual void forward(StreamId source, StreamId listener) = 0;
  virtual void echo(StreamId stream) = 0;
  // Hears nobody and nothing; digits are still reported.
  virtual void disconnect(StreamId stream) = 0;

  // Plays to the stream's peer instead of what it heard; what it was connected to is heard again when it ends
  // or is stopped. One playback a stream: a new one replaces the old (which finishes without an event). A
  // playback that stop_playback(), connect(), forward(), echo() or disconnect() ends does report
  // kPlaybackFinished.
  virtual PlaybackId play(StreamId stream, Playback playback) = 0;
  virtual void stop_playback(StreamId stream) = 0;
  // Sends an RFC 4733 digit (in audio when no event payload was agreed).
  virtual void send_digit(StreamId stream, char digit, base::Duration duration) = 0;

  virtual void close(StreamId stream) = 0;
  virtual StreamStats stats(StreamId stream) const = 0;  // a recent copy; counters lag at most 1 s
  virtual std::size_t streams() const = 0;

  // Registers polyfon_media_...: streams, packets by what became of them, drops by reason.
  virtual void add_metrics(base::MetricsRegistry&) const {}
};

struct EngineOptions {
  std::uint16_t first_port = 10000;  // rtp.conf rtpstart: even
  std::uint16_t last_port = 20000;   // rtpend
  unsigned threads = 1;
  std::uint8_t type_of_service = 0xB8;  // of RTP and RTCP: DSCP EF (RFC 4594 4.1)
};

// The engine on real sockets. `post` runs a function on the control thread (net::Loop::post).
std::unique_ptr<Engine> make_threaded_engine(EngineOptions options,
                                             std::function<void(std::move_only_function<void()>)> post);

}  // namespace polyfon::media
