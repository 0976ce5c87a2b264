// PortPool: which pairs of RTP and RTCP ports are taken. Chosen by chance (sip-cases 5.3.4: not
// guessable), and not used again for 32 s, so that a late packet of one call never reaches another; when
// nothing else is free, the pair that has rested longest serves again after 1 s: a busy hour is not turned
// away. Pure, thread: control.
#pragma once
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "base/random.h"
#include "base/result.h"
#include "base/time.h"

namespace polyfon::media {

class PortPool {
 public:
  static constexpr base::Duration kRest = std::chrono::seconds(32);
  static constexpr base::Duration kShortestRest = std::chrono::seconds(1);

  // Both inclusive. RTP has the even port, RTCP the next (RFC 3550 11).
  PortPool(std::uint16_t first_port, std::uint16_t last_port);

  // The even port of a free pair. kUnavailable, naming rtp.conf: all are in use or have only just been.
  base::Result<std::uint16_t> take(base::Random& random, base::Instant now);
  void give_back(std::uint16_t port, base::Instant now);
  // A port that another program holds: it rests like one that was used.
  void refuse(std::uint16_t port, base::Instant now) { give_back(port, now); }

  bool in_use(std::uint16_t port) const;  // either of the pair
  std::size_t pairs() const { return used_.size(); }
  std::size_t used() const { return used_.size() - free_.size() - resting_.size(); }

 private:
  struct Resting {
    base::Instant until;
    std::uint16_t pair;
  };
  std::uint16_t use(std::uint16_t pair);

  std::uint16_t first_ = 0;
  std::uint16_t last_ = 0;           // as configured, for the error
  std::vector<bool> used_;           // by pair: (port - first) / 2
  std::vector<std::uint16_t> free_;  // in no order
  std::deque<Resting> resting_;
};

}  // namespace polyfon::media
