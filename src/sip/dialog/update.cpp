// UPDATE, both directions (RFC 3311), and offers that wait in a request other than INVITE.
#include "sip/dialog/core.h"
#include "sip/dialog/invite_session.h"
#include "sip/transaction/response_flow.h"

namespace polyfon::sip {

void InviteSession::receive_update(const Incoming& update) {
  const std::string_view sdp = update.message.body();
  OfferAnswer::Meaning meaning = sdp.empty() ? OfferAnswer::Meaning::kIgnored
                                             : dialog_.offer_answer.meaning(OfferAnswer::Carrier::kUpdate);
  // An offer of ours that waits in a re-INVITE's glare is not out; one that a re-INVITE of theirs wants is
  // due.
  if (!sdp.empty() && pending_) meaning = OfferAnswer::Meaning::kBusy;
  if (meaning == OfferAnswer::Meaning::kGlare) {
    core_.counters().rejected_glare.add();
    return core_.reply(update, 491);
  }
  if (meaning == OfferAnswer::Meaning::kBusy) {
    core_.counters().rejected_order.add();
    return core_.reply(update, 500, {{"Retry-After", core_.retry_after()}});
  }
  dialog_.refresh_target(update);
  if (meaning == OfferAnswer::Meaning::kOffer) return hold_for_answer(update, OfferSource::kUpdate);
  core_.reply(update, 200, {{"Contact", contact_}, {"Allow", core_.allow()}});
}

// The answer leaves in the response to this request, when the handler gives it.
void InviteSession::hold_for_answer(const Incoming& request, OfferSource source) {
  dialog_.offer_answer.apply(OfferAnswer::Event::kReceiveOffer);
  pending_ = std::make_unique<PendingOffer>();
  pending_->source = source;
  pending_->head = ResponseHead(request, {}, core_.options().compact_headers);
  pending_->transaction = core_.layer().open_server(response_flow(request.flow, request.envelope.via),
                                                    request.message.method(), request.keys, {});
  core_.handler().on_offer(id_, request.message.body());
}

void InviteSession::answer_held(int status, std::string_view sdp) {
  std::unique_ptr<PendingOffer> held = std::move(pending_);
  Builder builder = held->head.start(core_.out(), status, {}, false);
  if (held->source == OfferSource::kUpdate && status < 300) builder.header(Header::kContact, contact_);
  builder.header(Header::kServer, core_.options().user_agent);
  std::string_view message = sdp.empty() ? builder.body() : builder.body("application/sdp", sdp);
  core_.layer().respond(held->transaction, status, message, core_.now());
}

// RFC 3261 15.1.2: what is open when the dialog ends is answered with 487.
void InviteSession::drop_held() {
  if (!pending_) return;
  if (pending_->source == OfferSource::kUpdate || pending_->source == OfferSource::kPrack)
    answer_held(487, {});
  pending_.reset();
}

bool InviteSession::send_update(std::string_view sdp) {
  if (!peer_updates_ || requests_.size() >= kMaxInDialogRequests || dialog_.remote_tag.empty()) return false;
  if (!dialog_.offer_answer.apply(OfferAnswer::Event::kSendOffer)) return false;
  send_in_dialog({.method = Method::kUpdate, .content_type = "application/sdp", .body = std::string(sdp)});
  return true;
}

void InviteSession::update_responded(int status, const Message* response) {
  if (!dialog_.offer_answer.local_offer() || told_) return;
  const std::string_view sdp = response ? response->body() : std::string_view();
  if (status < 300 && !sdp.empty()) {
    dialog_.refresh_target(*response);
    dialog_.offer_answer.apply(OfferAnswer::Event::kReceiveAnswer);
    core_.handler().on_offer_answered(id_, sdp);
    return;
  }
  dialog_.offer_answer.apply(OfferAnswer::Event::kWithdraw);
  core_.handler().on_offer_rejected(id_, status < 300 ? 488 : status);
}

}  // namespace polyfon::sip
