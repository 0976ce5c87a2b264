// Whole calls between two user agents.
#include "unit/sip_dialog/phone.h"

namespace polyfon::sip {
namespace {

using testing::ElementsAre;
using namespace std::chrono_literals;

TEST_F(TwoPhones, a_call_rings_is_answered_and_hung_up_by_the_caller) {
  alice.call("10.0.0.2:5060");
  network.settle();
  bob.user_agent.answer(bob.session, kAnswer);
  network.settle();
  network.run(1s);
  alice.user_agent.hangup(alice.session, 16);
  network.settle();
  EXPECT_THAT(alice.events, ElementsAre("progress 180", "answered: v=0 answer", "ended"));
  EXPECT_THAT(bob.events, ElementsAre("invite: v=0 offer", "confirmed", "ended by peer"));
  EXPECT_EQ(network.last("BYE")->header("Reason"), "Q.850;cause=16");
  expect_nothing_left();
}

TEST_F(TwoPhones, the_called_side_hangs_up) {
  establish();
  bob.user_agent.hangup(bob.session);
  network.settle();
  EXPECT_THAT(alice.events, ElementsAre("ended by peer"));
  EXPECT_THAT(bob.events, ElementsAre("ended"));
  expect_nothing_left();
}

TEST_F(TwoPhones, a_busy_phone_rejects) {
  bob.when_invited = [this](SessionId id, const Message&) { bob.user_agent.reject(id, 486); };
  alice.call("10.0.0.2:5060");
  network.settle();
  EXPECT_THAT(alice.events, ElementsAre("rejected 486", "ended by peer"));
  EXPECT_THAT(bob.events, ElementsAre("invite: v=0 offer", "ended"));
  expect_nothing_left();
}

TEST_F(TwoPhones, the_caller_gives_up_while_it_rings) {
  alice.call("10.0.0.2:5060");
  network.settle();
  alice.user_agent.hangup(alice.session);
  network.settle();
  EXPECT_THAT(alice.events, ElementsAre("progress 180", "ended"));
  EXPECT_THAT(bob.events, ElementsAre("invite: v=0 offer", "cancelled", "ended by peer"));
  EXPECT_EQ(network.count("SIP/2.0 487"), 1);
  expect_nothing_left();
}

TEST_F(TwoPhones, a_call_is_answered_with_trying_until_the_handler_decides) {
  bob.when_invited = {};
  alice.call("10.0.0.2:5060");
  network.settle();
  EXPECT_EQ(network.count("SIP/2.0 100"), 1);
  network.run(10s);
  EXPECT_EQ(network.count("INVITE"), 1);
}

TEST_F(TwoPhones, a_handler_may_answer_at_once) {
  bob.when_invited = [this](SessionId id, const Message&) { bob.user_agent.answer(id, kAnswer); };
  alice.call("10.0.0.2:5060");
  network.settle();
  EXPECT_EQ(network.count("SIP/2.0 100"), 0);
  EXPECT_THAT(alice.events, ElementsAre("answered: v=0 answer"));
}

}  // namespace
}  // namespace polyfon::sip
