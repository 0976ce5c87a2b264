// RateLimit: refuses what comes faster than any codec sends (sip-cases 5.3.9), so that a leg cannot be used
// to flood, nor two legs to loop. GCRA: one comparison and one addition a packet. Pure.
#pragma once
#include <algorithm>

#include "base/time.h"

namespace polyfon::media {

class RateLimit {
 public:
  // Twice G.711 in packets of 5 ms; half a second of it may come at once, after a stall of the network.
  static constexpr base::Duration kInterval = std::chrono::microseconds(2500);
  static constexpr base::Duration kBurst = std::chrono::milliseconds(500);

  bool allow(base::Instant now) {
    if (next_ > now + kBurst) return false;
    next_ = std::max(next_, now) + kInterval;
    return true;
  }

 private:
  base::Instant next_{};
};

}  // namespace polyfon::media
