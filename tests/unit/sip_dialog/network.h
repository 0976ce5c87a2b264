// A simulated network and clock for tests of the user agent: endpoints send into a queue that is delivered in
// order; time passes only in run(). What the sent messages were can be asked afterwards.
#pragma once
#include <deque>
#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/random.h"
#include "base/timer_wheel.h"
#include "sip/dialog/user_agent.h"

namespace polyfon::sip {

inline base::SocketAddress address(std::string_view text) {
  return *base::SocketAddress::parse_with_port(text, 5060);
}

struct Packet {
  base::SocketAddress from, to;
  std::string bytes;

  std::string_view first_line() const {
    std::string_view text(bytes);
    return text.substr(0, text.find('\r'));
  }
  bool is_request(std::string_view method) const {
    return bytes.size() > method.size() && bytes.starts_with(method) && bytes[method.size()] == ' ';
  }
  bool is_response(int status) const { return bytes.starts_with("SIP/2.0 " + std::to_string(status)); }
  // The value of the first header of that name; "" when there is none.
  std::string header(std::string_view name) const {
    std::string key = "\r\n" + std::string(name) + ": ";
    auto at = bytes.find(key);
    if (at == std::string::npos) return {};
    at += key.size();
    return bytes.substr(at, bytes.find("\r\n", at) - at);
  }
  std::string body() const {
    auto at = bytes.find("\r\n\r\n");
    return at == std::string::npos ? std::string() : bytes.substr(at + 4);
  }
};

class Network {
 public:
  using Receive = std::function<void(const Packet&, base::Instant now)>;

  void attach(const base::SocketAddress& at, Receive receive) { endpoints_[at] = std::move(receive); }
  bool send(Packet packet) {
    if (refuse) return false;
    sent.push_back(packet);
    int number = ++count_;
    if (!lose || !lose(packet, number)) queue_.push_back(std::move(packet));
    return true;
  }

  // Delivers what is under way, and what that causes, without time passing.
  void settle() {
    while (!queue_.empty()) {
      Packet packet = std::move(queue_.front());
      queue_.pop_front();
      auto endpoint = endpoints_.find(packet.to);
      if (endpoint != endpoints_.end()) endpoint->second(packet, now);
    }
  }
  void run(base::Duration duration) {
    const base::Instant end = now + duration;
    settle();
    while (true) {
      auto next = wheel.next();
      if (!next || *next > end) break;
      now = std::max(now, *next);
      wheel.advance(now);
      settle();
    }
    now = end;
    wheel.advance(now);
    settle();
  }

  // How many messages were sent that begin so; the last of them.
  int count(std::string_view start) const {
    int n = 0;
    for (const Packet& packet : sent) n += packet.bytes.starts_with(start);
    return n;
  }
  const Packet* last(std::string_view start) const {
    for (auto it = sent.rbegin(); it != sent.rend(); ++it)
      if (it->bytes.starts_with(start)) return &*it;
    return nullptr;
  }

  base::Instant now = base::Instant{} + std::chrono::hours(1);
  base::TimerWheel wheel{now};
  std::vector<Packet> sent;
  std::function<bool(const Packet&, int number)> lose;
  bool refuse = false;  // every send fails at once

 private:
  std::unordered_map<base::SocketAddress, Receive> endpoints_;
  std::deque<Packet> queue_;
  int count_ = 0;
};

class NetworkSink final : public Sink {
 public:
  NetworkSink(Network& network, const base::SocketAddress& own) : network_(network), own_(own) {}
  bool send(const Flow& flow, std::string_view message) override {
    return network_.send({own_, flow.remote, std::string(message)});
  }
  base::SocketAddress advertised(const Flow&) override { return own_; }

 private:
  Network& network_;
  base::SocketAddress own_;
};

}  // namespace polyfon::sip
