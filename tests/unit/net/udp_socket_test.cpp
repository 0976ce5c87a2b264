#include "net/udp_socket.h"

#include <set>
#include <string>

#include <gtest/gtest.h>
#include <poll.h>

namespace polyfon::net {
namespace {

using base::ErrorCode;
using base::SocketAddress;

SocketAddress loopback(std::uint16_t port = 0) { return *SocketAddress::parse("127.0.0.1", port); }

UdpSocket bound(const SocketAddress& address = loopback()) {
  auto socket = UdpSocket::bind(address);
  EXPECT_TRUE(socket) << (socket ? "" : socket.error().text);
  return socket ? std::move(*socket) : UdpSocket{};
}

void wait_readable(const UdpSocket& socket) {
  pollfd poll_fd{socket.fd(), POLLIN, 0};
  ASSERT_EQ(::poll(&poll_fd, 1, 2000), 1);
}

TEST(UdpSocket, port_zero_takes_a_free_one_and_says_which) {
  auto a = bound();
  auto b = bound();
  EXPECT_NE(a.local().port(), 0);
  EXPECT_NE(a.local().port(), b.local().port());
  EXPECT_EQ(a.local().host(), "127.0.0.1");
}

TEST(UdpSocket, sends_and_receives_with_the_source_address) {
  auto a = bound();
  auto b = bound();
  ReceiveBatch batch;
  ASSERT_TRUE(a.send("hello", b.local()));
  wait_readable(b);
  auto got = b.receive(batch);
  ASSERT_EQ(got.size(), 1u);
  EXPECT_EQ(std::string(got[0].bytes.data(), got[0].bytes.size()), "hello");
  EXPECT_EQ(got[0].from, a.local());
}

TEST(UdpSocket, receive_is_empty_when_there_is_nothing) {
  auto socket = bound();
  ReceiveBatch batch;
  EXPECT_TRUE(socket.receive(batch).empty());
}

TEST(UdpSocket, an_empty_datagram_is_a_datagram) {
  auto a = bound();
  auto b = bound();
  ReceiveBatch batch;
  ASSERT_TRUE(a.send("", b.local()));
  wait_readable(b);
  auto got = b.receive(batch);
  ASSERT_EQ(got.size(), 1u);
  EXPECT_TRUE(got[0].bytes.empty());
}

TEST(UdpSocket, many_datagrams_come_in_batches_and_in_order) {
  auto a = bound();
  auto b = bound();
  ReceiveBatch batch(8);
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(a.send(std::to_string(i), b.local()));
  wait_readable(b);
  std::vector<std::string> all;
  std::vector<std::size_t> sizes;
  for (auto got = b.receive(batch); !got.empty(); got = b.receive(batch)) {
    sizes.push_back(got.size());
    for (const auto& datagram : got) all.emplace_back(datagram.bytes.data(), datagram.bytes.size());
  }
  EXPECT_EQ(sizes, (std::vector<std::size_t>{8, 8, 4}));
  ASSERT_EQ(all.size(), 20u);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(all[static_cast<std::size_t>(i)], std::to_string(i));
}

TEST(UdpSocket, the_largest_datagram_passes) {
  auto a = bound();
  auto b = bound();
  ReceiveBatch batch;
  std::string large(65507, 'x');
  ASSERT_TRUE(a.send(large, b.local()));
  wait_readable(b);
  auto got = b.receive(batch);
  ASSERT_EQ(got.size(), 1u);
  EXPECT_EQ(got[0].bytes.size(), large.size());
}

TEST(UdpSocket, a_datagram_longer_than_the_buffers_is_dropped_and_counted) {
  auto a = bound();
  auto b = bound();
  ReceiveBatch batch(4, 100);
  ASSERT_TRUE(a.send(std::string(101, 'x'), b.local()));
  ASSERT_TRUE(a.send(std::string(100, 'y'), b.local()));
  wait_readable(b);
  auto got = b.receive(batch);
  ASSERT_EQ(got.size(), 1u);
  EXPECT_EQ(got[0].bytes.size(), 100u);
  EXPECT_EQ(got[0].bytes[0], 'y');
  EXPECT_EQ(batch.oversized(), 1u);
}

TEST(UdpSocket, a_batch_is_shared_by_sockets_of_both_families) {
  auto v4 = bound();
  auto v6_bound = UdpSocket::bind(*SocketAddress::parse("::1", 0));
  if (!v6_bound) GTEST_SKIP() << "no IPv6 here: " << v6_bound.error().text;
  auto& v6 = *v6_bound;
  ReceiveBatch batch;
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(v4.send("4", v4.local()));
    wait_readable(v4);
    EXPECT_EQ(v4.receive(batch)[0].from, v4.local());
    ASSERT_TRUE(v6.send("6", v6.local()));
    wait_readable(v6);
    EXPECT_EQ(v6.receive(batch)[0].from, v6.local());
  }
}

TEST(UdpSocket, an_ipv6_socket_leaves_the_port_to_ipv4) {
  auto v6 = UdpSocket::bind(*SocketAddress::parse("::", 0));
  if (!v6) GTEST_SKIP() << "no IPv6 here: " << v6.error().text;
  auto v4 = UdpSocket::bind(*SocketAddress::parse("0.0.0.0", v6->local().port()));
  EXPECT_TRUE(v4) << v4.error().text;
}

TEST(UdpSocket, what_cannot_be_sent_is_false) {
  auto socket = bound();
  EXPECT_FALSE(socket.send(std::string(70'000, 'x'), loopback(9)));
  EXPECT_FALSE(socket.send("x", *SocketAddress::parse("::1", 9)));
}

TEST(UdpSocket, a_batch_is_sent_in_order_past_what_is_refused) {
  auto from = bound(), to = bound();
  auto refused_address = *SocketAddress::parse("192.0.2.1", 5060);  // not from a loopback address
  SendBatch batch;
  EXPECT_TRUE(batch.empty());
  for (int i = 0; i < 70; ++i) batch.add(std::to_string(i), i % 10 == 9 ? refused_address : to.local());
  EXPECT_TRUE(batch.full());
  int refused = 0;
  from.send(batch, [&](const SocketAddress& address, int error) {
    EXPECT_EQ(address, refused_address);
    EXPECT_NE(error, 0);
    ++refused;
  });
  EXPECT_EQ(refused, 7);
  EXPECT_TRUE(batch.empty());
  ReceiveBatch received;
  std::vector<std::string> got;
  for (auto some = to.receive(received); !some.empty(); some = to.receive(received))
    for (const auto& datagram : some) got.emplace_back(datagram.bytes.data(), datagram.bytes.size());
  ASSERT_EQ(got.size(), 63u);
  EXPECT_EQ(got.front(), "0");
  EXPECT_EQ(got[9], "10");
  EXPECT_EQ(got.back(), "68");
}

TEST(UdpSocket, a_port_in_use_is_named) {
  auto first = bound();
  auto second = UdpSocket::bind(first.local());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::kExists);
  EXPECT_EQ(second.error().text, "port " + std::to_string(first.local().port()) +
                                     " (UDP) on 127.0.0.1 is in use by another program");
}

TEST(UdpSocket, an_address_of_another_machine_is_named) {
  auto socket = UdpSocket::bind(*SocketAddress::parse("192.0.2.1", 5060));
  ASSERT_FALSE(socket);
  EXPECT_EQ(socket.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(socket.error().text,
            "port 5060 (UDP) on 192.0.2.1 cannot be used: 192.0.2.1 is no address of this machine");
}

TEST(UdpSocket, moving_moves_the_descriptor) {
  auto a = bound();
  int fd = a.fd();
  UdpSocket b = std::move(a);
  EXPECT_FALSE(a);  // NOLINT(bugprone-use-after-move): it is what is tested
  EXPECT_EQ(b.fd(), fd);
  auto address = b.local();
  b = UdpSocket{};
  EXPECT_FALSE(b);
  EXPECT_TRUE(UdpSocket::bind(address)) << "the port is free again";
}

TEST(UdpSocket, has_no_error_at_first) {
  auto socket = bound();
  EXPECT_EQ(socket.take_error(), 0);
}

TEST(UdpSocket, receive_buffer_is_larger_than_the_default_when_asked_for) {
  auto small = UdpSocket::bind(loopback(), 4096);
  auto large = UdpSocket::bind(loopback(), 200'000);
  ASSERT_TRUE(small);
  ASSERT_TRUE(large);
  auto size_of = [](const UdpSocket& socket) {
    int size = 0;
    socklen_t length = sizeof size;
    ::getsockopt(socket.fd(), SOL_SOCKET, SO_RCVBUF, &size, &length);
    return size;
  };
  EXPECT_LT(size_of(*small), size_of(*large));
}

TEST(SourceAddress, towards_loopback_is_loopback_without_a_port) {
  auto source = source_address_for(loopback(5060));
  ASSERT_TRUE(source);
  EXPECT_EQ(source->to_string(), "127.0.0.1:0");
  EXPECT_EQ(source_address_for(loopback(0))->host(), "127.0.0.1");
}

TEST(SourceAddress, without_a_route_is_an_error_that_names_the_target) {
  auto source = source_address_for(*SocketAddress::parse("fe80::1", 5060));  // link-local, and no link given
  ASSERT_FALSE(source);
  EXPECT_NE(source.error().text.find("no route to fe80::1"), std::string::npos);
}

}  // namespace
}  // namespace polyfon::net
