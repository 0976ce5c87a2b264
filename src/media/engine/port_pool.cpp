#include "media/engine/port_pool.h"

#include <numeric>
#include <utility>

#include <fmt/format.h>

namespace polyfon::media {

PortPool::PortPool(std::uint16_t first_port, std::uint16_t last_port)
    : first_(static_cast<std::uint16_t>(first_port + first_port % 2)), last_(last_port) {
  if (first_ < first_port || last_port <= first_) return;
  used_.resize((static_cast<std::size_t>(last_port) - first_ + 1) / 2);
  free_.resize(used_.size());
  std::iota(free_.begin(), free_.end(), std::uint16_t{0});
}

base::Result<std::uint16_t> PortPool::take(base::Random& random, base::Instant now) {
  for (; !resting_.empty() && resting_.front().until <= now; resting_.pop_front())
    free_.push_back(resting_.front().pair);
  if (!free_.empty()) {
    std::swap(free_[random.below(free_.size())], free_.back());
    std::uint16_t pair = free_.back();
    free_.pop_back();
    return use(pair);
  }
  if (!resting_.empty() && resting_.front().until - kRest + kShortestRest <= now) {
    std::uint16_t pair = resting_.front().pair;
    resting_.pop_front();
    return use(pair);
  }
  return base::fail(
      base::ErrorCode::kUnavailable,
      fmt::format("no pair of RTP ports is free between {} and {} (rtp.conf: rtpstart, rtpend): {} in use, "
                  "{} resting after their call",
                  first_, last_, used(), resting_.size()));
}

std::uint16_t PortPool::use(std::uint16_t pair) {
  used_[pair] = true;
  return static_cast<std::uint16_t>(first_ + 2 * pair);
}

void PortPool::give_back(std::uint16_t port, base::Instant now) {
  if (!in_use(port)) return;
  auto pair = static_cast<std::uint16_t>((port - first_) / 2);
  used_[pair] = false;
  resting_.push_back({now + kRest, pair});
}

bool PortPool::in_use(std::uint16_t port) const {
  if (port < first_) return false;
  auto pair = static_cast<std::size_t>((port - first_) / 2);
  return pair < used_.size() && used_[pair];
}

}  // namespace polyfon::media
