// Stream: one leg as its media thread holds it: what was negotiated, who is believed, who hears whom, what is
// played. A plain record; Relay, Playout, Reporter and Graph act on it. thread: the media thread that it
// lives on.
#pragma once
#include <array>
#include <deque>
#include <memory>

#include "media/codec/codec.h"
#include "media/dsp/tone_generator.h"
#include "media/engine/counters.h"
#include "media/engine/engine.h"
#include "media/engine/player.h"
#include "media/engine/rate_limit.h"
#include "media/engine/source_guard.h"
#include "media/engine/stream_sockets.h"
#include "media/rtp/rtp_output.h"
#include "media/rtp/sequence_tracker.h"
#include "media/rtp/telephone_event.h"

namespace polyfon::media {

inline constexpr std::size_t kCnameBytes = 16;  // RFC 7022 4.2: 96 random bits, in base 64

// What we make for a stream ourselves; absent while it only hears others.
struct Making {
  struct QueuedDigit {
    char digit = 0;
    base::Duration duration{};
  };
  static constexpr std::size_t kMaxQueuedDigits = 64;

  PlaybackId playback = 0;  // 0: none
  std::optional<Player> player;
  std::deque<QueuedDigit> digits;  // the first one is being sent
  bool digit_started = false;
  DigitSender event;             // of the first digit, when events were agreed
  ToneGenerator tone;            // of the first digit, in audio
  std::uint32_t tone_left = 0;   // samples
  std::uint32_t pause_left = 0;  // samples until the next digit may begin
  CodecId codec = CodecId::kPcma;
  std::unique_ptr<Encoder> encoder;  // of `codec`
};

struct Stream {
  struct Init {
    StreamId id;
    std::shared_ptr<StreamCounters> counters;
    RtpOutput::Identity identity;
    std::array<char, kCnameBytes> cname;
  };
  explicit Stream(const Init& init, StreamSockets own_sockets = {})
      : id(init.id),
        sockets(std::move(own_sockets)),
        counters(init.counters),
        output(init.identity),
        cname(init.cname) {}

  const StreamId id;
  StreamSockets sockets;
  bool source_locked = false;  // the RTP socket is connected to the latched source

  // What was negotiated.
  CodecId codec = CodecId::kPcma;
  std::uint8_t send_payload_type = 8, receive_payload_type = 8;
  std::optional<std::uint8_t> send_event_payload_type, receive_event_payload_type;
  bool send = true, receive = true;
  bool configured = false;
  std::uint16_t ptime = 20;  // ms
  base::Duration timeout{}, hold_timeout{};

  // What comes in.
  SourceGuard rtp_guard, rtcp_guard;
  RateLimit rate;
  SequenceTracker received;
  DigitDetector digits;
  base::Instant last_heard{};  // a packet, or the last configure()
  bool timed_out = false, first_packet_seen = false;

  // Who hears whom: what this stream's peer hears comes from `hears`; a list of all who hear this one hangs
  // on it.
  Stream* hears = nullptr;
  Stream* first_listener = nullptr;
  Stream* next_listener = nullptr;

  // What goes out.
  std::shared_ptr<StreamCounters> counters;
  RtpOutput output;
  std::unique_ptr<Making> making;
  bool on_wheel = false;

  // Reports.
  std::array<char, kCnameBytes> cname;
  base::Instant next_report{};
  std::uint32_t sent_packets = 0, sent_octets = 0;  // RFC 3550 6.4.1: payload octets
  std::uint64_t reported_received = 0;
  std::uint32_t last_sender_report = 0;  // middle of its NTP timestamp
  base::Instant last_sender_report_at{};

  bool echoes() const { return hears == this; }
};

}  // namespace polyfon::media
