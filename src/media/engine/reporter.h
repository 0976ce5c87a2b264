// Reporter: what happens to a stream once a second: its silence is noticed, the window of its source closes,
// and every 5 s or so RTCP of our own goes out (RFC 3550 6): a sender report where we make what is heard, a
// receiver report where nobody else answers the peer. thread: media.
#pragma once
#include "media/engine/context.h"
#include "media/engine/relay.h"
#include "media/engine/stream.h"

namespace polyfon::media {

class Reporter {
 public:
  static constexpr base::Duration kInterval = std::chrono::seconds(5);

  Reporter(MediaContext& context, Relay& relay) : context_(context), relay_(relay) {}
  void second(Stream& stream, base::Instant now, base::WallTime wall);

 private:
  void check_timeout(Stream& stream, base::Instant now);
  void report(Stream& stream, base::Instant now, base::WallTime wall);

  MediaContext& context_;
  Relay& relay_;
};

}  // namespace polyfon::media
