// A Graph without sockets or clock: peers that speak RTP to it by hand, and lists of what they are sent.
#pragma once
#include <map>

#include <gtest/gtest.h>

#include "media/codec/g711.h"
#include "media/engine/graph.h"
#include "media/rtp/rtcp.h"
#include "unit/media_dsp/listen.h"

namespace polyfon::media {

inline base::SocketAddress address(const char* host, std::uint16_t port) {
  return *base::SocketAddress::parse(host, port);
}

struct SentPacket {
  RtpHeader header;
  std::vector<std::uint8_t> payload;
  base::SocketAddress to;
};

class RecordingSink final : public PacketSink {
 public:
  bool send_rtp(Stream& stream, std::span<const std::uint8_t> packet) override {
    if (refuse) return false;
    auto parsed = parse_rtp(packet);
    EXPECT_TRUE(parsed);
    auto payload = parsed->payload(packet);
    rtp[stream.id].push_back({parsed->header, {payload.begin(), payload.end()}, stream.rtp_guard.target()});
    return true;
  }
  bool send_rtcp(Stream& stream, std::span<const std::uint8_t> packet) override {
    rtcp[stream.id].push_back({packet.begin(), packet.end()});
    return !refuse;
  }
  void lock_source(Stream& stream, bool locked) override { locks[stream.id] = locked; }

  bool refuse = false;
  std::map<StreamId, std::vector<SentPacket>> rtp;
  std::map<StreamId, std::vector<std::vector<std::uint8_t>>> rtcp;
  std::map<StreamId, bool> locks;
};

// One leg and the phone at its far end.
struct Peer {
  StreamId id;
  StreamConfig config;
  base::SocketAddress from;  // where its packets come from
  std::uint32_t ssrc = 0;
  std::uint16_t sequence = 100;
  std::uint32_t timestamp = 1000;
};

class GraphTest : public testing::Test {
 protected:
  Peer add(CodecId codec = CodecId::kPcma) {
    std::uint32_t number = ++peers_;
    Peer peer{.id = {number, 1}, .config = {}, .from = address("192.0.2.1", 0), .ssrc = 1000 + number};
    peer.from.set_port(static_cast<std::uint16_t>(5000 + 10 * number));
    peer.config.remote = peer.from;
    peer.config.codec = codec;
    peer.config.send_payload_type = peer.config.receive_payload_type = codec == CodecId::kPcma ? 8 : 0;
    peer.config.send_event_payload_type = peer.config.receive_event_payload_type = 101;
    Stream::Init init{.id = peer.id,
                      .counters = std::make_shared<StreamCounters>(),
                      .identity = {.ssrc = 0xABC0 + number, .sequence = 7, .timestamp = 70000},
                      .cname = {'c', 'n', 'a', 'm', 'e'}};
    graph_.add(std::make_unique<Stream>(init), now_);
    graph_.configure(peer.id, peer.config, now_);
    return peer;
  }
  void configure(const Peer& peer) { graph_.configure(peer.id, peer.config, now_); }

