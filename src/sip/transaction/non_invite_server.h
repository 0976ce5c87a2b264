// The non-INVITE server transaction: RFC 3261 17.2.2, figure 8. It never sends 408 (RFC 4320 4.2): that is up
// to the TU, which has no such answer.
#pragma once
#include "sip/transaction/state_table.h"

namespace polyfon::sip {

//                    |request: to TU
//            +-------V-------+ request: absorb
//            |    Trying     | <---+
//            +---+-------+---+ -- transport error: inform TU -------+
//   200-699 from |       | 1xx from TU: send                        |
//   TU: send     |  +----V----------+ request: repeat response      |
//    +-----------+  |  Proceeding   | <---+                         |
//    |              |               | 1xx from TU: send             |
//    |              +-------+-------+ -- transport error: inform TU +
//    |                      | 200-699 from TU: send                 |
//   +V----------------------V-+ request: repeat response            |
//   |        Completed        | <---+                               |
//   +------------+------------+ -- transport error: inform TU ------+
//                | Timer J                                          |
//   +------------V--------------------------------------------------V+
//   |                         Terminated                             |
//   +----------------------------------------------------------------+
enum class NonInviteServerState : std::uint8_t { kTrying, kProceeding, kCompleted, kTerminated };
enum class NonInviteServerEvent : std::uint8_t {
  kRequest,          // the request again
  kSendProvisional,  // 1xx from the TU
  kSendFinal,        // 200-699 from the TU
  kLingerEnds,       // timer J
  kTransportError,
};
inline constexpr std::size_t kNonInviteServerStates = 4;
inline constexpr std::size_t kNonInviteServerEvents = 5;

inline constexpr auto kNonInviteServerTable = [] {
  using S = NonInviteServerState;
  return StateTable<S, NonInviteServerEvent, kNonInviteServerStates, kNonInviteServerEvents>{{{
      // Trying
      {{{S::kTrying, kAbsorb},
        {S::kProceeding, kSend},
        {S::kCompleted, kSend | kArmLinger},
        {S::kTrying, kUnexpected},
        {S::kTerminated, kReportTransport | kDestroy}}},
      // Proceeding
      {{{S::kProceeding, kRepeat | kAbsorb},
        {S::kProceeding, kSend},
        {S::kCompleted, kSend | kArmLinger},
        {S::kProceeding, kUnexpected},
        {S::kTerminated, kReportTransport | kDestroy}}},
      // Completed
      {{{S::kCompleted, kRepeat | kAbsorb},
        {S::kCompleted, kUnexpected},
        {S::kCompleted, kUnexpected},
        {S::kTerminated, kDestroy},
        {S::kTerminated, kReportTransport | kDestroy}}},
      // Terminated
      {{{S::kTerminated, kUnexpected},
        {S::kTerminated, kUnexpected},
        {S::kTerminated, kUnexpected},
        {S::kTerminated, kUnexpected},
        {S::kTerminated, kUnexpected}}},
  }}};
}();

}  // namespace polyfon::sip
