// The INVITE client transaction: RFC 3261 17.1.1, figure 5, as RFC 6026 8.4 corrects it (Accepted).
#pragma once
#include "sip/transaction/state_table.h"

namespace polyfon::sip {

//                          |INVITE from TU
//        Timer A fires     |send INVITE      Timer B fires, or transport error:
//        +-------- +-------V-------+ ------------------------- inform TU ------------+
//        | INVITE  |    Calling    |                                                 |
//        +-------> +-+-----+-----+-+--- 2xx: to TU --------------------+             |
//                    |     |                                           |             |
//   300-699: ACK,    |     | 1xx to TU                                 |             |
//   to TU            |   +-V-------------+ -- 1xx: to TU               |             |
//    +---------------+   |  Proceeding   | <---+                       |             |
//    |                   +-+-----------+-+--- 2xx: to TU ------------+ |             |
//    |                     | 300-699: ACK, to TU                     | |             |
//   +V---------------------V-+ 300-699: ACK                       +--V-V----------+  |
//   |       Completed        | <---+                              |   Accepted    |  |
//   +-----------+------------+                                    +------+--------+  |
//               | Timer D, or transport error: inform TU                 | Timer M   |
//               |                                                        |  (2xx: to TU)
//   +-----------V--------------------------------------------------------V-----------V+
//   |                                 Terminated                                      |
//   +---------------------------------------------------------------------------------+
enum class InviteClientState : std::uint8_t { kCalling, kProceeding, kCompleted, kAccepted, kTerminated };
enum class InviteClientEvent : std::uint8_t {
  kProvisional,  // 1xx
  kSuccess,      // 2xx
  kFailure,      // 300-699
  kTimerA,       // repeat the INVITE
  kTimerB,       // nothing came
  kLingerEnds,   // timer D in Completed, timer M in Accepted
  kTransportError,
};
inline constexpr std::size_t kInviteClientStates = 5;
inline constexpr std::size_t kInviteClientEvents = 7;

inline constexpr auto kInviteClientTable = [] {
  using S = InviteClientState;
  constexpr Actions kAnswered = kStopRepeat | kStopGiveUp | kDeliver;
  constexpr Actions kDone = kReportTransport | kDestroy;
  return StateTable<S, InviteClientEvent, kInviteClientStates, kInviteClientEvents>{{{
      // Calling
      {{{S::kProceeding, kAnswered},
        {S::kAccepted, kAnswered | kShrink | kArmLinger},
        {S::kCompleted, kAnswered | kAcknowledge | kArmLinger},
        {S::kCalling, kRepeat | kArmRepeat},
        {S::kTerminated, kReportTimeout | kDestroy},
        {S::kCalling, kUnexpected},
        {S::kTerminated, kDone}}},
      // Proceeding
      {{{S::kProceeding, kDeliver},
        {S::kAccepted, kAnswered | kShrink | kArmLinger},
        {S::kCompleted, kAnswered | kAcknowledge | kArmLinger},
        {S::kProceeding, kUnexpected},
        {S::kProceeding, kUnexpected},
        {S::kProceeding, kUnexpected},
        {S::kTerminated, kDone}}},
      // Completed: the response was lost for the peer's ACK only
      {{{S::kCompleted, kAbsorb},
        {S::kCompleted, kUnexpected},
        {S::kCompleted, kRepeat | kAbsorb},
        {S::kCompleted, kUnexpected},
        {S::kCompleted, kUnexpected},
        {S::kTerminated, kDestroy},
        {S::kTerminated, kDone}}},
      // Accepted: 2xx again, or of another branch of a fork; the TU sends the ACK
      {{{S::kAccepted, kAbsorb},
        {S::kAccepted, kDeliver},
        {S::kAccepted, kUnexpected},
        {S::kAccepted, kUnexpected},
        {S::kAccepted, kUnexpected},
        {S::kTerminated, kDestroy},
        {S::kAccepted, kUnexpected}}},
      // Terminated: gone; nothing can reach it
      {{{S::kTerminated, kUnexpected},
        {S::kTerminated, kUnexpected},
        {S::kTerminated, kUnexpected},
        {S::kTerminated, kUnexpected},
        {S::kTerminated, kUnexpected},
        {S::kTerminated, kUnexpected},
        {S::kTerminated, kUnexpected}}},
  }}};
}();

}  // namespace polyfon::sip
