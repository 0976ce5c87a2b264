// The four tables: every state and event has an outcome, and the arrows of the RFC's pictures are there.
#include <gtest/gtest.h>

#include "sip/transaction/invite_client.h"
#include "sip/transaction/invite_server.h"
#include "sip/transaction/non_invite_client.h"
#include "sip/transaction/non_invite_server.h"

namespace polyfon::sip {
namespace {

// What must hold of any machine: unexpected events change nothing, destruction leads to Terminated and
// nowhere else does, and Terminated is a grave.
template <class State, class Event, std::size_t kStates, std::size_t kEvents>
void expect_sound(const StateTable<State, Event, kStates, kEvents>& table) {
  const State terminated = static_cast<State>(kStates - 1);
  for (std::size_t s = 0; s < kStates; ++s) {
    for (std::size_t e = 0; e < kEvents; ++e) {
      const State state = static_cast<State>(s);
      const Step<State> step = table.step(state, static_cast<Event>(e));
      SCOPED_TRACE(testing::Message() << "state " << s << " event " << e);
      if (step.actions & kUnexpected) {
        EXPECT_EQ(step.next, state);
        EXPECT_EQ(step.actions, kUnexpected);
      }
      if (state == terminated) {
        EXPECT_EQ(step.actions, kUnexpected);
        continue;
      }
      EXPECT_EQ(static_cast<bool>(step.actions & kDestroy), step.next == terminated);
      if (step.actions & (kReportTimeout | kReportTransport)) EXPECT_TRUE(step.actions & kDestroy);
      EXPECT_FALSE((step.actions & kSend) && (step.actions & kRepeat));
      EXPECT_FALSE((step.actions & kArmRepeat) && (step.actions & kStopRepeat));
    }
  }
}

TEST(StateTables, are_sound_for_every_state_and_event) {
  expect_sound(kInviteClientTable);
  expect_sound(kNonInviteClientTable);
  expect_sound(kInviteServerTable);
  expect_sound(kNonInviteServerTable);
}

TEST(StateTables, are_known_at_compile_time) {
  static_assert(kInviteClientTable.step(InviteClientState::kCalling, InviteClientEvent::kSuccess).next ==
                InviteClientState::kAccepted);
}

TEST(InviteClientTable, rfc3261_17_1_1_2_acknowledges_a_refusal_from_both_states) {
  for (auto state : {InviteClientState::kCalling, InviteClientState::kProceeding}) {
    auto step = kInviteClientTable.step(state, InviteClientEvent::kFailure);
    EXPECT_EQ(step.next, InviteClientState::kCompleted);
    EXPECT_TRUE(step.actions & kAcknowledge);
    EXPECT_TRUE(step.actions & kDeliver);
    EXPECT_TRUE(step.actions & kArmLinger);
  }
}

TEST(InviteClientTable, rfc3261_17_1_1_2_repeats_only_in_calling) {
  for (std::size_t s = 1; s < kInviteClientStates; ++s)
    EXPECT_FALSE(
        kInviteClientTable.step(static_cast<InviteClientState>(s), InviteClientEvent::kTimerA).actions &
        kRepeat);
}

TEST(InviteClientTable, rfc3261_17_1_1_2_a_repeated_refusal_is_acknowledged_and_not_delivered) {
  auto step = kInviteClientTable.step(InviteClientState::kCompleted, InviteClientEvent::kFailure);
  EXPECT_EQ(step.next, InviteClientState::kCompleted);
  EXPECT_TRUE(step.actions & kRepeat);
  EXPECT_FALSE(step.actions & kDeliver);
}

TEST(InviteClientTable, rfc6026_8_4_delivers_every_2xx_in_accepted) {
  auto step = kInviteClientTable.step(InviteClientState::kAccepted, InviteClientEvent::kSuccess);
  EXPECT_EQ(step.next, InviteClientState::kAccepted);
  EXPECT_TRUE(step.actions & kDeliver);
}

TEST(NonInviteClientTable, rfc3261_17_1_2_2_goes_on_repeating_in_proceeding) {
  auto step = kNonInviteClientTable.step(NonInviteClientState::kProceeding, NonInviteClientEvent::kTimerE);
  EXPECT_EQ(step.next, NonInviteClientState::kProceeding);
  EXPECT_TRUE(step.actions & kRepeat);
  EXPECT_TRUE(step.actions & kSlowRepeat);
}

TEST(NonInviteClientTable, rfc3261_17_1_2_2_times_out_in_both_states) {
  for (auto state : {NonInviteClientState::kTrying, NonInviteClientState::kProceeding}) {
    auto step = kNonInviteClientTable.step(state, NonInviteClientEvent::kTimerF);
    EXPECT_EQ(step.next, NonInviteClientState::kTerminated);
    EXPECT_TRUE(step.actions & kReportTimeout);
  }
}

TEST(InviteServerTable, rfc6026_8_5_absorbs_the_invite_in_accepted) {
  auto step = kInviteServerTable.step(InviteServerState::kAccepted, InviteServerEvent::kInvite);
  EXPECT_EQ(step.next, InviteServerState::kAccepted);
  EXPECT_FALSE(step.actions & kRepeat);
}

TEST(InviteServerTable, rfc6026_8_5_a_transport_error_does_not_end_accepted) {
  EXPECT_EQ(kInviteServerTable.step(InviteServerState::kAccepted, InviteServerEvent::kTransportError).next,
            InviteServerState::kAccepted);
}

TEST(InviteServerTable, rfc6026_8_5_hands_the_ack_of_accepted_to_the_user) {
  EXPECT_TRUE(kInviteServerTable.step(InviteServerState::kAccepted, InviteServerEvent::kAck).actions &
              kDeliver);
  EXPECT_FALSE(kInviteServerTable.step(InviteServerState::kCompleted, InviteServerEvent::kAck).actions &
               kDeliver);
}

TEST(InviteServerTable, rfc3261_17_2_1_a_final_answer_is_given_once) {
  for (auto event : {InviteServerEvent::kSendProvisional, InviteServerEvent::kSendFailure})
    for (auto state :
         {InviteServerState::kCompleted, InviteServerState::kConfirmed, InviteServerState::kAccepted})
      EXPECT_EQ(kInviteServerTable.step(state, event).actions, kUnexpected);
}

TEST(NonInviteServerTable, rfc3261_17_2_2_repeats_what_was_answered) {
  EXPECT_FALSE(
      kNonInviteServerTable.step(NonInviteServerState::kTrying, NonInviteServerEvent::kRequest).actions &
      kRepeat);
  EXPECT_TRUE(
      kNonInviteServerTable.step(NonInviteServerState::kProceeding, NonInviteServerEvent::kRequest).actions &
      kRepeat);
  EXPECT_TRUE(
      kNonInviteServerTable.step(NonInviteServerState::kCompleted, NonInviteServerEvent::kRequest).actions &
      kRepeat);
}

}  // namespace
}  // namespace polyfon::sip
