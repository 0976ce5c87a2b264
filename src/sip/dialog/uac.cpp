// An InviteSession as the calling side, until it is answered, refused or cancelled: RFC 3261 13.2, 9.1.
#include "sip/dialog/core.h"
#include "sip/dialog/invite_session.h"

namespace polyfon::sip {

void InviteSession::start(InviteOptions options) {
  state_ = SessionState::kCalling;
  outgoing_ = true;
  options_ = std::make_unique<InviteOptions>(std::move(options));
  if (options_->credentials) digest_ = std::make_unique<DigestClient>(std::move(*options_->credentials));
  dialog_.call_id = core_.random().token(22);
  dialog_.local_tag = view(core_.tag_of(id_));
  dialog_.local = options_->from + ";tag=" + dialog_.local_tag;
  set_out();
  core_.timers().arm(limit_, core_.now() + options_->ring_limit);
  client_ = std::make_unique<ClientInvite>();
  client_->sdp = std::move(options_->sdp);
  send_invite();
}

// What depends on the way to the server.
void InviteSession::set_out() {
  dialog_.origin = options_->flow;
  // RFC 3261 8.1.1.8: a sips: target asks for a sips: Contact.
  contact_ =
      core_.contact(options_->flow, options_->contact_user, options_->request_uri.starts_with("sips:"));
  auto target = Uri::parse(options_->request_uri);
  auto address = target ? base::SocketAddress::parse(target->host, target->port != 0 ? target->port : 5060)
                        : base::fail(base::ErrorCode::kInvalid, {});
  dialog_.behind_nat = address && *address != options_->flow.remote && options_->routes.empty();
}

// What responses have taught is of no use for the next attempt.
void InviteSession::forget_remote() {
  forks_.clear();
  dialog_.remote = options_->to;
  dialog_.remote_tag.clear();
  dialog_.remote_target = options_->request_uri;
  dialog_.routes = options_->routes;
  dialog_.flow = options_->flow;
  dialog_.last_rseq = 0;
  dialog_.previewed = false;
  dialog_.offer_answer = {};
}

void InviteSession::send_invite() {
  if (waits_for_location())
    return postpone([this] {
      if (client_) send_invite();
    });
  ++dialog_.local_cseq;
  transmit_invite();
}

void InviteSession::transmit_invite() {
  const bool first = state_ == SessionState::kCalling;
  if (first) forget_remote();
  if (!client_->sdp.empty()) dialog_.offer_answer.apply(OfferAnswer::Event::kSendOffer);
  client_->cseq = dialog_.local_cseq;
  client_->open = true;
  client_->transaction =
      core_.layer().open_client(dialog_.flow, Method::kInvite, context_of(Owner::kInvite, id_.value()));
  Builder builder =
      start_request(dialog_, Method::kInvite, client_->cseq, core_.layer().via(client_->transaction));
  if (digest_) digest_->write(builder, Method::kInvite, dialog_.request_uri(), core_.random());
  if (first)
    for (const HeaderField& field : options_->headers) builder.header(field.name, field.value);
  std::string_view message =
      client_->sdp.empty() ? builder.body() : builder.body("application/sdp", client_->sdp);
  core_.layer().start_client(client_->transaction, message, core_.now());
  if (!first) core_.timers().arm(limit_, core_.now() + kReinviteLimit);
}

void InviteSession::receive_invite_response(ClientId id, const Message& response, const Envelope& envelope) {
  const int status = response.status();
  const bool current = client_ && client_->transaction == id && client_->open;
  if (!current) {
    if (status / 100 == 2) accepted_again(response, envelope);
    return;
  }
  if (status < 200) return progressed(response, envelope);
  client_->open = false;
  if ((status == 401 || status == 407) && digest_ && !told_ && digest_->accept(response, client_->attempt)) {
    ++client_->attempt;
    if (dialog_.offer_answer.local_offer()) dialog_.offer_answer.apply(OfferAnswer::Event::kWithdraw);
    return send_invite();
  }
  if (state_ != SessionState::kCalling) return reinvite_responded(response, envelope);
  if (status < 300) return accepted(response, envelope);
  if (status == 503 && try_next_server(&response)) return;
  rejected(response);
}

// RFC 3263 4.3: what failed at one server goes to the next. Outside a dialog it is the same request but for
// its branch; inside, other requests may have gone since, and it takes the next CSeq number (RFC
// 3261 12.2.1.1).
bool InviteSession::try_next_server(const Message* response) {
  if (told_) return false;
  const bool first = state_ == SessionState::kCalling;
  Flow& flow = first ? options_->flow : dialog_.flow;
  if (!core_.next_server(flow, first ? options_->alternatives : dialog_.alternatives, response)) return false;
  if (dialog_.offer_answer.local_offer()) dialog_.offer_answer.apply(OfferAnswer::Event::kWithdraw);
  client_->attempt = 0;
  if (!first) {
    send_invite();
    return true;
  }
  set_out();
  transmit_invite();
  return true;
}

// RFC 3261 12.1.2, 13.2.2.4: each To-tag is a dialog of its own.
Dialog* InviteSession::dialog_for(const Message& response, const Envelope& envelope) {
  if (Dialog* known = dialog_with(envelope.to_tag); known && !dialog_.remote_tag.empty()) return known;
  if (dialog_.remote_tag.empty()) {
    dialog_.learn(response, envelope);
    return &dialog_;
  }
  if (forks_.size() >= kMaxForks) return nullptr;
  Dialog& fork = forks_.emplace_back(dialog_);
  fork.remote_target = options_->request_uri;
  fork.remote_cseq_known = false;
  fork.last_rseq = 0;
  fork.previewed = false;
  fork.offer_answer = {};
  if (!client_->sdp.empty()) fork.offer_answer.apply(OfferAnswer::Event::kSendOffer);
  fork.learn(response, envelope);
  return &fork;
}

void InviteSession::progressed(const Message& response, const Envelope& envelope) {
  if (state_ != SessionState::kCalling) {
    const bool reliable = list_contains(response, Header::kRequire, "100rel");
    if (reliable) acknowledge_reliable(dialog_, response, envelope);
    return;
  }
  if (cancel_wanted_) return cancel_call();
  if (response.status() == 100 || told_) return;
  core_.timers().arm(limit_, core_.now() + options_->ring_limit);  // RFC 3261 16.7: 101-199 reset Timer C
  Dialog* dialog = dialog_for(response, envelope);
  if (!dialog) return;
  if (response.has(Header::kAllow)) peer_updates_ = list_contains(response, Header::kAllow, "UPDATE");
  const bool reliable = list_contains(response, Header::kRequire, "100rel") && response.has(Header::kRSeq);
  std::string_view sdp = response.body();
  const auto carrier = reliable ? OfferAnswer::Carrier::kReliable : OfferAnswer::Carrier::kUnreliable;
  const OfferAnswer::Meaning meaning = dialog->offer_answer.meaning(carrier);
  if (reliable && !acknowledge_reliable(*dialog, response, envelope)) return;
  if (sdp.empty() || meaning == OfferAnswer::Meaning::kOffer || meaning == OfferAnswer::Meaning::kIgnored) {
    core_.handler().on_progress(id_, response.status(), response, {});
    const bool ours = pending_ && pending_->source == OfferSource::kReliable;
    if (!sdp.empty() && meaning == OfferAnswer::Meaning::kOffer && ours && !told_)
      core_.handler().on_offer(id_, sdp);
    return;
  }
  if (meaning == OfferAnswer::Meaning::kAnswer)
    dialog->offer_answer.apply(OfferAnswer::Event::kReceiveAnswer);
  if (meaning == OfferAnswer::Meaning::kPreview) dialog->previewed = true;
  core_.handler().on_progress(id_, response.status(), response, sdp);
}

void InviteSession::accepted(const Message& response, const Envelope& envelope) {
  limit_.cancel();
  Dialog* dialog = dialog_for(response, envelope);
  if (dialog && dialog != &dialog_) dialog_ = Dialog(*dialog);
  if (dialog) dialog_.learn(response, envelope);  // RFC 3261 13.2.2.4: the route set is made anew by the 2xx
  forks_.clear();
  options_.reset();
  state_ = SessionState::kConfirmed;
  ack_cseq_ = client_->cseq;
  std::string_view sdp = response.body();
  if (told_) {  // RFC 3261 9.1: the CANCEL came too late
    send_ack({});
    return send_bye();
  }
  peer_updates_ = list_contains(response, Header::kAllow, "UPDATE");
  const bool previewed = dialog_.previewed;
  client_.reset();
  const OfferAnswer::Meaning meaning = sdp.empty()
                                           ? OfferAnswer::Meaning::kIgnored
                                           : dialog_.offer_answer.meaning(OfferAnswer::Carrier::kSuccess);
  if (meaning == OfferAnswer::Meaning::kOffer) {
    dialog_.offer_answer.apply(OfferAnswer::Event::kReceiveOffer);
    pending_ = std::make_unique<PendingOffer>();
    pending_->source = OfferSource::kSuccess;
    core_.handler().on_answered(id_, response, {});
    if (!told_) core_.handler().on_offer(id_, sdp);
    return;
  }
  send_ack({});
  const bool owed = dialog_.offer_answer.state() == OfferAnswer::State::kFirstLocalOffer;
  if (owed && (meaning == OfferAnswer::Meaning::kAnswer || previewed))
    dialog_.offer_answer.apply(OfferAnswer::Event::kReceiveAnswer);
  if (owed ? sdp.empty() && !previewed : dialog_.offer_answer.state() == OfferAnswer::State::kNone) {
    core_.handler().on_rejected(id_, 488, "the 200 has no session description", &response);
    return end_by_peer("the 200 has no session description", true);
  }
  core_.handler().on_answered(id_, response,
                              meaning == OfferAnswer::Meaning::kAnswer ? sdp : std::string_view());
}

// RFC 3261 13.2.2.4: the ACK of a 2xx is a request of the dialog, with the CSeq number of its INVITE.
void InviteSession::send_ack(std::string_view sdp) {
  if (waits_for_location()) return postpone([this, body = std::string(sdp)] { send_ack(body); });
  Builder builder = start_request(dialog_, Method::kAck, ack_cseq_,
                                  core_.layer().via(dialog_.flow, core_.random().token(16)));
  if (digest_) digest_->write_as_before(builder);
  ack_ = sdp.empty() ? builder.body() : builder.body("application/sdp", sdp);
  ack_flow_ = dialog_.flow;
  core_.layer().send_stateless(ack_flow_, ack_);
}

void InviteSession::accepted_again(const Message& response, const Envelope& envelope) {
  if (envelope.to_tag == dialog_.remote_tag) {
    if (envelope.cseq.number != ack_cseq_ || ack_.empty()) return;
    core_.counters().absorbed_retransmissions.add();
    core_.layer().send_again(ack_flow_, ack_);
    return;
  }
  core_.dismiss(response, envelope, dialog_.origin);
}

void InviteSession::rejected(const Message& response) {
  if (!told_) {
    core_.handler().on_rejected(id_, response.status(), response.reason(), &response);
    tell(true, response.header(Header::kReason).value_or(response.reason()));
  }
  finish();
}

void InviteSession::invite_failed(ClientId id, TransactionFailure failure) {
  if (!client_ || client_->transaction != id || !client_->open) return;
  client_->open = false;
  if (try_next_server(nullptr)) return;
  const bool timeout = failure == TransactionFailure::kTimeout;
  const int status = timeout ? 408 : 503;  // RFC 3261 8.1.3.1
  const std::string_view reason = timeout ? "no response" : "cannot be reached";
  if (state_ != SessionState::kCalling) {
    client_.reset();
    if (!told_) end_by_peer(reason, true);  // RFC 3261 12.2.1.2, 14.1
    return;
  }
  if (!told_) {
    core_.handler().on_rejected(id_, status, reason, nullptr);
    tell(true, reason);
  }
  finish();
}

void InviteSession::invite_done(ClientId) {
  if (!client_) std::string().swap(ack_);  // no 2xx can come again
}

void InviteSession::give_up_calling(int status, std::string_view reason) {
  core_.counters().timeouts.add();
  core_.handler().on_rejected(id_, status, reason, nullptr);
  tell(true, reason);
  if (state_ == SessionState::kCalling) cancel_call();
}

// RFC 3261 9.1: not before a provisional response; the call is over 64*T1 later at the latest.
void InviteSession::cancel_call() {
  if (cancel_sent_) return;
  limit_.cancel();
  cancel_wanted_ = !core_.layer().proceeding(client_->transaction);
  if (cancel_wanted_) return;
  cancel_sent_ = true;
  core_.layer().cancel_client(client_->transaction, bye_reason_, core_.now());
  core_.timers().arm(limit_, core_.now() + core_.layer().times().give_up());
}

}  // namespace polyfon::sip
