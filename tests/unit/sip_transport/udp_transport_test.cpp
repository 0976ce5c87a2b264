// UdpTransport on loopback, driven by a loop of its own; and the cache of source addresses.
#include "sip/transport/udp_transport.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sip/transport/gathering.h"
#include "sip/transport/source_cache.h"

namespace polyfon::sip {
namespace {

using namespace std::chrono_literals;

base::SocketAddress loopback(std::uint16_t port = 0) {
  return *base::SocketAddress::parse("127.0.0.1", port);
}

class Udp : public testing::Test {
 public:
  Udp() : deadline_(this, &Udp::expire) {}
  ~Udp() override { deadline_.cancel(); }
  static void expire(void* self, base::Instant) { static_cast<Udp*>(self)->loop.stop(); }

  // Runs until something has been received so many times, or two seconds have passed.
  void receive(std::size_t count) {
    wanted_ = count;
    loop.timers().arm(deadline_, loop.now() + 2s);
    loop.run();
  }
  void listen_and_record() {
    index = *transport.listen(loopback());
    transport.set_receiver([this](const Flow& flow, std::span<const char> bytes, base::Instant) {
      flows.push_back(flow);
      texts.emplace_back(bytes.data(), bytes.size());
      if (texts.size() >= wanted_) loop.stop();
    });
  }

  net::Loop loop{"test"};
  UdpTransport transport{loop};
  std::uint8_t index = 0;
  std::vector<Flow> flows;
  std::vector<std::string> texts;

