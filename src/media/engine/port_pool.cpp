#include "media/engine/port_pool.h"

#include <fmt/format.h>

namespace polyfon::media {

PortPool::PortPool(std::uint16_t first_port, std::uint16_t last_port)
    : first_(static_cast<std::uint16_t>(first_port + first_port % 2)), last_(last_port) {
  if (first_ >= first_port && last_port > first_)
    states_.resize((static_cast<std::size_t>(last_port) - first_ + 1) / 2, State::kFree);
}

void PortPool::wake(base::Instant now) {
  while (!resting_.empty() && resting_.front().until <= now) {
    states_[resting_.front().pair] = State::kFree;
    resting_.pop_front();
  }
}

base::Result<std::uint16_t> PortPool::take(base::Random& random, base::Instant now) {
  wake(now);
  std::size_t start = states_.empty() ? 0 : random.below(states_.size());
  for (std::size_t i = 0; i < states_.size(); ++i) {
    std::size_t pair = (start + i) % states_.size();
    if (states_[pair] == State::kFree) return use(pair);
  }
  if (!resting_.empty() && resting_.front().until - kRest + kShortestRest <= now) {
    std::size_t pair = resting_.front().pair;
    resting_.pop_front();
    return use(pair);
  }
  return base::fail(
      base::ErrorCode::kUnavailable,
      fmt::format("no pair of RTP ports is free between {} and {} (rtp.conf: rtpstart, rtpend): {} in use, "
                  "{} resting after their call",
                  first_, last_, used_, resting_.size()));
}

std::uint16_t PortPool::use(std::size_t pair) {
  states_[pair] = State::kUsed;
  ++used_;
  return port_of(pair);
}

void PortPool::give_back(std::uint16_t port, base::Instant now) {
  if (!in_use(port)) return;
  auto pair = static_cast<std::uint32_t>((port - first_) / 2);
  states_[pair] = State::kResting;
  resting_.push_back({now + kRest, pair});
  --used_;
}

bool PortPool::in_use(std::uint16_t port) const {
  if (port < first_) return false;
  auto pair = static_cast<std::size_t>((port - first_) / 2);
  return pair < states_.size() && states_[pair] == State::kUsed;
}

}  // namespace polyfon::media
