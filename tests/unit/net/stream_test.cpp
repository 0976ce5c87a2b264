// Streams on loopback, and the limits on connections.
#include "net/stream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "certificates.h"
#include "net/connection_limits.h"
#include "net/stream_listener.h"
#include "net/tcp_socket.h"
#include "temp_folder.h"

namespace polyfon::net {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using Side = TlsContext::Side;

base::SocketAddress address(std::string_view text) { return *base::SocketAddress::parse_with_port(text, 0); }

struct Peer : StreamHandler {
  explicit Peer(Loop& owner) : loop(owner) {}
  void on_open() override { opened = true, loop.stop(); }
  void on_bytes(std::span<const char> bytes) override {
    text.append(bytes.data(), bytes.size());
    if (echo) stream->send({bytes.data(), bytes.size()});
    if (vanish) stream.reset();
    loop.stop();
  }
  void on_closed(StreamEnd reason, const std::string& sentence) override {
    closed = true, end = reason, why = sentence;
    loop.stop();
  }

  Loop& loop;
  std::unique_ptr<Stream> stream;
  bool opened = false, closed = false, echo = false, vanish = false;
  StreamEnd end{};
  std::string text, why;
};

class Streams : public testing::Test {
 public:
  template <class Condition>
  void until(Condition condition, base::Duration limit = 3s) {
    base::Timer alarm(this, [](void* self, base::Instant) {
      static_cast<Streams*>(self)->late = true;
      static_cast<Streams*>(self)->loop.stop();
    });
    late = false;
    loop.timers().arm(alarm, loop.now() + limit);
    while (!condition() && !late) loop.run();
  }
  void listen(std::string_view at = "127.0.0.1:0", Stream::Options options = {}) {
    auto bound = StreamListener::bind(address(at));
    ASSERT_TRUE(bound) << bound.error().text;
    listener = std::move(*bound);
    listener->start(loop, [this, options](int fd, const base::SocketAddress& from) {
      if (refuse) return false;
      remote = from;
      server.stream = std::make_unique<Stream>(loop, fd, options, server);
      return true;
    });
  }
  void connect(Stream::Options options = {}) {
    client.stream = std::make_unique<Stream>(loop, base::SocketAddress{}, listener->local(), options, client);
  }
  std::shared_ptr<const TlsContext> context(Side side, const TlsOptions& options) {
    auto made = TlsContext::make(side, options);
    EXPECT_TRUE(made) << (made ? "" : made.error().text);
    return made ? *made : nullptr;
  }
  void make_certificates() {
    authority.write(folder / "ca.pem");
    authority.sign(folder / "server.pem", "x", "DNS:pbx.example");
    server_tls.tls =
        context(Side::kServer, {.certificate_file = folder / "server.pem", .verify_peer = false});
    client_tls.tls = context(Side::kClient, {.ca_file = folder / "ca.pem"});
    client_tls.domain = "pbx.example";
  }

