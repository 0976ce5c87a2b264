// SIP over TCP and TLS on loopback; both halves live on one loop.
#include "sip/transport/stream_transport.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "certificates.h"
#include "sip/message/message.h"
#include "sip/transport/transports.h"
#include "temp_folder.h"

namespace polyfon::sip {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Side = net::TlsContext::Side;

base::SocketAddress loopback(std::uint16_t port = 0) {
  return *base::SocketAddress::parse("127.0.0.1", port);
}

std::string request(std::string_view id, std::string_view uri = "sip:bob@127.0.0.1") {
  return fmt::format(
      "OPTIONS {} SIP/2.0\r\nVia: SIP/2.0/TCP 127.0.0.1;branch=z9hG4bK{}\r\nFrom: <sip:a@a>;tag=1\r\n"
      "To: <sip:b@b>\r\nCall-ID: {}\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n",
      uri, id, id);
}

// A telephone or a proxy: a connection that writes down what it hears.
struct Far : net::StreamHandler {
  void on_open() override {}
  void on_bytes(std::span<const char> bytes) override { text.append(bytes.data(), bytes.size()); }
  void on_closed(net::StreamEnd, const std::string&) override { closed = true; }
  std::string text;
  bool closed = false;
  std::unique_ptr<net::Stream> stream;
};

class StreamSip : public testing::Test {
 public:
  void begin(StreamOptions options = {}) {
    transport = std::make_unique<StreamTransport>(loop, loop, options);
    transport->set_receiver(
        [this](const Flow& flow, std::span<const char> bytes, base::Instant) {
          flows.push_back(flow);
          texts.emplace_back(bytes.data(), bytes.size());
        },
        [this](const Flow& flow, base::Instant) { failures.push_back(flow); });
  }
  void listen() {
    ASSERT_TRUE(transport->listen(Protocol::kTcp, loopback()));
    own = transport->listeners(Protocol::kTcp)[0];
  }
  void use_tls(const std::string& names = "IP:127.0.0.1", bool verify = true) {
    authority.write(folder / "ca.pem");
    authority.sign(folder / "server.pem", "x", names);
    transport->set_tls({context(Side::kServer), context(Side::kClient, verify)});
    auto listening = transport->listen(Protocol::kTls, loopback());
    ASSERT_TRUE(listening) << listening.error().text;
    own = transport->listeners(Protocol::kTls)[0];
  }
  std::shared_ptr<const net::TlsContext> context(Side side, bool verify = true) {
    net::TlsOptions options{.ca_file = folder / "ca.pem", .verify_peer = verify};
    if (side == Side::kServer) options = {.certificate_file = folder / "server.pem", .verify_peer = false};
    auto made = net::TlsContext::make(side, options);
    EXPECT_TRUE(made) << (made ? "" : made.error().text);
    return made ? *made : nullptr;
  }
  void call_in(Far& far) {
    far.stream = std::make_unique<net::Stream>(loop, base::SocketAddress{}, own, net::Stream::Options{}, far);
  }
  // A far end that is called: its connections are in `fars`.
  void far_listens(std::shared_ptr<const net::TlsContext> tls = nullptr) {
    auto bound = net::StreamListener::bind(loopback());
    ASSERT_TRUE(bound);
    far_listener = std::move(*bound);
    far_listener->start(loop, [this, tls](int fd, const base::SocketAddress&) {
      auto& far = *fars.emplace_back(std::make_unique<Far>());
      far.stream = std::make_unique<net::Stream>(loop, fd, net::Stream::Options{tls, {}, {}}, far);
      return true;
    });
  }
  template <class Condition>
  void until(Condition condition, base::Duration limit = 3s) {
    struct Turn {
      net::Loop& loop;
      bool (*holds)(void*);
      void* what;
      base::Instant end;
      base::Timer timer{this, [](void* self, base::Instant now) { static_cast<Turn*>(self)->look(now); }};
      void look(base::Instant now) {
        if (holds(what) || now > end) return loop.stop();
        loop.timers().arm(timer, now + 1ms);
      }
    };
    Turn turn{loop, [](void* what) { return (*static_cast<Condition*>(what))(); }, &condition,
              loop.now() + limit};
    loop.timers().arm(turn.timer, loop.now());
    loop.run();
  }

