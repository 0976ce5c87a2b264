// What a peer asks in an established call: hold and other re-INVITEs, digits by INFO, BYE.
#include "base/log.h"
#include "base/text.h"
#include "call/exchange.h"

namespace polyfon::call {

namespace {

// application/dtmf-relay: "Signal=5\r\nDuration=160"; application/dtmf: "5". Numbers above 9 are * # A-D.
char digit_of_info(const sip::Message& info) {
  auto type = info.header(sip::Header::kContentType);
  if (!type) return 0;
  std::string_view text = info.body();
  if (base::istarts_with(*type, "application/dtmf-relay")) {
    auto at = text.find("ignal=");
    if (at == std::string_view::npos) return 0;
    text.remove_prefix(at + 6);
  } else if (!base::istarts_with(*type, "application/dtmf")) {
    return 0;
  }
  text = base::trim(text.substr(0, text.find_first_of("\r\n")));
  if (auto number = base::parse_number<unsigned>(text, 0, 16)) {
    constexpr std::string_view kDigits = "0123456789*#ABCD";
    return *number < kDigits.size() ? kDigits[*number] : 0;
  }
  constexpr std::string_view kLetters = "*#ABCDabcd";
  return text.size() == 1 && kLetters.contains(text[0]) ? text[0] : 0;
}

}  // namespace

bool Exchange::negotiate_again(Channel& channel, std::string_view sdp) {
  if (!channel.ensure_stream()) return false;
  auto agreed = channel.negotiation_->accept_offer(sdp, channel.local_media());
  if (!agreed) {
    base::log_notice("call", "{}: {}", channel.name, agreed.error().text);
    return false;
  }
  channel.apply_agreed();
  return true;
}

// Hold: who is held hears music, and both hear each other again afterwards.
void Exchange::follow_hold(Channel& channel) {
  const auto& agreed = channel.negotiation_->agreed();
  bool held = agreed && agreed->held_by_peer();
  Channel* other = find(channel.bridged_);
  if (!other || held == channel.held_by_peer_) return;  // not bridged yet: Bridge asks again
  channel.held_by_peer_ = held;
  if (held)
    other->start_music(channel.endpoint ? channel.endpoint->music_suggested : std::string_view());
  else
    other->stop_music();
}

void Exchange::on_offer(sip::SessionId session, std::string_view sdp) {
  Channel* channel = channel_of(session);
  ReadyQueue::Turn turn(ready_);
  if (!channel || !negotiate_again(*channel, sdp)) {
    parts_.user_agent.reject_offer(session, 488);
    return;
  }
  parts_.user_agent.answer_offer(session, channel->negotiation_->answer());
  follow_hold(*channel);
}

void Exchange::on_offer_wanted(sip::SessionId session) {
  Channel* channel = channel_of(session);
  if (!channel || !channel->ensure_stream()) {
    parts_.user_agent.reject_offer(session, 488);
    return;
  }
  parts_.user_agent.answer_offer(session, channel->negotiation_->make_offer(channel->local_media()));
}

void Exchange::on_offer_answered(sip::SessionId session, std::string_view sdp) {
  Channel* channel = channel_of(session);
  if (!channel || !channel->negotiation_->accept_answer(sdp)) return;
  ReadyQueue::Turn turn(ready_);
  channel->apply_agreed();
  follow_hold(*channel);
}

void Exchange::on_offer_rejected(sip::SessionId session, int status) {
  if (Channel* channel = channel_of(session))
    base::log_verbose("call", "{}: our offer was refused with {}; the call goes on as it was", channel->name,
                      status);
}

bool Exchange::on_info(sip::SessionId session, const sip::Message& info) {
  Channel* channel = channel_of(session);
  if (info.body().empty()) return true;  // a keep-alive
  char digit = channel ? digit_of_info(info) : 0;
  if (!digit) return false;
  ReadyQueue::Turn turn(ready_);
  channel->on_digit(digit);
  if (Channel* other = find(channel->bridged_))
    parts_.media.send_digit(other->stream_, digit, std::chrono::milliseconds(160));
  return true;
}

void Exchange::on_ended(sip::SessionId session, bool by_peer, std::string_view reason) {
  Channel* channel = channel_of(session);
  if (!channel) return;
  base::log_verbose("call", "{}: ended{}{}{}", channel->name, by_peer ? " by its peer" : "",
                    reason.empty() ? "" : ": ", base::printable(reason));
  end(*channel, HangupCause::kNormalClearing, true);
}

}  // namespace polyfon::call
