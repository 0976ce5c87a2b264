// A transaction layer with a recording sink and user, on a clock that a test turns.
#pragma once
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/random.h"
#include "sip/transaction/transaction_layer.h"

namespace polyfon::sip {

inline std::string crlf(std::string_view text) {
  std::string bytes;
  for (char c : text) {
    if (c == '\n') bytes += '\r';
    bytes += c;
  }
  return bytes;
}

class Kit : public testing::Test, public Sink, public TransactionUser {
 public:
  bool send(const Flow& flow, std::string_view message) override {
    if (refuse) return false;
    sent.emplace_back(message);
    flows.push_back(flow);
    return true;
  }
  base::SocketAddress advertised(const Flow&) override {
    return *base::SocketAddress::parse("192.0.2.1", 5060);
  }

  void on_response(ClientId, TransactionContext context, const Message& response, const Envelope&,
                   base::Instant) override {
    events.push_back("response " + std::to_string(response.status()) + " for " +
                     std::to_string(context.owner));
    sent_when_told = sent.size();
  }
  void on_client_failed(ClientId, TransactionContext, TransactionFailure failure, base::Instant) override {
    events.push_back(failure == TransactionFailure::kTimeout ? "client timeout" : "client transport");
  }
  void on_client_done(ClientId, TransactionContext) override { events.push_back("client done"); }
  void on_server_failed(ServerId, TransactionContext, TransactionFailure failure, base::Instant) override {
    events.push_back(failure == TransactionFailure::kTimeout ? "server timeout" : "server transport");
  }

  void run(base::Duration duration) {
    const base::Instant end = now + duration;
    while (auto next = wheel.next()) {
      if (*next > end) break;
      now = std::max(now, *next);
      wheel.advance(now);
    }
    now = end;
    wheel.advance(now);
  }

  // --- as a client ---
  std::string request(Method method, std::string_view top, std::string_view extra = {}) {
    return crlf(fmt::format(
        "{0} sip:bob@192.0.2.2 SIP/2.0\nVia: {1}\nMax-Forwards: 70\n{2}From: <sip:alice@a.example>;tag=1\n"
        "To: <sip:bob@b.example>\nCall-ID: c1\nCSeq: 7 {0}\nContent-Length: 0\n\n",
        to_string(method), top, extra));
  }
  ClientId start(Method method, Protocol protocol = Protocol::kUdp, std::string_view extra = {}) {
    Flow flow{protocol, 0, *base::SocketAddress::parse("192.0.2.2", 5060)};
    ClientId id = layer.open_client(flow, method, {42, 0});
    via = layer.via(id);
    layer.start_client(id, request(method, via, extra), now);
    return id;
  }
  void respond(int status, Method method, std::string_view to_tag = "9") {
    std::string bytes =
        crlf(fmt::format("SIP/2.0 {} X\nVia: {};received=192.0.2.1\nFrom: <sip:alice@a.example>;tag=1\n"
                         "To: <sip:bob@b.example>;tag={}\nCall-ID: c1\nCSeq: 7 {}\nContent-Length: 0\n\n",
                         status, via, to_tag, to_string(method)));
    Message message{std::span<const char>(bytes)};
    auto envelope = Envelope::of(message);
    ASSERT_TRUE(envelope);
    layer.receive_response(message, *envelope, now);
  }

  // --- as a server ---
  TransactionLayer::Match receive(std::string_view text) {
    bytes_ = crlf(text);
    Message message{std::span<const char>(bytes_)};
    auto envelope = Envelope::of(message);
    EXPECT_TRUE(envelope) << text;
    keys = layer.keys(message, *envelope);
    return layer.match_request(message, keys, now);
  }
  static std::string from_peer(std::string_view method, std::string_view branch = "z9hG4bKa",
                               std::string_view to = "", std::string_view sent_by = "192.0.2.9:5060") {
    return fmt::format(
        "{0} sip:bob@192.0.2.1 SIP/2.0\nVia: SIP/2.0/UDP {3};branch={1}\nMax-Forwards: 70\n"
        "From: <sip:alice@a.example>;tag=1\nTo: <sip:bob@b.example>{2}\nCall-ID: c1\nCSeq: 7 {0}\n\n",
        method, branch, to, sent_by);
  }
  ServerId open(Method method, Protocol protocol = Protocol::kUdp) {
    Flow flow{protocol, 0, *base::SocketAddress::parse("192.0.2.9", 5060)};
    return layer.open_server(flow, method, keys, {7, 1});
  }

  base::Instant now = base::Instant{} + std::chrono::hours(1);
  base::TimerWheel wheel{now};
  base::SeededRandom random{1};
  TransactionCounters counters;
  TransactionLayer layer{*this, wheel, random, *this, counters};
  std::vector<std::string> sent, events;
  std::size_t sent_when_told = 0;  // messages that had left when the last response was told
  std::vector<Flow> flows;
  bool refuse = false;
  std::string via;
  ServerKeys keys;

 private:
  std::string bytes_;
};

}  // namespace polyfon::sip
