// OfferAnswer: who may offer and who owes an answer in one dialog (RFC 3264, RFC 6337), and what a body means
// in the message that carries it (RFC 3261 13.2.1, RFC 3262 5, RFC 3311 5). Tables: no I/O, no SDP. thread:
// any.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>

namespace polyfon::sip {

//                        reject / withdraw
//          +---------------------------------------------+
//          V   send offer                                |
//      +------+ ----------> first local offer  ----------+   receive answer    +--------+
//      | none |                                          | ------------------> |        | --> new local offer
//      --+
//      +------+ ----------> first remote offer ----------+   send answer       | stable | --> new remote
//      offer --+
//              receive offer                                                   |        | <- answer, or
//              reject --+
//                                                                              +--------+
class OfferAnswer {
 public:
  enum class State : std::uint8_t {
    kNone,              // no session description agreed on yet
    kStable,            // agreed
    kFirstLocalOffer,   // ours is out, the first of the dialog
    kFirstRemoteOffer,  // we owe an answer, to the first of the dialog
    kNewLocalOffer,     // ours is out, over an agreed session
    kNewRemoteOffer,    // we owe an answer, over an agreed session
  };
  static constexpr std::size_t kStates = 6;
  enum class Event : std::uint8_t { kSendOffer, kReceiveOffer, kSendAnswer, kReceiveAnswer, kWithdraw };
  static constexpr std::size_t kEvents = 5;

  // What carries a body to us.
  enum class Carrier : std::uint8_t {
    kInvite,           // INVITE or re-INVITE
    kReliable,         // 1xx with Require: 100rel
    kUnreliable,       // any other 1xx
    kSuccess,          // 2xx of the first INVITE
    kReinviteSuccess,  // 2xx of a re-INVITE
    kAck,
    kPrack,
    kUpdate,
    kUpdateSuccess,
  };
  static constexpr std::size_t kCarriers = 9;
  enum class Meaning : std::uint8_t {
    kIgnored,  // repeats what is agreed, or means nothing there
    kOffer,
    kAnswer,
    kPreview,  // of the answer that must follow (RFC 3261 13.2.1)
    kGlare,    // our own offer is out: 491
    kBusy,     // we owe an answer already: 500 with Retry-After
  };

  State state() const { return state_; }
  bool stable() const { return state_ == State::kStable; }
  bool local_offer() const { return state_ == State::kFirstLocalOffer || state_ == State::kNewLocalOffer; }
  bool remote_offer() const { return state_ == State::kFirstRemoteOffer || state_ == State::kNewRemoteOffer; }

  // False when the event is not allowed now; the state stays.
  bool apply(Event event);
  bool may(Event event) const { return next(state_, event).has_value(); }
  Meaning meaning(Carrier carrier) const { return meaning(carrier, state_); }

  static std::optional<State> next(State state, Event event);
  static Meaning meaning(Carrier carrier, State state);

 private:
  State state_ = State::kNone;
};

}  // namespace polyfon::sip
