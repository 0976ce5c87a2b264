// Outlet: the last step of every RTP packet: on the way to a stream's peer, counted. thread: media.
#pragma once
#include "media/engine/context.h"
#include "media/engine/stream.h"

namespace polyfon::media {

// There is somewhere to send to, and the direction allows it.
inline bool may_send(const Stream& stream) { return stream.send && stream.rtp_guard.target().port() != 0; }

inline void send_rtp(MediaContext& context, Stream& stream, std::span<const std::uint8_t> packet,
                     std::size_t payload_bytes) {
  if (!context.sink.send_rtp(stream, packet)) {
    context.counters.send_failed.add();
    return;
  }
  stream.counters->packets_sent.add();
  stream.counters->bytes_sent.add(packet.size());
  ++stream.sent_packets;
  stream.sent_octets += static_cast<std::uint32_t>(payload_bytes);
}

}  // namespace polyfon::media
