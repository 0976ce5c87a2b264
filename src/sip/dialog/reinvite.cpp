// re-INVITE, both directions, and glare: RFC 3261 14, RFC 6141.
#include "sip/dialog/core.h"
#include "sip/dialog/invite_session.h"

namespace polyfon::sip {

// --- theirs ---

void InviteSession::receive_reinvite(const Incoming& invite) {
  const bool empty = invite.message.body().empty();
  // A 2xx of ours whose ACK is lost: the peer would not go on without having it (RFC 5407 3.1.4).
  if (server_ && server_->final_sent && !dialog_.offer_answer.local_offer() &&
      state_ == SessionState::kConfirmed) {
    repeat_.cancel();
    server_.reset();
  }
  OfferAnswer::Meaning meaning = dialog_.offer_answer.meaning(OfferAnswer::Carrier::kInvite);
  if (client_ && client_->open) meaning = OfferAnswer::Meaning::kGlare;
  // RFC 3261 14.2: the last one is not answered yet
  if (state_ != SessionState::kConfirmed || server_) meaning = OfferAnswer::Meaning::kBusy;
  if (meaning == OfferAnswer::Meaning::kGlare) {
    core_.counters().rejected_glare.add();
    return core_.reply(invite, 491);
  }
  if (meaning == OfferAnswer::Meaning::kBusy) {
    core_.counters().rejected_order.add();
    return core_.reply(invite, 500, {{"Retry-After", core_.retry_after()}});
  }
  dialog_.refresh_target(invite);
  open_server_transaction(invite);
  server_->reliable = false;  // its answer is the next thing that leaves
  pending_ = std::make_unique<PendingOffer>();
  pending_->source = OfferSource::kInvite;
  if (empty) {
    core_.handler().on_offer_wanted(id_);
  } else {
    dialog_.offer_answer.apply(OfferAnswer::Event::kReceiveOffer);
    core_.handler().on_offer(id_, invite.message.body());
  }
  if (server_ && !server_->final_sent && !told_) respond_invite(100, {});
}

// The re-INVITE that is being answered is of no use any more.
void InviteSession::drop_server_invite(int status) {
  if (!server_ || state_ != SessionState::kConfirmed) return;
  if (pending_ && pending_->source == OfferSource::kInvite) {
    pending_.reset();
    if (dialog_.offer_answer.remote_offer()) dialog_.offer_answer.apply(OfferAnswer::Event::kWithdraw);
  }
  stop_repeat();
  if (!server_->final_sent) respond_invite(status, {});
  server_.reset();
}

void InviteSession::answer_offer(std::string_view sdp) {
  if (!pending_) return;
  OfferAnswer& state = dialog_.offer_answer;
  const OfferSource source = pending_->source;
  if (!state.apply(state.remote_offer() ? OfferAnswer::Event::kSendAnswer : OfferAnswer::Event::kSendOffer))
    return;
  switch (source) {
    case OfferSource::kNone: break;
    case OfferSource::kUpdate:
    case OfferSource::kPrack: return answer_held(200, sdp);
    case OfferSource::kSuccess: send_ack(sdp); break;
    case OfferSource::kReliable:
      send_in_dialog({.method = Method::kPrack,
                      .header_name = "RAck",
                      .header_value = std::move(pending_->rack),
                      .content_type = "application/sdp",
                      .body = std::string(sdp)});
      break;
    case OfferSource::kInvite: {
      ResponseOptions options;
      options.content_type = "application/sdp";
      options.body = sdp;
      respond_invite(200, options);
      break;
    }
  }
  pending_.reset();
}

void InviteSession::reject_offer(int status) {
  if (!pending_) return;
  if (status < 300 || status > 699) status = 488;
  const OfferSource source = pending_->source;
  if (dialog_.offer_answer.remote_offer()) dialog_.offer_answer.apply(OfferAnswer::Event::kWithdraw);
  switch (source) {
    case OfferSource::kNone: break;
    case OfferSource::kUpdate:
    case OfferSource::kPrack: return answer_held(status, {});
    case OfferSource::kInvite: return drop_server_invite(status);
    case OfferSource::kSuccess:  // RFC 3261 13.2.2.4: ACK, then BYE
      pending_.reset();
      send_ack({});
      return hangup(0, "their offer cannot be answered");
    case OfferSource::kReliable: pending_.reset(); return hangup(0, "their offer cannot be answered");
  }
}

// --- ours ---

bool InviteSession::offer(std::string_view sdp) {
  if (client_ || server_ || pending_ || !dialog_.offer_answer.stable()) {
    const bool early = state_ == SessionState::kCalling || state_ == SessionState::kIncoming;
    return early && !pending_ && dialog_.offer_answer.stable() && send_update(sdp);
  }
  if (state_ != SessionState::kConfirmed) return false;
  client_ = std::make_unique<ClientInvite>();
  client_->sdp = sdp;
  send_invite();
  return true;
}

void InviteSession::reinvite_responded(const Message& response, const Envelope& envelope) {
  const int status = response.status();
  limit_.cancel();
  if (status < 300) return reinvite_accepted(response);
  if (dialog_.offer_answer.local_offer()) dialog_.offer_answer.apply(OfferAnswer::Event::kWithdraw);
  if (told_) {
    client_.reset();
    return;
  }
  if (status == 503 && try_next_server(&response)) return;
  if (status == 491) return glare();
  if (status == 408 || status == 481) {  // RFC 3261 12.2.1.2
    client_.reset();
    return end_by_peer(response.reason(), status == 408);
  }
  offer_refused(status);
}

void InviteSession::reinvite_accepted(const Message& response) {
  ack_cseq_ = client_->cseq;
  client_.reset();
  dialog_.refresh_target(response);
  send_ack({});
  if (told_) return;
  const std::string_view sdp = response.body();
  if (!dialog_.offer_answer.local_offer()) return;
  if (sdp.empty()) {
    dialog_.offer_answer.apply(OfferAnswer::Event::kWithdraw);
    core_.handler().on_offer_rejected(id_, 488);
    return;
  }
  dialog_.offer_answer.apply(OfferAnswer::Event::kReceiveAnswer);
  core_.handler().on_offer_answered(id_, sdp);
}

void InviteSession::offer_refused(int status) {
  client_.reset();
  core_.handler().on_offer_rejected(id_, status);
}

// RFC 3261 14.1: the owner of the Call-ID waits longer, so that the two do not meet again; units of 10 ms.
void InviteSession::glare() {
  if (++client_->glare > kMaxGlareRetries) return offer_refused(491);
  const auto units = outgoing_ ? 210 + core_.random().below(191) : core_.random().below(201);
  core_.timers().arm(limit_, core_.now() + std::chrono::milliseconds(10 * units));
}

// A re-INVITE that is only ever answered provisionally: CANCEL it; when that does not help either, the peer
// is gone.
void InviteSession::give_up_offer() {
  if (!client_->cancelled && core_.layer().proceeding(client_->transaction)) {
    client_->cancelled = true;
    core_.layer().cancel_client(client_->transaction, {}, core_.now());
    core_.timers().arm(limit_, core_.now() + core_.layer().times().give_up());
    return;
  }
  core_.layer().abandon_client(client_->transaction);
  client_.reset();
  end_by_peer("no answer to our offer", true);
}

void InviteSession::retry_offer() {
  if (!client_ || client_->open || told_) return;
  if (server_ || pending_ || !dialog_.offer_answer.stable()) return glare();
  client_->attempt = 0;
  send_invite();
}

}  // namespace polyfon::sip
