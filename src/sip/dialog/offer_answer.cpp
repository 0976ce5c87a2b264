#include "sip/dialog/offer_answer.h"

namespace polyfon::sip {

namespace {

using State = OfferAnswer::State;
using Meaning = OfferAnswer::Meaning;

constexpr auto kNo = std::nullopt;
constexpr auto kNone = State::kNone;
constexpr auto kStable = State::kStable;

constexpr std::optional<State> kNext[OfferAnswer::kStates][OfferAnswer::kEvents] = {
    // send offer            receive offer             send answer  receive answer  withdraw
    {State::kFirstLocalOffer, State::kFirstRemoteOffer, kNo, kNo, kNo},  // none
    {State::kNewLocalOffer, State::kNewRemoteOffer, kNo, kNo, kNo},      // stable
    {kNo, kNo, kNo, kStable, kNone},                                     // first local offer
    {kNo, kNo, kStable, kNo, kNone},                                     // first remote offer
    {kNo, kNo, kNo, kStable, kStable},                                   // new local offer
    {kNo, kNo, kStable, kNo, kStable},                                   // new remote offer
};

constexpr auto kI = Meaning::kIgnored;
constexpr auto kO = Meaning::kOffer;
constexpr auto kA = Meaning::kAnswer;
constexpr auto kP = Meaning::kPreview;
constexpr auto kG = Meaning::kGlare;
constexpr auto kB = Meaning::kBusy;

constexpr Meaning kMeaning[OfferAnswer::kCarriers][OfferAnswer::kStates] = {
    // none, stable, first local, first remote, new local, new remote
    {kO, kO, kG, kB, kG, kB},  // INVITE
    {kO, kI, kA, kI, kA, kI},  // reliable 1xx: an offer only when the INVITE had none
    {kI, kI, kP, kI, kP, kI},  // unreliable 1xx
    {kO, kI, kA, kI, kI, kI},  // 2xx of the first INVITE: an open UPDATE has an answer of its own
    {kI, kI, kI, kI, kA, kI},  // 2xx of a re-INVITE
    {kI, kI, kA, kI, kA, kI},  // ACK
    {kI, kO, kA, kB, kA, kB},  // PRACK: an offer only over an agreed session (RFC 3262 5)
    {kB, kO, kG, kB, kG, kB},  // UPDATE (RFC 3311 5.2)
    {kI, kI, kI, kI, kA, kI},  // 2xx of UPDATE
};

}  // namespace

std::optional<State> OfferAnswer::next(State state, Event event) {
  return kNext[static_cast<std::size_t>(state)][static_cast<std::size_t>(event)];
}

Meaning OfferAnswer::meaning(Carrier carrier, State state) {
  return kMeaning[static_cast<std::size_t>(carrier)][static_cast<std::size_t>(state)];
}

bool OfferAnswer::apply(Event event) {
  auto state = next(state_, event);
  if (!state) return false;
  state_ = *state;
  return true;
}

}  // namespace polyfon::sip