  static std::vector<std::uint8_t> packet(const RtpHeader& header, std::span<const std::uint8_t> payload) {
    std::vector<std::uint8_t> bytes(kRtpHeaderBytes);
    write_rtp_header(header, bytes);
    bytes.insert(bytes.end(), payload.begin(), payload.end());
    return bytes;
  }
  void deliver(const Peer& peer, std::vector<std::uint8_t> bytes) {
    graph_.receive_rtp(*graph_.find(peer.id), bytes, peer.from, now_);
    collect();
  }
  // The next packet of its audio; the clock is the caller's.
  void speak(Peer& peer, std::span<const std::uint8_t> payload,
             std::optional<std::uint8_t> payload_type = {}) {
    deliver(peer, packet({.payload_type = payload_type.value_or(peer.config.receive_payload_type),
                          .sequence = peer.sequence++,
                          .timestamp = std::exchange(peer.timestamp, peer.timestamp + 160),
                          .ssrc = peer.ssrc},
                         payload));
  }
  void speak(Peer& peer) { speak(peer, std::vector<std::uint8_t>(160, 0xD5)); }
  // 20 ms packets of a tone.
  void speak_tone(Peer& peer, double frequency, int packets) {
    auto samples = test::sine(frequency, 160 * static_cast<std::size_t>(packets));
    auto encoder = make_encoder(peer.config.codec);
    for (int i = 0; i < packets; ++i) {
      std::vector<std::uint8_t> payload(160);
      encoder->encode(std::span(samples).subspan(160 * static_cast<std::size_t>(i), 160), payload);
      speak(peer, payload);
      advance(std::chrono::milliseconds(20));
    }
  }
  void dial(Peer& peer, char digit) {
    DigitSender sender(digit, std::chrono::milliseconds(100), peer.timestamp, 8000);
    while (!sender.done()) {
      auto event = sender.next(160);
      std::uint8_t payload[4];
      write_event(event.payload, payload);
      deliver(peer, packet({.payload_type = 101,
                            .marker = event.marker,
                            .sequence = peer.sequence++,
                            .timestamp = event.timestamp,
                            .ssrc = peer.ssrc},
                           payload));
      peer.timestamp += 160;
      advance(std::chrono::milliseconds(20));
    }
  }

  void advance(base::Duration time) {
    for (auto end = now_ + time; now_ < end;) {
      now_ += std::chrono::milliseconds(1);
      graph_.run_frames(now_);
      if (now_ >= next_second_) {
        next_second_ += std::chrono::seconds(1);
        graph_.second(now_, base::WallTime{std::chrono::seconds(1000)});
      }
    }
    collect();
  }
  void collect() {
    for (auto& event : graph_.take_notices().events) events_.push_back(event);
  }

  std::vector<SentPacket>& sent(const Peer& peer) { return sink_.rtp[peer.id]; }
  std::vector<std::int16_t> heard(const Peer& peer) {
    std::vector<std::int16_t> samples;
    auto decoder = make_decoder(peer.config.codec);
    for (const auto& one : sent(peer)) {
      if (one.header.payload_type != peer.config.send_payload_type) continue;
      std::int16_t frame[1024];
      auto count = decoder->decode(one.payload, frame);
      samples.insert(samples.end(), frame, frame + count);
    }
    return samples;
  }
  // Numbers and time go on without a gap over everything that was sent.
  void expect_continuous(const Peer& peer) {
    const auto& packets = sent(peer);
    for (std::size_t i = 1; i < packets.size(); ++i) {
      EXPECT_EQ(packets[i].header.ssrc, packets[0].header.ssrc) << i;
      EXPECT_EQ(packets[i].header.sequence, static_cast<std::uint16_t>(packets[i - 1].header.sequence + 1))
          << i;
      EXPECT_LE(packets[i].header.timestamp - packets[i - 1].header.timestamp, 8000u * 60) << i;
    }
  }
  std::string digits(const Peer& peer) {
    std::string text;
    for (const auto& event : events_)
      if (event.kind == Event::Kind::kDigit && event.stream == peer.id) text += event.digit;
    return text;
  }
  std::size_t count(Event::Kind kind, const Peer& peer) {
    return static_cast<std::size_t>(std::ranges::count_if(
        events_, [&](const Event& event) { return event.kind == kind && event.stream == peer.id; }));
  }
  const StreamCounters& counters(const Peer& peer) { return *graph_.find(peer.id)->counters; }
  static AudioPtr tone_audio(double frequency, std::size_t samples) {
    auto audio = std::make_shared<Audio>();
    audio->samples = test::sine(frequency, samples);
    return audio;
  }

  RecordingSink sink_;
  ThreadCounters counters_;
  base::SeededRandom random_{1};
  Graph graph_{sink_, counters_, random_};
  base::Instant now_{std::chrono::hours(24)};
  base::Instant next_second_{std::chrono::hours(24) + std::chrono::seconds(1)};
  std::uint32_t peers_ = 0;
  std::vector<Event> events_;
};

}  // namespace polyfon::media
