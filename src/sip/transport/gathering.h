// Gathering: whether datagrams come so fast that waking for each costs more than handling it, and how long to
// wait then, so that a wake-up finds about kGoal of them. Decides only, so that it is tested without sockets.
// docs/adr/007. thread: control.
#pragma once
#include <algorithm>
#include <cstddef>

#include "base/time.h"

namespace polyfon::sip {

class Gathering {
 public:
  static constexpr base::Duration kLongest = std::chrono::milliseconds(20);  // what a datagram may wait
  static constexpr base::Duration kShortest = std::chrono::milliseconds(1);
  static constexpr std::size_t kGoal = 64;  // datagrams a wake-up
  static constexpr base::Duration kWindow = std::chrono::milliseconds(50);
  static constexpr double kEnter = 1000, kLeave = 500;  // datagrams a second

  // After each read of `datagrams`: how long to wait for the next ones; zero: until one comes.
  base::Duration after_read(std::size_t datagrams, base::Instant now) {
    count_ += datagrams;
    if (const base::Duration passed = now - window_; passed >= kWindow) {
      const double rate = static_cast<double>(count_) / std::chrono::duration<double>(passed).count();
      pause_ = rate >= (pause_ > base::Duration::zero() ? kLeave : kEnter) ? pause_at(rate)
                                                                           : base::Duration::zero();
      count_ = 0;
      window_ = now;
    }
    return pause_;
  }

 private:
  static base::Duration pause_at(double rate) {
    auto wanted = std::chrono::duration<double>(static_cast<double>(kGoal) / rate);
    return std::clamp(std::chrono::duration_cast<base::Duration>(wanted), kShortest, kLongest);
  }

  base::Duration pause_{};
  std::size_t count_ = 0;
  base::Instant window_{};  // its beginning
};

}  // namespace polyfon::sip
