// World: simulated time and a simulated network for whole exchanges: datagrams are lost, doubled, delayed and
// so reordered as the seed says; the clock jumps from event to event, so that 32 seconds cost microseconds
// and a failure replays.
#pragma once
#include <functional>
#include <memory>
#include <queue>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/random.h"
#include "base/socket_address.h"
#include "base/time.h"
#include "base/timer_wheel.h"
#include "sip/transaction/flow.h"

namespace polyfon::sim {

struct Weather {
  double loss = 0;
  double doubling = 0;
  base::Duration min_delay = std::chrono::milliseconds(1);
  base::Duration max_delay = std::chrono::milliseconds(1);  // above min_delay: datagrams overtake each other
};

class World final : public base::Clock {
 public:
  using Receive =
      std::function<void(const base::SocketAddress& from, std::string_view bytes, base::Instant now)>;

  World(std::uint64_t seed, Weather weather);

  base::Instant now() const override { return now_; }
  base::WallTime wall() const override;
  base::TimerWheel& timers() { return timers_; }
  base::SeededRandom& random() { return random_; }

  void attach(const base::SocketAddress& address, Receive receive) { nodes_[address] = std::move(receive); }
  void detach(const base::SocketAddress& address) { nodes_.erase(address); }
  void send(const base::SocketAddress& from, const base::SocketAddress& to, std::string_view bytes);

  // Whether datagrams to that address leave at all: when not, Sink::send() refuses them, as after an ICMP
  // error.
  void set_reachable(const base::SocketAddress& address, bool reachable);
  bool reachable(const base::SocketAddress& address) const { return !unreachable_.contains(address); }

  // Runs `work` once, after that time: what another thread would answer.
  void later(base::Duration time, std::move_only_function<void()> work);
  void run_for(base::Duration time);
  // Runs until `done` or for `limit`; whether it was done.
  bool run_until(const std::function<bool()>& done, base::Duration limit);
  // Every datagram that was sent, for the report of a seed that failed.
  const std::string& trace() const { return trace_; }

 private:
  struct Packet {
    base::Instant at;
    std::uint64_t order;
    base::SocketAddress from, to;
    std::string bytes;
    bool operator>(const Packet& other) const { return at != other.at ? at > other.at : order > other.order; }
  };
  struct Later {
    base::Instant at;
    std::uint64_t order;
    std::shared_ptr<std::move_only_function<void()>> work;
    bool operator>(const Later& other) const { return at != other.at ? at > other.at : order > other.order; }
  };
  bool chance(double probability);
  void queue(const base::SocketAddress& from, const base::SocketAddress& to, std::string_view bytes);
  void note(std::string_view what, const base::SocketAddress& from, const base::SocketAddress& to,
            std::string_view bytes);
  bool step(base::Instant limit);

  base::SeededRandom random_;
  Weather weather_;
  base::Instant now_{std::chrono::hours(1)};
  base::TimerWheel timers_{now_};
  std::unordered_map<base::SocketAddress, Receive> nodes_;
  std::unordered_set<base::SocketAddress> unreachable_;
  std::priority_queue<Packet, std::vector<Packet>, std::greater<>> packets_;
  std::priority_queue<Later, std::vector<Later>, std::greater<>> later_;
  std::uint64_t order_ = 0;
  std::string trace_;
};

// The way of one node's messages into the world. A node may have an address of each family.
class WorldSink final : public sip::Sink {
 public:
  WorldSink(World& world, base::SocketAddress local) : world_(world), local_(local), other_(local) {}
  void add_local(base::SocketAddress other_family) { other_ = other_family; }
  bool send(const sip::Flow& flow, std::string_view message) override {
    if (!world_.reachable(flow.remote)) return false;
    world_.send(local_for(flow), flow.remote, message);
    return true;
  }
  base::SocketAddress advertised(const sip::Flow& flow) override { return local_for(flow); }

 private:
  const base::SocketAddress& local_for(const sip::Flow& flow) const {
    return flow.remote.is_v6() == local_.is_v6() ? local_ : other_;
  }

  World& world_;
  base::SocketAddress local_, other_;
};

}  // namespace polyfon::sim
