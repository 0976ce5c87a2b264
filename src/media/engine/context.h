// MediaContext: what the parts of one media thread share: the way packets leave (the seam under the engine:
// sockets now, a list in tests, the kernel's relay later), counters, chance, and the notices for control.
// thread: media.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "base/random.h"
#include "media/engine/counters.h"
#include "media/engine/engine.h"

namespace polyfon::media {

struct Stream;

class PacketSink {
 public:
  virtual ~PacketSink() = default;
  // False: the system refused it, and the packet is lost.
  virtual bool send_rtp(Stream& stream, std::span<const std::uint8_t> packet) = 0;
  virtual bool send_rtcp(Stream& stream, std::span<const std::uint8_t> packet) = 0;
  // Only the latched source is believed from now on (or no longer): lower layers may filter for it.
  virtual void lock_source(Stream& stream, bool locked) = 0;
};

// What control is told, in batches.
struct Notices {
  struct Latched {
    StreamId stream;
    base::SocketAddress address;
  };
  std::vector<Event> events;
  std::vector<Latched> latched;
  bool empty() const { return events.empty() && latched.empty(); }
};

struct MediaContext {
  PacketSink& sink;
  ThreadCounters& counters;
  base::Random& random;
  Notices notices;
};

}  // namespace polyfon::media
