// Reliable provisional responses, both directions: RFC 3262.
#include <fmt/format.h>

#include "base/text.h"
#include "sip/dialog/core.h"
#include "sip/dialog/invite_session.h"

namespace polyfon::sip {

// --- as the called side ---

void InviteSession::send_reliable(int status, std::string_view sdp, std::span<const HeaderField> headers) {
  // RFC 3262 3: starts somewhere in the lower half, then one more each time.
  server_->rseq =
      server_->rseq ? server_->rseq + 1 : static_cast<std::uint32_t>(1 + core_.random().below(1u << 30));
  OfferAnswer& state = dialog_.offer_answer;
  const bool carries =
      !sdp.empty() && (state.remote_offer() ? state.apply(OfferAnswer::Event::kSendAnswer)
                                            : state.state() == OfferAnswer::State::kNone &&
                                                  state.apply(OfferAnswer::Event::kSendOffer));
  Builder builder = server_->head.start(core_.out(), status, {}, true);
  builder.header(Header::kContact, contact_)
      .header(Header::kRequire, "100rel")
      .header(Header::kRSeq, server_->rseq)
      .header(Header::kAllow, core_.allow())
      .header(Header::kServer, core_.options().user_agent);
  for (const HeaderField& field : headers) builder.header(field.name, field.value);
  std::string_view message = carries ? builder.body("application/sdp", sdp) : builder.body();
  server_->unacknowledged = true;
  server_->unacknowledged_sdp = carries;
  core_.layer().respond(server_->transaction, status, message, core_.now());
  arm_repeat(message);
}

void InviteSession::receive_prack(const Incoming& prack) {
  auto rack = parse_rack(prack.message.header(Header::kRAck).value_or(""));
  if (!rack) {
    core_.counters().rejected_malformed.add();
    return core_.reply(prack, 400);
  }
  if (!server_ || !server_->unacknowledged || rack->rseq != server_->rseq ||
      rack->cseq.number != server_->cseq || rack->cseq.method != Method::kInvite) {
    core_.counters().rejected_dialog.add();
    return core_.reply(prack, 481);  // RFC 3262 3
  }
  stop_repeat();
  server_->unacknowledged = false;
  const std::string_view sdp = prack.message.body();
  const OfferAnswer::Meaning meaning = sdp.empty()
                                           ? OfferAnswer::Meaning::kIgnored
                                           : dialog_.offer_answer.meaning(OfferAnswer::Carrier::kPrack);
  if (meaning == OfferAnswer::Meaning::kOffer) {
    hold_for_answer(prack, OfferSource::kPrack);
    if (!told_) after_prack();
    return;
  }
  if (meaning == OfferAnswer::Meaning::kBusy)
    return core_.reply(prack, 500, {{"Retry-After", core_.retry_after()}});
  core_.reply(prack, 200);
  if (meaning == OfferAnswer::Meaning::kAnswer) {
    dialog_.offer_answer.apply(OfferAnswer::Event::kReceiveAnswer);
    core_.handler().on_offer_answered(id_, sdp);
  }
  if (!told_) after_prack();
}

// What waited for the PRACK goes out now.
void InviteSession::after_prack() {
  if (state_ != SessionState::kIncoming || !server_ || server_->unacknowledged) return;
  if (server_->delayed) {
    ServerInvite::Success success = std::move(*server_->delayed);
    server_->delayed.reset();
    return send_success(success.sdp, success.headers);
  }
  if (server_->queued.empty()) return;
  ServerInvite::Provisional next = std::move(server_->queued.front());
  server_->queued.erase(server_->queued.begin());
  send_reliable(next.status, next.sdp, next.headers);
}

// RFC 3262 3: no PRACK in 64*T1: the INVITE is refused with a 5xx.
void InviteSession::no_prack() {
  stop_repeat();
  tell(true, "no PRACK for our reliable response");
  if (state_ != SessionState::kIncoming) return;
  respond_invite(504, {});
  finish();
}

// --- as the calling side ---

// False when the response is a repetition or came out of order: then it means nothing (RFC 3262 4).
bool InviteSession::acknowledge_reliable(Dialog& dialog, const Message& response, const Envelope& envelope) {
  auto rseq = base::parse_number<std::uint32_t>(response.header(Header::kRSeq).value_or(""), 1);
  if (!rseq || (dialog.last_rseq != 0 && *rseq != dialog.last_rseq + 1)) {
    core_.counters().absorbed_retransmissions.add();
    return false;
  }
  dialog.last_rseq = *rseq;
  std::string rack = fmt::format("{} {} INVITE", *rseq, envelope.cseq.number);
  OfferAnswer& state = dialog.offer_answer;
  // RFC 3262 5: an offer in the response is answered in the PRACK, so that one waits for the handler.
  if (!response.body().empty() &&
      state.meaning(OfferAnswer::Carrier::kReliable) == OfferAnswer::Meaning::kOffer && &dialog == &dialog_) {
    state.apply(OfferAnswer::Event::kReceiveOffer);
    pending_ = std::make_unique<PendingOffer>();
    pending_->source = OfferSource::kReliable;
    pending_->rack = std::move(rack);
    return true;
  }
  const bool fork = &dialog != &dialog_;
  if (fork) std::swap(dialog, dialog_);
  send_in_dialog({.method = Method::kPrack, .header_name = "RAck", .header_value = std::move(rack)});
  if (fork) std::swap(dialog, dialog_);
  return true;
}

}  // namespace polyfon::sip