  Loop loop{"test"};
  Peer server{loop}, client{loop};
  std::unique_ptr<StreamListener> listener;
  base::SocketAddress remote;
  TempFolder folder;
  TestAuthority authority;
  Stream::Options server_tls, client_tls;
  bool refuse = false, late = false;
};

TEST_F(Streams, carry_bytes_both_ways) {
  server.echo = true;
  listen();
  connect();
  client.stream->send("hello ");  // before it is connected
  until([&] { return client.opened; });
  client.stream->send("there");
  until([&] { return client.text == "hello there"; });
  EXPECT_EQ(client.text, "hello there");
  EXPECT_EQ(client.stream->local(), remote);
}

TEST_F(Streams, work_over_ipv6) {
  server.echo = true;
  listen("[::1]:0");
  connect();
  client.stream->send("x");
  until([&] { return client.text == "x"; });
  EXPECT_TRUE(remote.is_v6());
}

TEST_F(Streams, tell_that_the_peer_has_closed) {
  listen();
  connect();
  until([&] { return client.opened && server.stream; });
  client.stream.reset();
  until([&] { return server.closed; });
  EXPECT_EQ(server.end, StreamEnd::kPeer);
}

TEST_F(Streams, tell_that_nobody_listens) {
  listen();
  const auto to = listener->local();
  listener.reset();
  client.stream = std::make_unique<Stream>(loop, base::SocketAddress{}, to, Stream::Options{}, client);
  EXPECT_FALSE(client.closed);  // never from inside
  until([&] { return client.closed; });
  EXPECT_EQ(client.end, StreamEnd::kUnreachable);
  EXPECT_THAT(client.why, HasSubstr("refused"));
}

TEST_F(Streams, a_busy_port_is_named) {
  listen();
  auto again = StreamListener::bind(listener->local());
  ASSERT_FALSE(again);
  EXPECT_THAT(again.error().text, HasSubstr(std::to_string(listener->local().port())));
  EXPECT_THAT(again.error().text, HasSubstr("in use"));
}

TEST_F(Streams, an_address_of_another_machine_is_named) {
  auto bound = StreamListener::bind(address("192.0.2.77:5060"));
  ASSERT_FALSE(bound);
  EXPECT_THAT(bound.error().text, HasSubstr("192.0.2.77 is no address of this machine"));
}

TEST_F(Streams, a_refused_connection_is_reset) {
  refuse = true;
  listen();
  connect();
  until([&] { return client.closed; });
  EXPECT_TRUE(client.closed);
}

TEST_F(Streams, may_be_destroyed_in_their_own_callback) {
  server.vanish = true;
  listen();
  connect();
  client.stream->send("x");
  until([&] { return client.closed; });
  EXPECT_EQ(server.text, "x");
  EXPECT_EQ(server.stream, nullptr);
}

TEST_F(Streams, a_reader_that_is_too_slow_is_let_go) {
  listen();
  connect();
  until([&] { return client.opened && server.stream; });
  server.stream->pause();
  const std::string block(64u << 10, 'x');
  int sent = 0;
  while (sent < 10'000 && client.stream->send(block)) ++sent;
  EXPECT_LT(sent, 10'000);
  EXPECT_FALSE(client.closed);  // never from inside
  until([&] { return client.closed; });
  EXPECT_EQ(client.end, StreamEnd::kSlowPeer);
  EXPECT_FALSE(client.stream->send("x"));
}

TEST_F(Streams, pause_keeps_bytes_for_later) {
  listen();
  connect();
  until([&] { return client.opened && server.stream; });
  server.stream->pause();
  client.stream->send("late");
  until([&] { return false; }, 50ms);
  EXPECT_EQ(server.text, "");
  server.stream->resume();
  until([&] { return server.text == "late"; });
  EXPECT_EQ(server.text, "late");
}

TEST_F(Streams, last_words_arrive_though_the_peer_was_talking) {
  listen();
  connect();
  until([&] { return client.opened && server.stream; });
  client.stream->send(std::string(200'000, 'x'));
  server.stream->pause();
  until([&] { return false; }, 20ms);
  server.stream->send("SIP/2.0 400 Bad Request");
  server.stream->finish();
  until([&] { return client.closed; });
  EXPECT_EQ(client.text, "SIP/2.0 400 Bad Request");
  client.stream.reset();
  until([&] { return server.closed; });
  EXPECT_EQ(server.end, StreamEnd::kDone);
}

TEST_F(Streams, carry_bytes_over_tls) {
  make_certificates();
  server.echo = true;
  listen("127.0.0.1:0", server_tls);
  connect(client_tls);
  const std::string text(100'000, 'y');
  client.stream->send(text);
  until([&] { return client.text.size() == text.size(); });
  EXPECT_EQ(client.text, text);
  EXPECT_TRUE(client.opened);
  EXPECT_TRUE(server.opened);
}

TEST_F(Streams, a_server_with_another_name_is_not_talked_to) {
  make_certificates();
  client_tls.domain = "bank.example";
  listen("127.0.0.1:0", server_tls);
  connect(client_tls);
  client.stream->send("secret");
  until([&] { return client.closed && server.closed; });
  EXPECT_EQ(client.end, StreamEnd::kHandshake);
  EXPECT_THAT(client.why, HasSubstr("not for bank.example"));
  EXPECT_EQ(server.text, "");
}

TEST_F(Streams, plain_text_on_a_tls_port_is_refused) {
  make_certificates();
  listen("127.0.0.1:0", server_tls);
  connect();
  client.stream->send("OPTIONS sip:a SIP/2.0\r\n\r\n");
  until([&] { return server.closed; });
  EXPECT_EQ(server.end, StreamEnd::kHandshake);
}

TEST_F(Streams, a_handshake_has_a_deadline) {
  make_certificates();
  server_tls.limits.handshake = 50ms;
  listen("127.0.0.1:0", server_tls);
  connect();  // says nothing
  until([&] { return server.closed; });
  EXPECT_EQ(server.end, StreamEnd::kHandshake);
  EXPECT_THAT(server.why, HasSubstr("in time"));
}

TEST_F(Streams, new_certificates_are_for_new_connections) {
  make_certificates();
  server.echo = true;
  Stream::Options current = server_tls;
  auto bound = StreamListener::bind(address("127.0.0.1:0"));
  ASSERT_TRUE(bound);
  listener = std::move(*bound);
  std::vector<std::unique_ptr<Peer>> peers;
  listener->start(loop, [&](int fd, const base::SocketAddress&) {
    auto& peer = *peers.emplace_back(std::make_unique<Peer>(loop));
    peer.echo = true;
    peer.stream = std::make_unique<Stream>(loop, fd, current, peer);
    return true;
  });
  connect(client_tls);
  until([&] { return client.opened; });
  authority.sign(folder / "server.pem", "x", "DNS:new.example");
  current.tls = context(Side::kServer, {.certificate_file = folder / "server.pem", .verify_peer = false});
  server_tls.tls.reset();  // the last reference but those of connections
  Peer second{loop};
  client_tls.domain = "new.example";
  second.stream =
      std::make_unique<Stream>(loop, base::SocketAddress{}, listener->local(), client_tls, second);
  until([&] { return second.opened || second.closed; });
  EXPECT_TRUE(second.opened) << second.why;
  client.stream->send("still there");
  until([&] { return client.text == "still there"; });
  EXPECT_EQ(client.text, "still there");
}

// --- limits ---

TEST(ConnectionLimits, count_all_together) {
  ConnectionLimits limits({.total = 2, .per_host = 9, .unproven = 100});
  EXPECT_TRUE(limits.admit(address("192.0.2.1:1")));
  EXPECT_TRUE(limits.admit(address("192.0.2.2:1")));
  EXPECT_FALSE(limits.admit(address("192.0.2.3:1")));
  EXPECT_EQ(limits.counters().refused_total.value(), 1u);
  limits.release(address("192.0.2.1:1"), false);
  EXPECT_TRUE(limits.admit(address("192.0.2.3:1")));
}

TEST(ConnectionLimits, count_each_host_whatever_its_ports) {
  ConnectionLimits limits({.total = 9, .per_host = 2, .unproven = 100});
  EXPECT_TRUE(limits.admit(address("192.0.2.1:1")));
  EXPECT_TRUE(limits.admit(address("192.0.2.1:2")));
  EXPECT_FALSE(limits.admit(address("192.0.2.1:3")));
  EXPECT_TRUE(limits.admit(address("192.0.2.2:1")));
  EXPECT_EQ(limits.counters().refused_host.value(), 1u);
}

TEST(ConnectionLimits, a_network_of_ipv6_is_one_host) {
  ConnectionLimits limits({.total = 9, .per_host = 1, .unproven = 100});
  EXPECT_TRUE(limits.admit(address("[2001:db8::1]:1")));
  EXPECT_FALSE(limits.admit(address("[2001:db8::2]:1")));
  EXPECT_TRUE(limits.admit(address("[2001:db8:0:1::2]:1")));
}

TEST(ConnectionLimits, one_host_cannot_use_up_the_room_for_newcomers) {
  ConnectionLimits limits({.total = 99, .per_host = 99, .unproven = 4});
  EXPECT_TRUE(limits.admit(address("192.0.2.1:1")));
  EXPECT_TRUE(limits.admit(address("192.0.2.1:2")));
  EXPECT_FALSE(limits.admit(address("192.0.2.1:3")));
  EXPECT_TRUE(limits.admit(address("192.0.2.2:1")));
  EXPECT_EQ(limits.counters().refused_unproven.value(), 1u);
}

TEST(ConnectionLimits, what_has_proven_itself_makes_room) {
  ConnectionLimits limits({.total = 99, .per_host = 99, .unproven = 2});
  EXPECT_TRUE(limits.admit(address("192.0.2.1:1")));
  EXPECT_FALSE(limits.admit(address("192.0.2.1:2")));
  limits.prove(address("192.0.2.1:1"));
  EXPECT_TRUE(limits.admit(address("192.0.2.1:2")));
  limits.release(address("192.0.2.1:1"), true);
  limits.release(address("192.0.2.1:2"), false);
  EXPECT_EQ(limits.total(), 0u);
  EXPECT_EQ(limits.unproven(), 0u);
}

}  // namespace
}  // namespace polyfon::net
