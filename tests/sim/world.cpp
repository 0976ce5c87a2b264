#include "sim/world.h"

#include <algorithm>

namespace polyfon::sim {

World::World(std::uint64_t seed, Weather weather) : random_(seed), weather_(weather) {}

base::WallTime World::wall() const {
  return base::WallTime(std::chrono::duration_cast<std::chrono::microseconds>(now_.time_since_epoch()) +
                        std::chrono::hours(24 * 20000));
}

bool World::chance(double probability) {
  return static_cast<double>(random_.below(1'000'000)) < probability * 1'000'000;
}

void World::note(std::string_view what, const base::SocketAddress& from, const base::SocketAddress& to,
                 std::string_view bytes) {
  auto milliseconds =
      std::chrono::duration_cast<std::chrono::milliseconds>(now_.time_since_epoch()).count() - 3'600'000;
  std::string_view first = bytes.substr(0, bytes.find('\r'));
  auto cseq = bytes.find("CSeq:");
  std::string_view number =
      cseq == std::string_view::npos ? "" : bytes.substr(cseq, bytes.find('\r', cseq) - cseq);
  trace_ += fmt::format("{:>8} ms {:7} {} -> {}  {}  [{}]\n", milliseconds, what, from.to_string(),
                        to.to_string(), first, number);
}

void World::send(const base::SocketAddress& from, const base::SocketAddress& to, std::string_view bytes) {
  if (chance(weather_.loss)) {
    note("lost", from, to, bytes);
    return;
  }
  note("sent", from, to, bytes);
  queue(from, to, bytes);
  if (chance(weather_.doubling)) queue(from, to, bytes);
}

void World::set_reachable(const base::SocketAddress& address, bool reachable) {
  if (reachable)
    unreachable_.erase(address);
  else
    unreachable_.insert(address);
}

void World::queue(const base::SocketAddress& from, const base::SocketAddress& to, std::string_view bytes) {
  auto spread = static_cast<std::uint64_t>((weather_.max_delay - weather_.min_delay).count()) + 1;
  packets_.push({now_ + weather_.min_delay + base::Duration(random_.below(spread)), ++order_, from, to,
                 std::string(bytes)});
}

bool World::step(base::Instant limit) {
  base::Instant at = limit;
  if (!packets_.empty()) at = std::min(at, packets_.top().at);
  if (!later_.empty()) at = std::min(at, later_.top().at);
  if (auto next = timers_.next()) at = std::min(at, *next);
  now_ = std::max(now_, at);
  timers_.advance(now_);
  while (!later_.empty() && later_.top().at <= now_) {
    auto work = later_.top().work;
    later_.pop();
    (*work)();
  }
  while (!packets_.empty() && packets_.top().at <= now_) {
    Packet packet = packets_.top();
    packets_.pop();
    if (auto node = nodes_.find(packet.to); node != nodes_.end())
      node->second(packet.from, packet.bytes, now_);
  }
  return now_ < limit;
}

void World::later(base::Duration time, std::move_only_function<void()> work) {
  later_.push({now_ + time, ++order_, std::make_shared<std::move_only_function<void()>>(std::move(work))});
}

void World::run_for(base::Duration time) {
  base::Instant limit = now_ + time;
  while (step(limit)) {
  }
}

bool World::run_until(const std::function<bool()>& done, base::Duration limit_time) {
  base::Instant limit = now_ + limit_time;
  while (!done())
    if (!step(limit)) return done();
  return true;
}

}  // namespace polyfon::sim
