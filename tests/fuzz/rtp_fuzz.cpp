// What any stranger can send to a media port: RTP and RTCP through the whole relay of two connected streams,
// one a-law and one mu-law, and through a playback. The first byte chooses; the rest are datagrams of a
// length byte each.
#include <cstdlib>

#include "media/engine/graph.h"
#include "media/rtp/rtcp.h"

namespace {

using namespace polyfon;

class CheckingSink final : public media::PacketSink {
 public:
  // Whatever came in, what goes out is a valid packet.
  bool send_rtp(media::Stream&, std::span<const std::uint8_t> packet) override {
    if (!media::parse_rtp(packet)) std::abort();
    return true;
  }
  bool send_rtcp(media::Stream&, std::span<const std::uint8_t> packet) override {
    if (!media::parse_rtcp(packet)) std::abort();
    return true;
  }
  void lock_source(media::Stream&, bool) override {}
};

media::StreamId add_stream(media::Graph& graph, std::uint32_t number, media::CodecId codec,
                           base::Instant now) {
  media::StreamId id{number, 1};
  media::Stream::Init init{.id = id,
                           .counters = std::make_shared<media::StreamCounters>(),
                           .identity = {.ssrc = number, .sequence = 1, .timestamp = 1},
                           .cname = {}};
  graph.add(std::make_unique<media::Stream>(init), now);
  media::StreamConfig config;
  config.remote = *base::SocketAddress::parse("192.0.2.1", 4000);
  config.codec = codec;
  config.send_payload_type = config.receive_payload_type = codec == media::CodecId::kPcma ? 8 : 0;
  config.send_event_payload_type = config.receive_event_payload_type =
      static_cast<std::uint8_t>(100 + number);
  graph.configure(id, config, now);
  return id;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  CheckingSink sink;
  media::ThreadCounters counters;
  base::SeededRandom random(1);
  media::Graph graph(sink, counters, random);
  base::Instant now{std::chrono::hours(1)};
  auto a = add_stream(graph, 1, media::CodecId::kPcma, now);
  auto b = add_stream(graph, 2, media::CodecId::kPcmu, now);
  std::uint8_t choice = *data;
  if ((choice & 1) != 0) graph.play(b, 1, {.tones = {{425, 0, std::chrono::milliseconds(40)}}}, now);
  if ((choice & 2) != 0)
    graph.echo(a, now);
  else
    graph.connect(a, b, now);
  auto from = *base::SocketAddress::parse("192.0.2.1", 4000);
  for (std::size_t at = 1; at < size;) {
    std::size_t length = std::min<std::size_t>(data[at], size - at - 1);
    std::vector<std::uint8_t> datagram(data + at + 1, data + at + 1 + length);
    bool even = length % 2 == 0;
    auto& stream = *graph.find(even ? a : b);
    if (!datagram.empty() && datagram.size() > 1 && datagram[1] >= 200 && datagram[1] <= 207)
      graph.receive_rtcp(stream, datagram, from, now);
    else
      graph.receive_rtp(stream, datagram, from, now);
    now += std::chrono::milliseconds(20);
    graph.run_frames(now);
    if ((choice & 4) != 0) graph.second(now, base::WallTime{std::chrono::seconds(1)});
    at += length + 1;
  }
  graph.take_notices();
  return 0;
}
