// Client transactions whose connection breaks, and requests too large for UDP: RFC
// 3261 8.1.3.1, 18.1.1, 18.4.
#include "kit.h"

namespace polyfon::sip {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class FlowTest : public Kit {
 public:
  std::optional<Flow> stream_instead(const Flow& flow) override {
    if (!takes_streams) return std::nullopt;
    return Flow{Protocol::kTcp, 3, flow.remote};
  }
  bool send(const Flow& flow, std::string_view message) override {
    if (is_reliable(flow.protocol) && refuse_streams) return false;
    return Kit::send(flow, message);
  }
  ClientId start_large(Method method = Method::kInvite) {
    return start(method, Protocol::kUdp, "Subject: " + std::string(1300, 'x') + "\n");
  }
  static Flow to_peer(Protocol protocol, std::uint32_t connection = 0) {
    return {protocol, 0, *base::SocketAddress::parse("192.0.2.2", 5060), connection};
  }

  bool takes_streams = true, refuse_streams = false;
};

TEST_F(FlowTest, rfc3261_18_1_1_a_large_request_goes_by_tcp) {
  start_large();
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(flows[0].protocol, Protocol::kTcp);
  EXPECT_THAT(sent[0], HasSubstr("Via: SIP/2.0/TCP 192.0.2.1:5060;branch="));
  EXPECT_THAT(sent[0], Not(HasSubstr("SIP/2.0/UDP")));
}

TEST_F(FlowTest, a_large_request_keeps_its_branch) {
  start_large();
  respond(200, Method::kInvite);
  EXPECT_THAT(events, ElementsAre("response 200 for 42"));
}

TEST_F(FlowTest, a_small_request_stays_on_udp) {
  start(Method::kInvite);
  EXPECT_EQ(flows[0].protocol, Protocol::kUdp);
}

TEST_F(FlowTest, a_large_request_stays_on_udp_when_there_is_no_other_way) {
  takes_streams = false;
  start_large();
  EXPECT_EQ(flows[0].protocol, Protocol::kUdp);
}

TEST_F(FlowTest, rfc3261_17_1_1_2_a_request_that_went_by_tcp_is_not_repeated) {
  start_large();
  run(20s);
  EXPECT_EQ(sent.size(), 1u);
}

TEST_F(FlowTest, rfc3261_18_1_1_a_refused_connection_sends_a_large_request_by_udp) {
  start_large();
  layer.flow_failed(to_peer(Protocol::kTcp), now);
  ASSERT_EQ(sent.size(), 2u);
  EXPECT_EQ(flows[1], to_peer(Protocol::kUdp));
  EXPECT_THAT(sent[1], HasSubstr("Via: SIP/2.0/UDP 192.0.2.1:5060;branch="));
  run(600ms);
  EXPECT_EQ(sent.size(), 3u);  // Timer A
  respond(200, Method::kInvite);
  EXPECT_THAT(events, ElementsAre("response 200 for 42"));
}

TEST_F(FlowTest, a_connection_that_is_refused_at_once_sends_a_large_request_by_udp) {
  refuse_streams = true;
  start_large(Method::kOptions);
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(flows[0].protocol, Protocol::kUdp);
  EXPECT_THAT(events, IsEmpty());
}

TEST_F(FlowTest, the_cancel_of_a_large_invite_goes_where_the_invite_went) {
  ClientId id = start_large();
  respond(180, Method::kInvite);
  layer.cancel_client(id, {}, now);
  ASSERT_EQ(sent.size(), 2u);
  EXPECT_EQ(flows[1].protocol, Protocol::kTcp);
  EXPECT_THAT(sent[1], HasSubstr("Via: SIP/2.0/TCP"));
}

TEST_F(FlowTest, rfc3261_8_1_3_1_a_broken_connection_fails_what_waits_on_it) {
  start(Method::kInvite, Protocol::kTcp);
  layer.flow_failed(to_peer(Protocol::kTcp), now);
  EXPECT_THAT(events, IsEmpty());  // never from inside
  run(10ms);
  EXPECT_THAT(events, ElementsAre("client transport"));
  EXPECT_EQ(layer.size(), 0u);
}

TEST_F(FlowTest, a_broken_connection_leaves_others_alone) {
  start(Method::kOptions, Protocol::kTcp);
  layer.flow_failed({Protocol::kTcp, 0, *base::SocketAddress::parse("192.0.2.3", 5060)}, now);
  layer.flow_failed(to_peer(Protocol::kTls), now);
  layer.flow_failed(to_peer(Protocol::kUdp), now);
  run(10ms);
  EXPECT_THAT(events, IsEmpty());
}

TEST_F(FlowTest, a_request_on_a_named_connection_fails_with_that_connection_only) {
  layer.start_client(layer.open_client(to_peer(Protocol::kTls, 5), Method::kOptions, {42, 0}),
                     request(Method::kOptions, "SIP/2.0/TLS 192.0.2.1;branch=z9hG4bKx"), now);
  layer.flow_failed(to_peer(Protocol::kTls, 6), now);
  run(10ms);
  EXPECT_THAT(events, IsEmpty());
  layer.flow_failed(to_peer(Protocol::kTls, 5), now);
  run(10ms);
  EXPECT_THAT(events, ElementsAre("client transport"));
}

// RFC 3261 18.2.2: the final answer may come by another connection.
TEST_F(FlowTest, a_call_that_rings_outlives_its_connection) {
  start(Method::kInvite, Protocol::kTcp);
  respond(180, Method::kInvite);
  layer.flow_failed(to_peer(Protocol::kTcp), now);
  run(10ms);
  respond(200, Method::kInvite);
  EXPECT_THAT(events, ElementsAre("response 180 for 42", "response 200 for 42"));
}

}  // namespace
}  // namespace polyfon::sip