  net::Loop loop{"test", 1s};
  std::unique_ptr<StreamTransport> transport;
  base::SocketAddress own;
  std::vector<Flow> flows, failures;
  std::vector<std::string> texts;
  std::unique_ptr<net::StreamListener> far_listener;
  std::vector<std::unique_ptr<Far>> fars;
  TempFolder folder;
  TestAuthority authority;
};

TEST_F(StreamSip, a_request_comes_with_its_connection) {
  begin();
  listen();
  Far far;
  call_in(far);
  far.stream->send(request("1") + request("2"));
  until([&] { return texts.size() == 2; });
  EXPECT_THAT(texts, ElementsAre(request("1"), request("2")));
  EXPECT_EQ(flows[0].protocol, Protocol::kTcp);
  EXPECT_NE(flows[0].connection, 0u);
  EXPECT_EQ(flows[0], flows[1]);
  EXPECT_EQ(flows[0].remote, far.stream->local());
}

TEST_F(StreamSip, rfc3261_18_2_2_a_response_goes_back_by_its_connection) {
  begin();
  listen();
  Far far;
  call_in(far);
  far.stream->send(request("1"));
  until([&] { return !flows.empty(); });
  EXPECT_TRUE(transport->send(flows[0], "SIP/2.0 200 OK\r\n\r\n"));
  until([&] { return !far.text.empty(); });
  EXPECT_EQ(far.text, "SIP/2.0 200 OK\r\n\r\n");
}

TEST_F(StreamSip, rfc3261_18_2_2_a_response_whose_connection_has_gone_goes_to_sent_by) {
  begin();
  listen();
  far_listens();
  Far far;
  call_in(far);
  far.stream->send(request("1"));
  until([&] { return !flows.empty(); });
  far.stream.reset();
  until([&] { return transport->connections() == 0; });
  Flow back = flows[0];
  back.reply_port = far_listener->local().port();
  EXPECT_TRUE(transport->send(back, "SIP/2.0 200 OK\r\n\r\n"));
  until([&] { return !fars.empty() && !fars[0]->text.empty(); });
  ASSERT_EQ(fars.size(), 1u);
  EXPECT_EQ(fars[0]->text, "SIP/2.0 200 OK\r\n\r\n");
  EXPECT_TRUE(transport->send(back, "SIP/2.0 200 OK\r\n\r\n"));
  until([&] { return fars[0]->text.size() > 20; });
  EXPECT_EQ(fars.size(), 1u);  // the new one carries what the old one did
}

TEST_F(StreamSip, rfc5626_4_4_1_a_ping_gets_its_pong) {
  begin();
  listen();
  Far far;
  call_in(far);
  far.stream->send("\r\n\r\n");
  until([&] { return !far.text.empty(); });
  EXPECT_EQ(far.text, "\r\n");
  EXPECT_THAT(texts, IsEmpty());
  EXPECT_EQ(transport->edge_counters().keep_alives.value(), 1u);
}

TEST_F(StreamSip, two_requests_to_one_place_share_a_connection) {
  begin();
  far_listens();
  const Flow flow{Protocol::kTcp, 0, far_listener->local()};
  EXPECT_TRUE(transport->send(flow, request("1")));
  EXPECT_TRUE(transport->send(flow, request("2")));
  until([&] { return !fars.empty() && fars[0]->text.size() == 2 * request("1").size(); });
  ASSERT_EQ(fars.size(), 1u);
  EXPECT_EQ(fars[0]->text, request("1") + request("2"));
  EXPECT_EQ(transport->counters().opened.value(), 1u);
  EXPECT_EQ(transport->counters().reused.value(), 1u);
}

TEST_F(StreamSip, an_answer_comes_by_the_connection_that_we_made) {
  begin();
  far_listens();
  transport->send({Protocol::kTcp, 0, far_listener->local()}, request("1"));
  until([&] { return !fars.empty() && !fars[0]->text.empty(); });
  fars[0]->stream->send(request("back"));
  until([&] { return !texts.empty(); });
  EXPECT_THAT(texts, ElementsAre(request("back")));
  EXPECT_EQ(flows[0].remote, far_listener->local());
}

TEST_F(StreamSip, rfc3261_18_4_a_refused_connection_is_told) {
  begin();
  far_listens();
  const Flow flow{Protocol::kTcp, 0, far_listener->local()};
  far_listener.reset();
  EXPECT_TRUE(transport->send(flow, request("1")));
  EXPECT_THAT(failures, IsEmpty());
  until([&] { return !failures.empty(); });
  ASSERT_EQ(failures.size(), 1u);
  EXPECT_EQ(failures[0].remote, flow.remote);
  EXPECT_EQ(failures[0].protocol, Protocol::kTcp);
  EXPECT_EQ(transport->connections(), 0u);
}

TEST_F(StreamSip, a_connection_that_breaks_under_a_request_is_told) {
  begin();
  far_listens();
  transport->send({Protocol::kTcp, 0, far_listener->local()}, request("1"));
  until([&] { return !fars.empty() && !fars[0]->text.empty(); });
  fars[0]->stream.reset();
  until([&] { return !failures.empty(); });
  EXPECT_EQ(failures.size(), 1u);
}

TEST_F(StreamSip, a_stranger_who_goes_away_fails_nothing) {
  begin();
  listen();
  Far far;
  call_in(far);
  far.stream->send(request("1"));
  until([&] { return !flows.empty(); });
  transport->send(flows[0], "SIP/2.0 200 OK\r\n\r\n");
  far.stream.reset();
  until([&] { return transport->connections() == 0; });
  EXPECT_THAT(failures, IsEmpty());
}

TEST_F(StreamSip, rfc3261_18_3_a_broken_message_is_answered_and_the_connection_closed) {
  begin();
  listen();
  transport->set_receiver(
      [this](const Flow& flow, std::span<const char> bytes, base::Instant) {
        const sip::Message message(bytes, sip::Message::Framing::kStream);
        EXPECT_EQ(message.error(), ParseError::kContentLength);
        transport->send(flow, "SIP/2.0 400 Bad Request\r\n\r\n");
      },
      {});
  Far far;
  call_in(far);
  std::string text = request("1");
  text.erase(text.find("Content-Length"), 19);
  far.stream->send(text + request("2"));
  until([&] { return far.closed; });
  EXPECT_EQ(far.text, "SIP/2.0 400 Bad Request\r\n\r\n");
  EXPECT_EQ(transport->edge_counters().closed_broken.value(), 1u);
}

TEST_F(StreamSip, a_connection_without_a_message_is_closed) {
  begin({.proof = 30ms});
  listen();
  Far silent, noisy;
  call_in(silent);
  call_in(noisy);
  noisy.stream->send(request("1"));
  until([&] { return silent.closed; });
  EXPECT_TRUE(silent.closed);
  until([] { return false; }, 60ms);
  EXPECT_FALSE(noisy.closed);
  EXPECT_EQ(transport->edge_counters().closed_unproven.value(), 1u);
}

TEST_F(StreamSip, keep_alives_are_no_message) {
  begin({.proof = 30ms});
  listen();
  Far far;
  call_in(far);
  far.stream->send("\r\n\r\n");
  until([&] { return far.closed; });
  EXPECT_TRUE(far.closed);
}

TEST_F(StreamSip, a_message_that_drips_is_cut_off) {
  begin({.proof = 60ms});
  listen();
  Far far;
  call_in(far);
  far.stream->send(request("1") + "OPTIONS sip:b");
  until([] { return false; }, 30ms);
  far.stream->send(" SIP");
  until([&] { return far.closed; });
  EXPECT_TRUE(far.closed);
  EXPECT_EQ(transport->edge_counters().closed_unproven.value(), 1u);
}

TEST_F(StreamSip, an_idle_connection_is_closed_in_the_end) {
  begin({.idle = 30ms});
  listen();
  Far far;
  call_in(far);
  far.stream->send(request("1"));
  until([&] { return far.closed; });
  EXPECT_EQ(transport->edge_counters().closed_idle.value(), 1u);
}

TEST_F(StreamSip, too_many_connections_of_one_host_are_refused) {
  begin({.limits = {.total = 10, .per_host = 1, .unproven = 10}});
  listen();
  Far first, second;
  call_in(first);
  first.stream->send(request("1"));
  until([&] { return !texts.empty(); });
  call_in(second);
  until([&] { return second.closed; });
  EXPECT_TRUE(second.closed);
  EXPECT_FALSE(first.closed);
  EXPECT_EQ(transport->limits().refused_host.value(), 1u);
}

TEST_F(StreamSip, a_reader_that_is_too_slow_is_let_go) {
  begin({.stream = {.max_unsent = 1 << 20}});
  listen();
  Far far;
  call_in(far);
  far.stream->send(request("1"));
  until([&] { return !flows.empty(); });
  far.stream->pause();
  for (int i = 0; i < 1000; ++i) transport->send(flows[0], std::string(60'000, 'x'));
  until([&] { return transport->connections() == 0; });
  EXPECT_EQ(transport->edge_counters().closed_slow.value(), 1u);
}

TEST_F(StreamSip, works_over_ipv6) {
  begin();
  ASSERT_TRUE(transport->listen(Protocol::kTcp, *base::SocketAddress::parse("::1", 0)));
  own = transport->listeners(Protocol::kTcp)[0];
  Far far;
  call_in(far);
  far.stream->send(request("1"));
  until([&] { return !flows.empty(); });
  EXPECT_TRUE(flows[0].remote.is_v6());
  EXPECT_EQ(transport->advertised(flows[0]).uri_host(), "[::1]");
}

TEST_F(StreamSip, shows_the_listener_of_the_protocol) {
  begin();
  listen();
  EXPECT_EQ(transport->advertised({Protocol::kTcp, 0, loopback(9)}), own);
  EXPECT_EQ(transport->advertised({Protocol::kTcp, 7, loopback(9)}), own);  // another listener of the family
  auto external = *base::SocketAddress::parse("203.0.113.1", 5060);
  transport->set_external(external, 6000, 0, [](const auto& remote) { return remote.is_private(); });
  EXPECT_EQ(
      transport->advertised({Protocol::kTcp, 0, *base::SocketAddress::parse("8.8.8.8", 5060)}).to_string(),
      "203.0.113.1:6000");
  EXPECT_EQ(
      transport->advertised({Protocol::kTls, 0, *base::SocketAddress::parse("8.8.8.8", 5060)}).to_string(),
      "203.0.113.1:5061");
}

TEST_F(StreamSip, no_way_is_told_at_once) {
  begin();
  EXPECT_FALSE(transport->send({Protocol::kTls, 0, loopback(5061)}, request("1")));  // no TLS here
  EXPECT_FALSE(transport->send({Protocol::kTcp, 0, loopback(0)}, request("1")));
  EXPECT_FALSE(transport->send({Protocol::kWs, 0, loopback(5060)}, request("1")));
  EXPECT_EQ(transport->counters().no_way.value(), 3u);
}

TEST_F(StreamSip, tls_without_a_certificate_is_an_error) {
  begin();
  auto listening = transport->listen(Protocol::kTls, loopback());
  ASSERT_FALSE(listening);
  EXPECT_THAT(listening.error().text, HasSubstr("certificate"));
}

TEST_F(StreamSip, carries_requests_over_tls) {
  begin();
  use_tls();
  const Flow to_myself{Protocol::kTls, 0, own};
  EXPECT_TRUE(transport->send(to_myself, request("1")));
  until([&] { return !texts.empty(); });
  EXPECT_THAT(texts, ElementsAre(request("1")));
  EXPECT_EQ(flows[0].protocol, Protocol::kTls);
}

TEST_F(StreamSip, rfc5922_7_3_a_request_for_somebody_else_is_not_sent) {
  begin();
  use_tls("DNS:pbx.example");
  EXPECT_TRUE(transport->send({Protocol::kTls, 0, own}, request("1", "sips:bob@bank.example")));
  until([&] { return !failures.empty(); });
  EXPECT_EQ(failures.size(), 1u);
  EXPECT_THAT(texts, IsEmpty());
}

TEST_F(StreamSip, rfc5922_4_a_connection_is_reused_for_its_domain_alone) {
  begin();
  use_tls("DNS:a.example,DNS:b.example");
  const Flow flow{Protocol::kTls, 0, own};
  transport->send(flow, request("1", "sips:bob@a.example"));
  transport->send(flow, request("2", "sips:bob@a.example"));
  transport->send(flow, request("3", "sips:bob@b.example"));
  until([&] { return texts.size() == 3; });
  EXPECT_EQ(texts.size(), 3u);
  EXPECT_EQ(transport->counters().opened.value(), 2u);
}

TEST_F(StreamSip, a_server_that_is_not_verified_may_be_anybody) {
  begin();
  use_tls("DNS:pbx.example", false);
  EXPECT_TRUE(transport->send({Protocol::kTls, 0, own}, request("1", "sips:bob@bank.example")));
  until([&] { return !texts.empty(); });
  EXPECT_EQ(texts.size(), 1u);
}

TEST_F(StreamSip, rfc3261_18_1_1_tcp_instead_of_udp_until_it_is_refused) {
  begin();
  listen();
  far_listens();
  const Flow udp{Protocol::kUdp, 0, far_listener->local()};
  auto tcp = transport->stream_instead(udp);
  ASSERT_TRUE(tcp);
  EXPECT_EQ(*tcp, (Flow{Protocol::kTcp, 0, udp.remote}));
  far_listener.reset();
  transport->send(*tcp, request("1"));
  until([&] { return !failures.empty(); });
  EXPECT_FALSE(transport->stream_instead(udp));
}

TEST_F(StreamSip, without_a_tcp_port_nothing_goes_by_tcp_instead) {
  begin();
  EXPECT_FALSE(transport->stream_instead({Protocol::kUdp, 0, loopback(5060)}));
}

TEST_F(StreamSip, shut_down_closes_everything) {
  begin();
  listen();
  Far far;
  call_in(far);
  far.stream->send(request("1"));
  until([&] { return !texts.empty(); });
  transport->shut_down();
  until([&] { return far.closed; });
  EXPECT_TRUE(far.closed);
  EXPECT_EQ(transport->edge_counters().connections.value(), 0);
}

TEST(NextHop, is_the_first_route_else_the_request_uri) {
  EXPECT_EQ(next_hop_host(request("1", "sips:bob@b.example:5061;x=y")), "b.example");
  std::string routed = request("1", "sips:bob@b.example");
  routed.insert(routed.find("From:"), "Route: <sip:p1.example;lr>, <sip:p2.example;lr>\r\n");
  EXPECT_EQ(next_hop_host(routed), "p1.example");
}

TEST(NextHop, of_a_response_is_sent_by) {
  EXPECT_EQ(next_hop_host("SIP/2.0 200 OK\r\nVia: SIP/2.0/TLS c.example:5061;branch=z9hG4bK1\r\n\r\n"),
            "c.example");
  EXPECT_EQ(next_hop_host("nonsense"), "");
}

struct Named : Sink {
  bool send(const Flow&, std::string_view message) override { return sent = message, true; }
  base::SocketAddress advertised(const Flow&) override { return loopback(port); }
  std::optional<Flow> stream_instead(const Flow& flow) override { return flow; }
  std::uint16_t port = 0;
  std::string sent;
};

TEST(Transports, hand_each_message_to_the_transport_of_its_protocol) {
  Named udp, streams;
  udp.port = 1, streams.port = 2;
  Transports all(udp, streams);
  all.send({Protocol::kUdp, 0, loopback(9)}, "u");
  all.send({Protocol::kTls, 0, loopback(9)}, "s");
  EXPECT_EQ(udp.sent, "u");
  EXPECT_EQ(streams.sent, "s");
  EXPECT_EQ(all.advertised({Protocol::kUdp, 0, loopback(9)}).port(), 1);
  EXPECT_EQ(all.advertised({Protocol::kTcp, 0, loopback(9)}).port(), 2);
  EXPECT_TRUE(all.stream_instead({Protocol::kUdp, 0, loopback(9)}));
}

}  // namespace
}  // namespace polyfon::sip
