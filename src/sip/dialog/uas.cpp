// An InviteSession as the called side, until its 2xx is acknowledged: RFC 3261 13.3, 9.2.
#include "sip/dialog/core.h"
#include "sip/dialog/invite_session.h"
#include "sip/transaction/response_flow.h"

namespace polyfon::sip {

void InviteSession::receive_invite(const Incoming& invite) {
  if (!has_readable_body(invite.message)) {
    core_.counters().rejected_media_type.add();
    core_.refuse(invite, 415, {{"Accept", "application/sdp"}});  // RFC 3261 8.2.3
    return finish();
  }
  if (!takes_descriptions(invite.message)) {
    core_.counters().rejected_media_type.add();
    core_.refuse(invite, 406);
    return finish();
  }
  const bool secure = invite.message.request_uri().starts_with("sips:");
  dialog_ = Dialog::called(invite, view(core_.tag_of(id_)));
  auto target = Uri::parse(invite.message.request_uri());
  contact_ = core_.contact(invite.flow, target ? target->user : std::string_view(), secure);
  peer_updates_ = list_contains(invite.message, Header::kAllow, "UPDATE");
  const std::string_view sdp = invite.message.body();
  if (!sdp.empty()) dialog_.offer_answer.apply(OfferAnswer::Event::kReceiveOffer);

  arriving_ = &invite;
  core_.handler().on_invite(id_, invite.message, invite.flow, sdp);
  if (state_ == SessionState::kArriving) {
    ensure_accepted();
    respond_invite(100, {});  // RFC 3261 17.2.1: nobody knows when the handler answers
  }
  arriving_ = nullptr;
}

void InviteSession::open_server_transaction(const Incoming& invite) {
  server_ = std::make_unique<ServerInvite>();
  server_->flow = response_flow(invite.flow, invite.envelope.via);
  server_->head = ResponseHead(invite, dialog_.local_tag, core_.options().compact_headers);
  server_->cseq = invite.envelope.cseq.number;
  server_->has_offer = !invite.message.body().empty();
  server_->reliable = list_contains(invite.message, Header::kRequire, "100rel");
  server_->transaction = core_.layer().open_server(server_->flow, Method::kInvite, invite.keys,
                                                   context_of(Owner::kInvite, id_.value()));
}

// From here on there is a transaction: until the handler answered, a challenge costs nothing.
void InviteSession::ensure_accepted() {
  if (state_ != SessionState::kArriving || !arriving_) return;
  open_server_transaction(*arriving_);
  state_ = SessionState::kIncoming;
}

void InviteSession::respond_invite(int status, const ResponseOptions& options) {
  const bool makes_dialog = status > 100 && status < 300;
  Builder builder = server_->head.start(core_.out(), status, options.reason, makes_dialog);
  if (makes_dialog) builder.header(Header::kContact, contact_);
  if (status >= 200 && status < 300) {
    builder.header(Header::kAllow, core_.allow());
    builder.header(Header::kSupported, kSessionExtensions);
  }
  builder.header(Header::kServer, core_.options().user_agent);
  for (const HeaderField& field : options.headers) builder.header(field.name, field.value);
  std::string_view message = builder.body(options.content_type, options.body);
  if (status >= 200) server_->final_sent = true;
  core_.layer().respond(server_->transaction, status, message, core_.now());
  // RFC 3261 13.3.1.4: the 2xx is ours to repeat, over every transport.
  if (status >= 200 && status < 300) arm_repeat(message);
}

void InviteSession::challenge(std::span<const std::string> challenges) {
  if (state_ == SessionState::kArriving && arriving_) {
    ResponseOptions options;
    Builder builder =
        ResponseHead(*arriving_, core_.request_tag(arriving_->envelope), core_.options().compact_headers)
            .start(core_.out(), 401, {}, false);
    for (const std::string& value : challenges) builder.header(Header::kWwwAuthenticate, value);
    builder.header(Header::kServer, core_.options().user_agent);
    core_.layer().send_stateless(response_flow(arriving_->flow, arriving_->envelope.via), builder.body());
    return finish();
  }
  if (state_ != SessionState::kIncoming) return;
  ResponseOptions options;
  for (const std::string& value : challenges) options.headers.push_back({"WWW-Authenticate", value});
  stop_repeat();
  respond_invite(401, options);
  finish();
}

void InviteSession::provisional(int status, std::string_view sdp, std::span<const HeaderField> headers) {
  if (status <= 100 || status >= 200) return;
  ensure_accepted();
  if (state_ != SessionState::kIncoming || server_->delayed) return;
  if (!server_->reliable) return send_provisional(status, sdp, headers);
  // RFC 3261 13.2.1: the first reliable response to an INVITE without an offer must have one.
  if (sdp.empty() && dialog_.offer_answer.state() == OfferAnswer::State::kNone) return;
  if (!server_->unacknowledged) return send_reliable(status, sdp, headers);
  if (server_->queued.size() < ServerInvite::kMaxQueued)
    server_->queued.push_back({status, std::string(sdp), {headers.begin(), headers.end()}});
}

void InviteSession::send_provisional(int status, std::string_view sdp, std::span<const HeaderField> headers) {
  ResponseOptions options;
  options.headers.assign(headers.begin(), headers.end());
  if (!sdp.empty()) {
    options.content_type = "application/sdp";
    options.body = sdp;
  }
  respond_invite(status, options);
}

void InviteSession::answer(std::string_view sdp, std::span<const HeaderField> headers) {
  ensure_accepted();
  if (state_ != SessionState::kIncoming || server_->delayed) return;
  if (server_->unacknowledged && server_->unacknowledged_sdp) {
    server_->delayed = ServerInvite::Success{std::string(sdp), {headers.begin(), headers.end()}};
    return;
  }
  send_success(sdp, headers);
}

void InviteSession::send_success(std::string_view sdp, std::span<const HeaderField> headers) {
  stop_repeat();
  server_->unacknowledged = false;
  server_->queued.clear();
  ResponseOptions options;
  options.headers.assign(headers.begin(), headers.end());
  OfferAnswer& state = dialog_.offer_answer;
  const bool wanted = state.remote_offer() ? state.apply(OfferAnswer::Event::kSendAnswer)
                                           : state.state() == OfferAnswer::State::kNone &&
                                                 state.apply(OfferAnswer::Event::kSendOffer);
  if (wanted && !sdp.empty()) {
    options.content_type = "application/sdp";
    options.body = sdp;
  }
  state_ = SessionState::kAnswered;
  respond_invite(200, options);
}

void InviteSession::reject(int status, const ResponseOptions& options) {
  ensure_accepted();
  if (state_ != SessionState::kIncoming) return;
  stop_repeat();
  tell(false, options.reason);
  respond_invite(status < 300 || status > 699 ? 500 : status, options);
  finish();
}

// RFC 3261 9.2. The record of the call is safe before the caller hears that it is over.
void InviteSession::receive_cancel(const Incoming& cancel, ServerId invite) {
  const bool pending = server_ && server_->transaction == invite && !server_->final_sent;
  const bool first = pending && state_ == SessionState::kIncoming && !told_;
  if (first) {
    std::string reason(cancel.message.header(Header::kReason).value_or("cancelled by the caller"));
    state_ = SessionState::kLeaving;  // whatever the handler does now, the answer is 487
    core_.handler().on_cancelled(id_);
    tell(true, reason);
  }
  core_.reply(cancel, 200);
  if (first) {
    stop_repeat();
    respond_invite(487, {});
    finish();
  } else if (pending) {
    drop_server_invite(487);
  }
}

void InviteSession::receive_ack(const Incoming& ack) {
  if (!server_ || !server_->final_sent || server_->repeated.empty() ||
      ack.envelope.cseq.number != server_->cseq) {
    core_.counters().dropped_unmatched_ack.add();
    return;
  }
  repeat_.cancel();
  server_.reset();
  const bool first = state_ == SessionState::kAnswered;
  if (first) state_ = SessionState::kConfirmed;
  if (told_) return first ? send_bye() : void();  // hung up in the meantime
  const std::string_view sdp = ack.message.body();
  const bool owed = dialog_.offer_answer.local_offer();
  if (owed && sdp.empty()) return end_by_peer("the ACK has no answer to our offer", true);
  if (owed) dialog_.offer_answer.apply(OfferAnswer::Event::kReceiveAnswer);
  if (first)
    core_.handler().on_confirmed(id_, owed ? sdp : std::string_view());
  else if (owed)
    core_.handler().on_offer_answered(id_, sdp);
}

// RFC 3261 13.3.1.4, 14.2: no ACK in 64*T1: the dialog stands, and is ended by a BYE.
void InviteSession::no_ack() {
  repeat_.cancel();
  server_.reset();
  state_ = SessionState::kConfirmed;
  tell(true, "no ACK for our 200");
  if (state_ == SessionState::kConfirmed) send_bye();
}

void InviteSession::server_failed(ServerId id, TransactionFailure) {
  if (!server_ || server_->transaction != id || state_ != SessionState::kIncoming) return;
  tell(true, "the way to the caller is broken");
  finish();
}

}  // namespace polyfon::sip
