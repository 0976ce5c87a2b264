// Phone: a user agent at an address of the simulated network, whose handler writes down what it hears and
// does what its hooks say. RawPeer: an address from which a test sends what it likes.
#pragma once
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/sip_dialog/network.h"

namespace polyfon::sip {

inline constexpr std::string_view kOffer = "v=0 offer";
inline constexpr std::string_view kAnswer = "v=0 answer";

class Phone final : public SessionHandler {
 public:
  Phone(Network& network, std::string_view at, std::uint64_t seed, UserAgentOptions options = {})
      : network_(network),
        own_(address(at)),
        sink_(network, own_),
        random_(seed),
        user_agent(sink_, network.wheel, random_, options) {
    user_agent.set_session_handler(*this);
    network.attach(own_, [this](const Packet& packet, base::Instant now) {
      user_agent.receive({Protocol::kUdp, 0, packet.from}, packet.bytes, now);
    });
  }

  SessionId call(std::string_view to, std::string_view sdp = kOffer,
                 std::function<void(InviteOptions&)> change = {}) {
    InviteOptions options;
    options.flow.remote = address(to);
    options.request_uri = "sip:bob@" + std::string(to);
    options.from = "\"Alice\" <sip:alice@a.example>";
    options.to = "<sip:bob@b.example>";
    options.contact_user = "alice";
    options.sdp = sdp;
    if (change) change(options);
    auto id = user_agent.invite(std::move(options), network_.now);
    session = id ? *id : SessionId{};
    return session;
  }

  void on_invite(SessionId id, const Message& invite, const Flow&, std::string_view sdp) override {
    session = id;
    note("invite", sdp);
    if (when_invited) when_invited(id, invite);
  }
  void on_cancelled(SessionId id) override {
    note("cancelled");
    if (when_cancelled) when_cancelled(id);
  }
  void on_confirmed(SessionId, std::string_view sdp) override { note("confirmed", sdp); }
  void on_progress(SessionId, int status, const Message&, std::string_view sdp) override {
    note("progress " + std::to_string(status), sdp);
  }
  void on_answered(SessionId id, const Message&, std::string_view sdp) override {
    note("answered", sdp);
    if (when_answered) when_answered(id);
  }
  void on_rejected(SessionId id, int status, std::string_view, const Message*) override {
    note("rejected " + std::to_string(status));
    if (when_rejected) when_rejected(id);
  }
  void on_offer(SessionId id, std::string_view sdp) override {
    note("offer", sdp);
    if (when_offered) when_offered(id);
  }
  void on_offer_wanted(SessionId id) override {
    note("offer wanted");
    if (when_offered) when_offered(id);
  }
  void on_offer_answered(SessionId, std::string_view sdp) override { note("offer answered", sdp); }
  void on_offer_rejected(SessionId, int status) override { note("offer rejected " + std::to_string(status)); }
  bool on_info(SessionId, const Message&) override {
    note("info");
    return take_info;
  }
  void on_ended(SessionId, bool by_peer, std::string_view) override {
    note(by_peer ? "ended by peer" : "ended");
    ++ended;
    if (when_ended) when_ended();
  }

  bool idle() const { return user_agent.sessions() == 0 && user_agent.transactions() == 0; }

 private:
  void note(std::string event, std::string_view sdp = {}) {
    if (!sdp.empty()) event += ": " + std::string(sdp);
    events.push_back(std::move(event));
  }
  Network& network_;
  base::SocketAddress own_;
  NetworkSink sink_;
  base::SeededRandom random_;

 public:
  UserAgent user_agent;
  SessionId session;
  std::vector<std::string> events;
  int ended = 0;
  bool take_info = true;
  std::function<void(SessionId, const Message&)> when_invited;
  std::function<void(SessionId)> when_cancelled, when_answered, when_rejected, when_offered;
  std::function<void()> when_ended;
};

class RawPeer {
 public:
  RawPeer(Network& network, std::string_view at) : network_(network), own_(address(at)) {
    network.attach(own_, [this](const Packet& packet, base::Instant) { received.push_back(packet); });
  }

  // Lines end with \n in the text; a body follows an empty line.
  void send(std::string_view to, std::string_view text) {
    std::string bytes;
    for (char c : text) {
      if (c == '\n') bytes += '\r';
      bytes += c;
    }
    network_.send({own_, address(to), bytes});
    network_.settle();
  }
  const Packet* last(std::string_view start) const {
    for (auto it = received.rbegin(); it != received.rend(); ++it)
      if (it->bytes.starts_with(start)) return &*it;
    return nullptr;
  }
  std::string last_line() const { return received.empty() ? "" : std::string(received.back().first_line()); }

  std::vector<Packet> received;

 private:
  Network& network_;
  base::SocketAddress own_;
};

// Two phones that know each other, and the usual call.
class TwoPhones : public ::testing::Test {
 public:
  void SetUp() override {
    bob.when_invited = [this](SessionId id, const Message&) { bob.user_agent.provisional(id, 180); };
  }
  void establish() {
    alice.call("10.0.0.2:5060");
    network.settle();
    bob.user_agent.answer(bob.session, kAnswer);
    network.settle();
    ASSERT_TRUE(alice.user_agent.session_info(alice.session)->confirmed);
    ASSERT_TRUE(bob.user_agent.session_info(bob.session)->confirmed);
    alice.events.clear();
    bob.events.clear();
  }
  // Everything that lingers has gone after the longest timers.
  void expect_nothing_left() {
    network.run(std::chrono::seconds(200));
    EXPECT_TRUE(alice.idle()) << alice.user_agent.sessions() << " " << alice.user_agent.transactions();
    EXPECT_TRUE(bob.idle()) << bob.user_agent.sessions() << " " << bob.user_agent.transactions();
    EXPECT_EQ(network.wheel.armed(), 0u);
  }

  Network network;
  Phone alice{network, "10.0.0.1:5060", 1};
  Phone bob{network, "10.0.0.2:5060", 2};
};

}  // namespace polyfon::sip
