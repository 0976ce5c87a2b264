// Every kind of call with each message lost in turn, and with heavy random loss: whatever is lost, both sides
// hear exactly one end, and no session, transaction or timer is left.
#include "unit/sip_dialog/phone.h"

namespace polyfon::sip {
namespace {

using namespace std::chrono_literals;

enum class Scenario {
  kCallerHangsUp,
  kCalledHangsUp,
  kBothHangUp,
  kRejected,
  kCancelled,
  kCancelMeetsAnswer,
  kReliable,
  kReinvite,
  kGlare,
  kChallenged,
  kLateOffer,
  kInfo,
};
constexpr int kScenarios = 12;

class Calls {
 public:
  explicit Calls(Scenario scenario) : scenario_(scenario) {
    bob.when_invited = [this](SessionId id, const Message& invite) {
      if (scenario_ == Scenario::kChallenged && !invite.has(Header::kAuthorization)) {
        const std::string challenge = R"(Digest realm="x", nonce="n", algorithm=MD5, qop="auth")";
        return bob.user_agent.challenge(id, std::span(&challenge, 1));
      }
      if (scenario_ == Scenario::kReliable) bob.user_agent.provisional(id, 183, kAnswer);
      bob.user_agent.provisional(id, 180);
    };
    for (Phone* phone : {&alice, &bob})
      phone->when_offered = [phone](SessionId id) { phone->user_agent.answer_offer(id, kAnswer); };
  }

  void run() {
    const bool late = scenario_ == Scenario::kLateOffer;
    alice.call("10.0.0.2:5060", late ? "" : kOffer, [this](InviteOptions& options) {
      if (scenario_ == Scenario::kReliable) options.headers.push_back({"Require", "100rel"});
      if (scenario_ == Scenario::kChallenged) options.credentials = Credentials{"alice", "secret", {}};
    });
    network.run(5s);
    decide();
    network.run(5s);
    talk();
    network.run(5s);
    if (scenario_ != Scenario::kCalledHangsUp) alice.user_agent.hangup(alice.session);
    if (scenario_ == Scenario::kCalledHangsUp || scenario_ == Scenario::kBothHangUp)
      bob.user_agent.hangup(bob.session);
    network.run(300s);
    // A caller whose callee never heard of the answer's ACK, or the other way round, is hung up by hand.
    alice.user_agent.hangup(alice.session);
    bob.user_agent.hangup(bob.session);
    network.run(300s);
  }

  void expect_clean(const std::string& what) const {
    EXPECT_TRUE(alice.idle()) << what << ": " << alice.user_agent.sessions() << "/"
                              << alice.user_agent.transactions();
    EXPECT_TRUE(bob.idle()) << what << ": " << bob.user_agent.sessions() << "/"
                            << bob.user_agent.transactions();
    EXPECT_EQ(network.wheel.armed(), 0u) << what;
    EXPECT_EQ(alice.ended, 1) << what << testing::PrintToString(alice.events);
    const auto invites = std::count_if(bob.events.begin(), bob.events.end(),
                                       [](const std::string& event) { return event.starts_with("invite"); });
    const int challenged = scenario_ == Scenario::kChallenged ? static_cast<int>(invites) - bob.ended : 0;
    EXPECT_EQ(bob.ended + challenged, invites) << what << testing::PrintToString(bob.events);
    EXPECT_LE(bob.ended, 1) << what << testing::PrintToString(bob.events);
  }

  Network network;
  Phone alice{network, "10.0.0.1:5060", 1};
  Phone bob{network, "10.0.0.2:5060", 2};

 private:
  void decide() {
    switch (scenario_) {
      case Scenario::kRejected: return bob.user_agent.reject(bob.session, 486);
      case Scenario::kCancelled: return alice.user_agent.hangup(alice.session);
      case Scenario::kCancelMeetsAnswer:
        alice.user_agent.hangup(alice.session);
        return bob.user_agent.answer(bob.session, kAnswer);
      case Scenario::kLateOffer: return bob.user_agent.answer(bob.session, kOffer);
      default: return bob.user_agent.answer(bob.session, kAnswer);
    }
  }
  void talk() {
    switch (scenario_) {
      case Scenario::kReinvite: bob.user_agent.offer(bob.session, kOffer); break;
      case Scenario::kGlare:
        alice.user_agent.offer(alice.session, kOffer);
        bob.user_agent.offer(bob.session, kOffer);
        break;
      case Scenario::kInfo:
        alice.user_agent.info(alice.session, "application/dtmf-relay", "Signal=1");
        alice.user_agent.info(alice.session, "application/dtmf-relay", "Signal=2");
        break;
      default: break;
    }
  }
  Scenario scenario_;
};

class Loss : public testing::TestWithParam<int> {
 public:
  Scenario scenario() const { return static_cast<Scenario>(GetParam()); }
};

TEST_P(Loss, nothing_is_lost_and_everything_ends) {
  Calls calls(scenario());
  calls.run();
  calls.expect_clean("no loss");
}

TEST_P(Loss, each_message_lost_in_turn_is_survived) {
  Calls whole(scenario());
  whole.run();
  for (int lost = 1; lost <= static_cast<int>(whole.network.sent.size()); ++lost) {
    Calls calls(scenario());
    calls.network.lose = [lost](const Packet&, int number) { return number == lost; };
    calls.run();
    calls.expect_clean("lost " + std::to_string(lost));
    // One lost message is never worth a call: what was agreed was reached all the same.
    std::vector<std::string> expected = whole.alice.events;
    if (scenario() == Scenario::kCallerHangsUp || scenario() == Scenario::kReliable) {
      std::erase_if(expected, [](const std::string& event) { return event.starts_with("progress"); });
      std::erase_if(calls.alice.events,
                    [](const std::string& event) { return event.starts_with("progress"); });
      EXPECT_EQ(calls.alice.events, expected) << "lost " << lost;
    }
  }
}

TEST_P(Loss, two_messages_in_a_row_lost_are_survived) {
  Calls whole(scenario());
  whole.run();
  for (int lost = 1; lost <= static_cast<int>(whole.network.sent.size()); ++lost) {
    Calls calls(scenario());
    calls.network.lose = [lost](const Packet&, int number) { return number == lost || number == lost + 1; };
    calls.run();
    calls.expect_clean("lost from " + std::to_string(lost));
  }
}

TEST_P(Loss, heavy_random_loss_is_survived) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    base::SeededRandom random(seed);
    Calls calls(scenario());
    calls.network.lose = [&random](const Packet&, int) { return random.below(100) < 40; };
    calls.run();
    calls.expect_clean("seed " + std::to_string(seed));
  }
}

TEST_P(Loss, a_peer_that_falls_silent_is_survived) {
  Calls whole(scenario());
  whole.run();
  for (int last = 0; last <= static_cast<int>(whole.network.sent.size()); ++last) {
    Calls calls(scenario());
    calls.network.lose = [last](const Packet&, int number) { return number > last; };
    calls.run();
    calls.expect_clean("silent after " + std::to_string(last));
  }
}

TEST_P(Loss, every_message_twice_is_survived) {
  Calls calls(scenario());
  bool again = false;
  calls.network.lose = [&](const Packet& packet, int) {
    if (!again) {
      again = true;
      calls.network.send(packet);
      again = false;
    }
    return false;
  };
  calls.run();
  calls.expect_clean("doubled");
}

INSTANTIATE_TEST_SUITE_P(Scenarios, Loss, testing::Range(0, kScenarios));

}  // namespace
}  // namespace polyfon::sip
