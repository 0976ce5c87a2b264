// The non-INVITE client transaction: RFC 3261 17.1.2, figure 6.
#pragma once
#include "sip/transaction/state_table.h"

namespace polyfon::sip {

//                              |request from TU
//            Timer E           |send request
//           +--------- +-------V-------+
//           | request  |    Trying     | -- Timer F, or transport error: inform TU ---+
//           +--------> +---+-------+---+                                              |
//   200-699: to TU         |       | 1xx: to TU                                       |
//    +---------------------+  +----V----------+                                       |
//    |       Timer E: request |  Proceeding   | -- Timer F, or transport error: ------+
//    |       1xx: to TU  +--> +-------+-------+    inform TU                          |
//    |                   +----+       | 200-699: to TU                                |
//   +V--------------------------------V-+                                             |
//   |             Completed             |                                             |
//   +-----------------+-----------------+                                             |
//                     | Timer K                                                       |
//   +-----------------V---------------------------------------------------------------V+
//   |                                  Terminated                                      |
//   +----------------------------------------------------------------------------------+
enum class NonInviteClientState : std::uint8_t { kTrying, kProceeding, kCompleted, kTerminated };
enum class NonInviteClientEvent : std::uint8_t {
  kProvisional,  // 1xx
  kFinal,        // 200-699
  kTimerE,       // repeat the request
  kTimerF,       // nothing final came
  kLingerEnds,   // timer K
  kTransportError,
};
inline constexpr std::size_t kNonInviteClientStates = 4;
inline constexpr std::size_t kNonInviteClientEvents = 6;

inline constexpr auto kNonInviteClientTable = [] {
  using S = NonInviteClientState;
  constexpr Actions kAnswered = kStopRepeat | kStopGiveUp | kShrink | kArmLinger | kDeliver;
  return StateTable<S, NonInviteClientEvent, kNonInviteClientStates, kNonInviteClientEvents>{{{
      // Trying
      {{{S::kProceeding, kDeliver},
        {S::kCompleted, kAnswered},
        {S::kTrying, kRepeat | kArmRepeat},
        {S::kTerminated, kReportTimeout | kDestroy},
        {S::kTrying, kUnexpected},
        {S::kTerminated, kReportTransport | kDestroy}}},
      // Proceeding
      {{{S::kProceeding, kDeliver},
        {S::kCompleted, kAnswered},
        {S::kProceeding, kRepeat | kSlowRepeat},
        {S::kTerminated, kReportTimeout | kDestroy},
        {S::kProceeding, kUnexpected},
        {S::kTerminated, kReportTransport | kDestroy}}},
      // Completed
      {{{S::kCompleted, kAbsorb},
        {S::kCompleted, kAbsorb},
        {S::kCompleted, kUnexpected},
        {S::kCompleted, kUnexpected},
        {S::kTerminated, kDestroy},
        {S::kCompleted, kUnexpected}}},
      // Terminated
      {{{S::kTerminated, kUnexpected},
        {S::kTerminated, kUnexpected},
        {S::kTerminated, kUnexpected},
        {S::kTerminated, kUnexpected},
        {S::kTerminated, kUnexpected},
        {S::kTerminated, kUnexpected}}},
  }}};
}();

}  // namespace polyfon::sip