 private:
  std::size_t wanted_ = 0;
  base::Timer deadline_;
};

TEST_F(Udp, receives_with_the_flow_it_came_by) {
  listen_and_record();
  auto socket = net::UdpSocket::bind(loopback());
  ASSERT_TRUE(socket);
  socket->send("hello", transport.listeners()[index]);
  receive(1);
  ASSERT_EQ(texts.size(), 1u);
  EXPECT_EQ(texts[0], "hello");
  EXPECT_EQ(flows[0], (Flow{Protocol::kUdp, index, socket->local()}));
  EXPECT_EQ(transport.counters().received.value(), 1u);
}

TEST_F(Udp, receives_more_than_one_turn_takes) {
  listen_and_record();
  auto socket = net::UdpSocket::bind(loopback());
  for (int i = 0; i < 200; ++i) socket->send(std::to_string(i), transport.listeners()[index]);
  receive(200);
  ASSERT_EQ(texts.size(), 200u);
  EXPECT_EQ(texts[199], "199");
}

// Sends ten datagrams a millisecond from the loop that receives them.
struct Stream {
  Stream(Udp& test, int count) : test_(test), left_(count) { send(test.loop.now()); }
  void send(base::Instant now) {
    for (int i = 0; i < 10 && left_ > 0; ++i)
      socket_->send(std::to_string(--left_), test_.transport.listeners()[test_.index]);
    if (left_ > 0) test_.loop.timers().arm(timer_, now + 1ms);
  }
  Udp& test_;
  int left_;
  base::Result<net::UdpSocket> socket_ = net::UdpSocket::bind(loopback());
  base::Timer timer_ = base::Timer::of<&Stream::send>(this);
};

TEST_F(Udp, many_datagrams_are_gathered_and_none_is_lost) {
  listen_and_record();
  Stream stream(*this, 2000);
  receive(2000);
  ASSERT_EQ(texts.size(), 2000u);
  for (int i = 0; i < 2000; ++i) ASSERT_EQ(texts[static_cast<std::size_t>(i)], std::to_string(1999 - i));
  EXPECT_GT(transport.counters().pauses.value(), 0u);
}

TEST_F(Udp, after_many_datagrams_a_single_one_is_received) {
  listen_and_record();
  Stream stream(*this, 2000);
  receive(2000);
  base::Timer quiet(&loop, [](void* at, base::Instant) { static_cast<net::Loop*>(at)->stop(); });
  loop.timers().arm(quiet, loop.now() + 4 * Gathering::kWindow);
  loop.run();
  auto pauses = transport.counters().pauses.value();
  auto socket = net::UdpSocket::bind(loopback());
  socket->send("alone", transport.listeners()[index]);
  receive(2001);
  ASSERT_EQ(texts.size(), 2001u);
  EXPECT_EQ(transport.counters().pauses.value(), pauses);
}

TEST_F(Udp, what_a_batch_is_answered_with_goes_to_each_sender) {
  index = *transport.listen(loopback());
  auto a = net::UdpSocket::bind(loopback()), b = net::UdpSocket::bind(loopback());
  std::size_t handled = 0;
  transport.set_receiver([&](const Flow& flow, std::span<const char> bytes, base::Instant) {
    EXPECT_TRUE(transport.send(flow, "to " + std::string(bytes.data(), bytes.size())));
    if (++handled == 100) loop.stop();
  });
  for (int i = 0; i < 50; ++i) {
    a->send("a" + std::to_string(i), transport.listeners()[index]);
    b->send("b" + std::to_string(i), transport.listeners()[index]);
  }
  receive(0);
  ASSERT_EQ(handled, 100u);
  EXPECT_EQ(transport.counters().sent.value(), 100u);
  net::ReceiveBatch batch;
  for (auto* socket : {&*a, &*b}) {
    std::vector<std::string> got;
    for (auto some = socket->receive(batch); !some.empty(); some = socket->receive(batch))
      for (const auto& datagram : some) got.emplace_back(datagram.bytes.data(), datagram.bytes.size());
    ASSERT_EQ(got.size(), 50u);
    for (int i = 0; i < 50; ++i) EXPECT_EQ(got[i], (socket == &*a ? "to a" : "to b") + std::to_string(i));
  }
}

TEST_F(Udp, what_a_batch_cannot_send_is_told_by_its_flow) {
  index = *transport.listen(loopback());
  auto unreachable = *base::SocketAddress::parse("192.0.2.1", 5060);  // not from a loopback address
  std::vector<Flow> failed;
  std::size_t handled = 0;
  transport.set_receiver(
      [&](const Flow& flow, std::span<const char>, base::Instant) {
        EXPECT_TRUE(transport.send({Protocol::kUdp, flow.listener, unreachable}, "nowhere"));
        EXPECT_TRUE(transport.send(flow, "here"));
        if (++handled == 2) loop.stop();
      },
      [&](const Flow& flow, base::Instant) { failed.push_back(flow); });
  auto socket = net::UdpSocket::bind(loopback());
  socket->send("1", transport.listeners()[index]);
  socket->send("2", transport.listeners()[index]);
  receive(0);
  ASSERT_EQ(failed.size(), 2u);
  EXPECT_EQ(failed[0], (Flow{Protocol::kUdp, index, unreachable}));
  EXPECT_EQ(transport.counters().send_errors.value(), 2u);
  net::ReceiveBatch batch;
  EXPECT_EQ(socket->receive(batch).size(), 2u);
}

TEST_F(Udp, sends_from_the_listener) {
  listen_and_record();
  ASSERT_TRUE(transport.send({Protocol::kUdp, index, transport.listeners()[index]}, "to myself"));
  receive(1);
  ASSERT_EQ(texts.size(), 1u);
  EXPECT_EQ(flows[0].remote, transport.listeners()[index]);
  EXPECT_EQ(transport.counters().sent.value(), 1u);
}

TEST_F(Udp, several_listeners_are_told_apart) {
  listen_and_record();
  auto second = transport.listen(loopback());
  ASSERT_TRUE(second);
  EXPECT_NE(*second, index);
  transport.send({Protocol::kUdp, index, transport.listeners()[*second]}, "x");
  receive(1);
  ASSERT_EQ(flows.size(), 1u);
  EXPECT_EQ(flows[0].listener, *second);
}

TEST_F(Udp, a_port_that_is_taken_is_named) {
  listen_and_record();
  auto again = transport.listen(transport.listeners()[index]);
  ASSERT_FALSE(again);
  EXPECT_THAT(again.error().text, testing::HasSubstr(std::to_string(transport.listeners()[index].port())));
}

TEST_F(Udp, what_can_never_leave_is_refused_and_counted) {
  listen_and_record();
  EXPECT_FALSE(transport.send({Protocol::kUdp, 9, loopback(5060)}, "no such listener"));
  EXPECT_FALSE(transport.send({Protocol::kTcp, index, loopback(5060)}, "not UDP"));
  EXPECT_FALSE(transport.send({Protocol::kUdp, index, loopback(5060)}, std::string(70000, 'x')));
  EXPECT_EQ(transport.counters().send_errors.value(), 3u);
  EXPECT_EQ(transport.counters().sent.value(), 0u);
}

TEST_F(Udp, shows_the_listener_or_the_external_address) {
  listen_and_record();
  const auto own = transport.listeners()[index];
  Flow flow{Protocol::kUdp, index, *base::SocketAddress::parse("127.0.0.9", 5060)};
  EXPECT_EQ(transport.advertised(flow), own);
  transport.set_external(*base::SocketAddress::parse("203.0.113.1", 0),
                         [](const base::SocketAddress& remote) { return remote.is_loopback(); });
  EXPECT_EQ(transport.advertised(flow), own);
  flow.remote = *base::SocketAddress::parse("198.51.100.1", 5060);
  EXPECT_EQ(transport.advertised(flow).to_string(), "203.0.113.1:" + std::to_string(own.port()));
  transport.set_external(*base::SocketAddress::parse("203.0.113.1", 6000), {});
  EXPECT_EQ(transport.advertised(flow).to_string(), "203.0.113.1:6000");
  transport.set_external({}, {});
  EXPECT_EQ(transport.advertised(flow), own);
}

TEST_F(Udp, a_wildcard_listener_shows_the_address_that_the_kernel_sends_from) {
  auto wildcard = transport.listen(*base::SocketAddress::parse("0.0.0.0", 0));
  ASSERT_TRUE(wildcard);
  base::SocketAddress shown = transport.advertised({Protocol::kUdp, *wildcard, loopback(5060)});
  EXPECT_EQ(shown.host(), "127.0.0.1");
  EXPECT_EQ(shown.port(), transport.listeners()[*wildcard].port());
}

TEST_F(Udp, a_listener_that_does_not_exist_shows_nothing) {
  EXPECT_TRUE(transport.advertised({Protocol::kUdp, 3, loopback(5060)}).is_unspecified());
}

TEST(SourceCache, asks_once_for_a_host_whatever_its_port) {
  int asked = 0;
  SourceCache cache(10, [&](const base::SocketAddress&) -> base::Result<base::SocketAddress> {
    ++asked;
    return loopback();
  });
  EXPECT_TRUE(cache.find(loopback(1)));
  EXPECT_TRUE(cache.find(loopback(2)));
  EXPECT_EQ(asked, 1);
}

TEST(SourceCache, does_not_remember_that_there_is_no_way) {
  int asked = 0;
  SourceCache cache(10, [&](const base::SocketAddress&) -> base::Result<base::SocketAddress> {
    ++asked;
    return base::fail(base::ErrorCode::kUnavailable, "no route");
  });
  EXPECT_FALSE(cache.find(loopback(1)));
  EXPECT_FALSE(cache.find(loopback(1)));
  EXPECT_EQ(asked, 2);
}

TEST(SourceCache, is_bounded) {
  SourceCache cache(
      100, [](const base::SocketAddress&) -> base::Result<base::SocketAddress> { return loopback(); });
  for (int i = 0; i < 1000; ++i)
    cache.find(
        *base::SocketAddress::parse("10.0." + std::to_string(i / 250) + "." + std::to_string(i % 250), 5060));
  EXPECT_LE(cache.size(), 100u);
}

}  // namespace
}  // namespace polyfon::sip
