// StateTable: what the four state machines of RFC 3261 17 (with RFC 6026) are made of: a table that says for
// each state and event which state follows and what is to be done. Pure data: no I/O, no clock;
// transaction_layer acts on it.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>

namespace polyfon::sip {

using Actions = std::uint16_t;

enum Action : Actions {
  kNothing = 0,
  kSend = 1 << 0,         // send what the user of the transaction gave, and keep it for repetition
  kRepeat = 1 << 1,       // send what was kept again
  kDeliver = 1 << 2,      // hand the message to the user of the transaction
  kAcknowledge = 1 << 3,  // build the ACK of a non-2xx, keep and send it
  kArmRepeat = 1 << 4,    // timers A, E, G: start, or double up to the limit
  kSlowRepeat = 1 << 5,   // timer E in Proceeding: T2 from now on
  kStopRepeat = 1 << 6,
  kArmGiveUp = 1 << 7,  // timers B, F, H: 64*T1
  kStopGiveUp = 1 << 8,
  kArmLinger = 1 << 9,         // timers D, I, J, K, L, M: how long the machine's folder says
  kShrink = 1 << 10,           // what was kept is not needed any more
  kReportTimeout = 1 << 11,    // tell the user of the transaction
  kReportTransport = 1 << 12,  // tell the user of the transaction
  kDestroy = 1 << 13,
  kAbsorb = 1 << 14,      // seen before: count it
  kUnexpected = 1 << 15,  // no arrow in the RFC's picture: count it, stay
};

template <class State>
struct Step {
  State next;
  Actions actions;
};

template <class State, class Event, std::size_t kStates, std::size_t kEvents>
struct StateTable {
  std::array<std::array<Step<State>, kEvents>, kStates> steps;

  constexpr Step<State> step(State state, Event event) const {
    return steps[static_cast<std::size_t>(state)][static_cast<std::size_t>(event)];
  }
};

}  // namespace polyfon::sip
