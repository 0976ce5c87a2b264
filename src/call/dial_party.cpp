// Who is called by Dial() and on which of his phones: groups by q one after another, flows of one phone one
// at a time (call/fork.h).
#include <algorithm>

#include "base/log.h"
#include "call/dial_operation.h"
#include "call/exchange.h"

namespace polyfon::call {

// Those that can be reached; of a call to a GRUU that phone alone (RFC 5627 5.4).
std::vector<ContactAddress> DialOperation::contacts_of(const config::Endpoint& endpoint) const {
  if (hosts_.contains(endpoint.name)) return contacts_of_host(endpoint.name);
  auto contacts = exchange_.parts_.location.contacts(endpoint.name);
  std::erase_if(contacts, [](const ContactAddress& contact) { return !contact.reachable; });
  const auto& gruu = caller_.gruu;
  if (!gruu || gruu->account != endpoint.name) return contacts;
  std::erase_if(contacts, [&](const ContactAddress& contact) { return contact.instance != gruu->instance; });
  for (auto& contact : contacts)
    if (!gruu->grid.empty()) contact.uri += ";grid=" + gruu->grid;
  return contacts;
}

// False: nobody is left who can be called.
bool DialOperation::dial_next_group(std::size_t party) {
  parties_[party].next_at.reset();
  bool dialled = false;
  while (!dialled) {
    auto group = parties_[party].fork.next_group();
    if (group.empty()) return false;
    for (const auto& contact : group)
      if (dial_contact(party, contact)) dialled = true;
  }
  if (parties_[party].fork.has_next_group())
    parties_[party].next_at = exchange_.parts_.timers.now() + exchange_.snapshot().polyfon.fork_time;
  return true;
}

bool DialOperation::dial_contact(std::size_t index, const ContactAddress& contact) {
  const Party& party = parties_[index];
  auto leg = exchange_.dial_contact(caller_, party.endpoint, contact, party.number, request_.timeout);
  if (!leg) {
    base::log_warning("dial", "{}: {}: {}", caller_.name, party.dial_string, leg.error().text);
    return false;
  }
  legs_.push_back({*leg, party.dial_string, index, contact.instance});
  caller_.emit(DialBegin{caller_.id(), *leg, party.dial_string});
  return true;
}

std::optional<base::Instant> DialOperation::next_turn() const {
  std::optional<base::Instant> next;
  for (const auto& party : parties_)
    if (party.next_at && (!next || *party.next_at < *next)) next = party.next_at;
  return next;
}

void DialOperation::end_turns() {
  for (std::size_t i = 0; i < parties_.size(); ++i) {
    if (!parties_[i].next_at || *parties_[i].next_at > exchange_.parts_.timers.now()) continue;
    hang_up_party(i, DialStatus::kNoAnswer, HangupCause::kNoAnswer);
    dial_next_group(i);
  }
}

// RFC 5626 7: only a flow has failed, and the phone has said nothing: it is tried on its next one.
bool DialOperation::went_elsewhere(const LegEvent& event) {
  const Leg failed = *std::ranges::find(legs_, event.leg, &Leg::channel);
  if (failed.instance.empty() || !is_failed_flow(event.sip_status, event.by_peer)) return false;
  bool dialled = false;
  while (!dialled) {
    auto flow = parties_[failed.party].fork.next_flow(failed.instance);
    if (!flow) return false;
    dialled = dial_contact(failed.party, *flow);
  }
  std::erase_if(legs_, [&](const Leg& leg) { return leg.channel == failed.channel; });
  stop_hearing(failed.channel);
  caller_.emit(DialEnd{caller_.id(), failed.channel, DialStatus::kChanUnavail, event.cause});
  return true;
}

bool DialOperation::stop_hearing(ChannelId leg) {
  if (heard_ != leg) return false;
  heard_ = {};
  exchange_.parts_.media.disconnect(caller_.stream_);
  return true;
}

bool DialOperation::is_called(std::size_t party) const {
  return std::ranges::any_of(legs_, [&](const Leg& leg) { return leg.party == party; });
}

// RFC 3261 16.7: 6xx speaks for all phones of who was called; else those with a lower q have their turn.
void DialOperation::go_on(std::size_t party, int sip_status) {
  if (sip_status / 100 == 6) {
    parties_[party].fork.stop();
    hang_up_party(party, DialStatus::kBusy, HangupCause::kNormalClearing);
  }
  if (!is_called(party)) dial_next_group(party);
}

void DialOperation::hang_up_party(std::size_t party, DialStatus status, HangupCause cause) {
  std::vector<Leg> ringing;
  std::erase_if(legs_, [&](Leg& leg) {
    if (leg.party != party) return false;
    ringing.push_back(std::move(leg));
    return true;
  });
  for (const auto& leg : ringing) {
    count(status);
    stop_hearing(leg.channel);
    caller_.emit(DialEnd{caller_.id(), leg.channel, status, cause});
    exchange_.hangup(leg.channel, cause);
  }
}

}  // namespace polyfon::call
