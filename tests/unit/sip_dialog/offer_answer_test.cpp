// The offer/answer tables, completely: every state with every event, and every carrier in every state.
#include "sip/dialog/offer_answer.h"

#include <gtest/gtest.h>

namespace polyfon::sip {
namespace {

using State = OfferAnswer::State;
using Event = OfferAnswer::Event;
using Carrier = OfferAnswer::Carrier;
using Meaning = OfferAnswer::Meaning;

template <class Fn>
void each_state(Fn fn) {
  for (std::size_t s = 0; s < OfferAnswer::kStates; ++s) fn(static_cast<State>(s));
}
bool local(State s) { return s == State::kFirstLocalOffer || s == State::kNewLocalOffer; }
bool remote(State s) { return s == State::kFirstRemoteOffer || s == State::kNewRemoteOffer; }

TEST(OfferAnswer, rfc3264_4_only_one_offer_is_open_at_a_time) {
  each_state([](State state) {
    const bool open = local(state) || remote(state);
    EXPECT_EQ(OfferAnswer::next(state, Event::kSendOffer).has_value(), !open);
    EXPECT_EQ(OfferAnswer::next(state, Event::kReceiveOffer).has_value(), !open);
    EXPECT_EQ(OfferAnswer::next(state, Event::kReceiveAnswer).has_value(), local(state));
    EXPECT_EQ(OfferAnswer::next(state, Event::kSendAnswer).has_value(), remote(state));
    EXPECT_EQ(OfferAnswer::next(state, Event::kWithdraw).has_value(), open);
  });
}

TEST(OfferAnswer, an_answer_makes_it_stable) {
  each_state([](State state) {
    for (auto event : {Event::kSendAnswer, Event::kReceiveAnswer})
      if (auto next = OfferAnswer::next(state, event)) EXPECT_EQ(*next, State::kStable);
  });
}

TEST(OfferAnswer, rfc6337_3_4_a_refused_offer_leaves_what_was_before) {
  EXPECT_EQ(OfferAnswer::next(State::kFirstLocalOffer, Event::kWithdraw), State::kNone);
  EXPECT_EQ(OfferAnswer::next(State::kFirstRemoteOffer, Event::kWithdraw), State::kNone);
  EXPECT_EQ(OfferAnswer::next(State::kNewLocalOffer, Event::kWithdraw), State::kStable);
  EXPECT_EQ(OfferAnswer::next(State::kNewRemoteOffer, Event::kWithdraw), State::kStable);
}

TEST(OfferAnswer, what_is_not_allowed_changes_nothing) {
  OfferAnswer session;
  EXPECT_FALSE(session.apply(Event::kSendAnswer));
  EXPECT_EQ(session.state(), State::kNone);
  EXPECT_TRUE(session.may(Event::kSendOffer));
  EXPECT_TRUE(session.apply(Event::kSendOffer));
  EXPECT_FALSE(session.apply(Event::kReceiveOffer));
  EXPECT_TRUE(session.local_offer());
}

// The six patterns of RFC 6337 2, and what each state makes of every other message.
TEST(OfferAnswer, pattern_1_and_2_invite_with_2xx_and_2xx_with_ack) {
  EXPECT_EQ(OfferAnswer::meaning(Carrier::kInvite, State::kNone), Meaning::kOffer);
  EXPECT_EQ(OfferAnswer::meaning(Carrier::kSuccess, State::kFirstLocalOffer), Meaning::kAnswer);
  EXPECT_EQ(OfferAnswer::meaning(Carrier::kSuccess, State::kNone), Meaning::kOffer);
  EXPECT_EQ(OfferAnswer::meaning(Carrier::kAck, State::kFirstLocalOffer), Meaning::kAnswer);
}

TEST(OfferAnswer, pattern_3_and_4_reliable_1xx_with_invite_and_with_prack) {
  EXPECT_EQ(OfferAnswer::meaning(Carrier::kReliable, State::kFirstLocalOffer), Meaning::kAnswer);
  EXPECT_EQ(OfferAnswer::meaning(Carrier::kReliable, State::kNone), Meaning::kOffer);
  EXPECT_EQ(OfferAnswer::meaning(Carrier::kPrack, State::kFirstLocalOffer), Meaning::kAnswer);
}

TEST(OfferAnswer, pattern_5_and_6_prack_and_update_with_their_2xx) {
  EXPECT_EQ(OfferAnswer::meaning(Carrier::kPrack, State::kStable), Meaning::kOffer);
  EXPECT_EQ(OfferAnswer::meaning(Carrier::kUpdate, State::kStable), Meaning::kOffer);
  EXPECT_EQ(OfferAnswer::meaning(Carrier::kUpdateSuccess, State::kNewLocalOffer), Meaning::kAnswer);
}

TEST(OfferAnswer, rfc3261_13_2_1_an_unreliable_1xx_only_previews) {
  each_state([](State state) {
    EXPECT_EQ(OfferAnswer::meaning(Carrier::kUnreliable, state),
              local(state) ? Meaning::kPreview : Meaning::kIgnored);
  });
}

TEST(OfferAnswer, rfc3311_5_2_update_meets_an_open_offer) {
  EXPECT_EQ(OfferAnswer::meaning(Carrier::kUpdate, State::kNone), Meaning::kBusy);
  each_state([](State state) {
    if (local(state)) EXPECT_EQ(OfferAnswer::meaning(Carrier::kUpdate, state), Meaning::kGlare);
    if (remote(state)) EXPECT_EQ(OfferAnswer::meaning(Carrier::kUpdate, state), Meaning::kBusy);
  });
}

TEST(OfferAnswer, rfc3261_14_2_invite_meets_an_open_offer) {
  each_state([](State state) {
    if (local(state)) EXPECT_EQ(OfferAnswer::meaning(Carrier::kInvite, state), Meaning::kGlare);
    if (remote(state)) EXPECT_EQ(OfferAnswer::meaning(Carrier::kInvite, state), Meaning::kBusy);
  });
}

TEST(OfferAnswer, an_answer_is_only_heard_when_it_is_owed) {
  for (std::size_t c = 0; c < OfferAnswer::kCarriers; ++c)
    each_state([c](State state) {
      if (OfferAnswer::meaning(static_cast<Carrier>(c), state) == Meaning::kAnswer)
        EXPECT_TRUE(OfferAnswer::next(state, Event::kReceiveAnswer)) << c;
      if (OfferAnswer::meaning(static_cast<Carrier>(c), state) == Meaning::kOffer)
        EXPECT_TRUE(OfferAnswer::next(state, Event::kReceiveOffer)) << c;
    });
}

TEST(OfferAnswer, a_repeated_description_in_a_response_means_nothing) {
  for (auto carrier : {Carrier::kReliable, Carrier::kUnreliable, Carrier::kSuccess, Carrier::kReinviteSuccess,
                       Carrier::kAck, Carrier::kUpdateSuccess})
    EXPECT_EQ(OfferAnswer::meaning(carrier, State::kStable), Meaning::kIgnored);
}

}  // namespace
}  // namespace polyfon::sip
