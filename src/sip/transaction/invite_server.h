// The INVITE server transaction: RFC 3261 17.2.1, figure 7, as RFC 6026 8.5 corrects it (Accepted).
#pragma once
#include "sip/transaction/state_table.h"

namespace polyfon::sip {

//                                 |INVITE: to TU, 100 when the TU accepts it
//   INVITE: repeat response +-----V-----+ 1xx from TU: send
//   +---------------------- |           | <---+
//   +---------------------> | Proceeding| ----+
//                           |           | ------------ transport error: inform TU ----------+
//    300-699 from TU: send  +-+-------+-+  2xx from TU: send                               |
//    +------------------------+       +-------------------------+                          |
//   +V----------+ INVITE, Timer G: repeat response       +------V------+ INVITE: absorb    |
//   | Completed | <---+                                  |  Accepted   | ACK: to TU        |
//   +--+-----+--+                                        |             | 2xx from TU: send |
//      | ACK |                                           +------+------+                   |
//      |     +---- Timer H, or transport error: inform TU ---+  | Timer L                  |
//   +--V--------+ ACK: absorb                                |  |                          |
//   | Confirmed | <---+                                      |  |                          |
//   +--+--------+                                            |  |                          |
//      | Timer I                                             |  |                          |
//   +--V-----------------------------------------------------V--V--------------------------V+
//   |                                     Terminated                                        |
//   +---------------------------------------------------------------------------------------+
enum class InviteServerState : std::uint8_t { kProceeding, kCompleted, kConfirmed, kAccepted, kTerminated };
enum class InviteServerEvent : std::uint8_t {
  kInvite,           // the request again
  kAck,              // its ACK, in the transaction
  kSendProvisional,  // 1xx from the TU
  kSendSuccess,      // 2xx from the TU
  kSendFailure,      // 300-699 from the TU
  kTimerG,           // repeat the response
  kTimerH,           // no ACK came
  kLingerEnds,       // timer I in Confirmed, timer L in Accepted
  kTransportError,
};
inline constexpr std::size_t kInviteServerStates = 5;
inline constexpr std::size_t kInviteServerEvents = 9;

inline constexpr auto kInviteServerTable = [] {
  using S = InviteServerState;
  return StateTable<S, InviteServerEvent, kInviteServerStates, kInviteServerEvents>{{{
      // Proceeding
      {{{S::kProceeding, kRepeat | kAbsorb},
        {S::kProceeding, kUnexpected},
        {S::kProceeding, kSend},
        {S::kAccepted, kSend | kShrink | kArmLinger},
        {S::kCompleted, kSend | kArmRepeat | kArmGiveUp},
        {S::kProceeding, kUnexpected},
        {S::kProceeding, kUnexpected},
        {S::kProceeding, kUnexpected},
        {S::kTerminated, kReportTransport | kDestroy}}},
      // Completed
      {{{S::kCompleted, kRepeat | kAbsorb},
        {S::kConfirmed, kStopRepeat | kStopGiveUp | kShrink | kArmLinger},
        {S::kCompleted, kUnexpected},
        {S::kCompleted, kUnexpected},
        {S::kCompleted, kUnexpected},
        {S::kCompleted, kRepeat | kArmRepeat},
        {S::kTerminated, kReportTimeout | kDestroy},
        {S::kCompleted, kUnexpected},
        {S::kTerminated, kReportTransport | kDestroy}}},
      // Confirmed
      {{{S::kConfirmed, kAbsorb},
        {S::kConfirmed, kAbsorb},
        {S::kConfirmed, kUnexpected},
        {S::kConfirmed, kUnexpected},
        {S::kConfirmed, kUnexpected},
        {S::kConfirmed, kUnexpected},
        {S::kConfirmed, kUnexpected},
        {S::kTerminated, kDestroy},
        {S::kConfirmed, kUnexpected}}},
      // Accepted: RFC 6026 7.1: the TU repeats the 2xx and notices by the missing ACK that nothing arrives,
      // so a transport
      // error neither ends the machine nor needs a report of its own
      {{{S::kAccepted, kAbsorb},
        {S::kAccepted, kDeliver},
        {S::kAccepted, kUnexpected},
        {S::kAccepted, kSend | kShrink},
        {S::kAccepted, kUnexpected},
        {S::kAccepted, kUnexpected},
        {S::kAccepted, kUnexpected},
        {S::kTerminated, kDestroy},
        {S::kAccepted, kNothing}}},
      // Terminated
      {{{S::kTerminated, kUnexpected},
        {S::kTerminated, kUnexpected},
        {S::kTerminated, kUnexpected},
        {S::kTerminated, kUnexpected},
        {S::kTerminated, kUnexpected},
        {S::kTerminated, kUnexpected},
        {S::kTerminated, kUnexpected},
        {S::kTerminated, kUnexpected},
        {S::kTerminated, kUnexpected}}},
  }}};
}();

}  // namespace polyfon::sip
