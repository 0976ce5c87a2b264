// Requests inside the dialog, both directions: RFC 3261 12.2, 15; RFC 6086 (INFO).
#include <algorithm>

#include "sip/dialog/core.h"
#include "sip/dialog/invite_session.h"

namespace polyfon::sip {

Dialog* InviteSession::dialog_with(std::string_view remote_tag) {
  if (dialog_.remote_tag == remote_tag) return &dialog_;
  for (Dialog& fork : forks_)
    if (fork.remote_tag == remote_tag) return &fork;
  return nullptr;
}

void InviteSession::receive_in_dialog(const Incoming& request) {
  const Method method = request.message.method();
  Dialog* dialog = dialog_with(request.envelope.from_tag);
  const bool known = dialog && dialog_.call_id == request.envelope.call_id &&
                     state_ != SessionState::kArriving && state_ != SessionState::kOver;
  if (method == Method::kAck) {
    if (known) return receive_ack(request);
    core_.counters().dropped_unmatched_ack.add();
    return;
  }
  const bool late = told_ && method != Method::kBye && method != Method::kPrack;
  if (!known || late) {
    core_.counters().rejected_dialog.add();
    core_.refuse(request, 481);
    return;
  }
  if (!in_order(request, *dialog)) return;
  const bool offers = method == Method::kInvite || method == Method::kUpdate || method == Method::kPrack;
  if (offers && !has_readable_body(request.message)) {
    core_.counters().rejected_media_type.add();
    return core_.reply(request, 415, {{"Accept", "application/sdp"}});
  }
  if (offers && dialog != &dialog_)  // of a fork that has not won: nobody could answer an offer in it
    return core_.reply(request, 500, {{"Retry-After", core_.retry_after()}});
  switch (method) {
    case Method::kInvite: return receive_reinvite(request);
    case Method::kBye: return receive_bye(request);
    case Method::kPrack: return receive_prack(request);
    case Method::kUpdate: return receive_update(request);
    case Method::kInfo: return receive_info(request);
    case Method::kOptions:
      return core_.reply(
          request, 200,
          {{"Allow", core_.allow()}, {"Accept", "application/sdp"}, {"Supported", core_.supported()}});
    default: core_.counters().rejected_method.add(); core_.reply(request, 405, {{"Allow", core_.allow()}});
  }
}

// RFC 3261 12.2.2: lower than before is refused, a gap is fine; an INVITE is never the same twice.
bool InviteSession::in_order(const Incoming& request, Dialog& dialog) {
  const std::uint32_t number = request.envelope.cseq.number;
  const bool again = number == dialog.remote_cseq && request.message.method() == Method::kInvite;
  if (dialog.remote_cseq_known && (number < dialog.remote_cseq || again)) {
    core_.counters().rejected_order.add();
    core_.reply(request, 500);
    return false;
  }
  dialog.remote_cseq = number;
  dialog.remote_cseq_known = true;
  return true;
}

// RFC 3261 15.1.2. The record of the call is safe before the peer hears that it is over.
void InviteSession::receive_bye(const Incoming& bye) {
  const bool unanswered = state_ == SessionState::kIncoming && server_;
  if (state_ == SessionState::kCalling) {  // of one early dialog; the INVITE goes on
    std::erase_if(forks_, [&](const Dialog& fork) { return fork.remote_tag == bye.envelope.from_tag; });
    return core_.reply(bye, 200);
  }
  const bool leaving = state_ == SessionState::kLeaving;
  if (!leaving) drop_server_invite(487);
  if (unanswered) state_ = SessionState::kLeaving;
  tell(true, bye.message.header(Header::kReason).value_or("hung up"));
  core_.reply(bye, 200);
  if (unanswered) {
    stop_repeat();
    respond_invite(487, {});  // RFC 3261 15.1.2: what is pending is answered with 487
  }
  if (!leaving) finish();  // else two BYEs have met: ours still waits for its answer
}

void InviteSession::receive_info(const Incoming& info) {
  const bool taken = core_.handler().on_info(id_, info.message);
  if (taken) return core_.reply(info, 200);
  core_.counters().rejected_media_type.add();
  core_.reply(info, 415);
}

// --- ours ---

void InviteSession::info(std::string_view content_type, std::string_view body) {
  const std::size_t under_way = requests_.size() + postponed_.size();
  if (state_ != SessionState::kConfirmed || under_way >= kMaxInDialogRequests) return;
  send_in_dialog(
      {.method = Method::kInfo, .content_type = std::string(content_type), .body = std::string(body)});
}

void InviteSession::send_bye() {
  state_ = SessionState::kLeaving;
  limit_.cancel();
  stop_repeat();
  drop_held();
  InDialogRequest bye{.method = Method::kBye};
  if (!bye_reason_.empty()) {
    bye.header_name = "Reason";
    bye.header_value = bye_reason_;
  }
  send_in_dialog(std::move(bye));
}

void InviteSession::send_in_dialog(InDialogRequest request) {
  if (waits_for_location())
    return postpone([this, request = std::move(request)]() mutable { send_in_dialog(std::move(request)); });
  request.transaction =
      core_.layer().open_client(dialog_.flow, request.method, context_of(Owner::kInDialog, id_.value()));
  Builder builder =
      start_request(dialog_, request.method, ++dialog_.local_cseq, core_.layer().via(request.transaction));
  if (digest_) digest_->write(builder, request.method, dialog_.request_uri(), core_.random());
  if (!request.header_name.empty()) builder.header(request.header_name, request.header_value);
  std::string_view message = builder.body(request.content_type, request.body);
  const ClientId transaction = request.transaction;
  requests_.push_back(std::move(request));
  core_.layer().start_client(transaction, message, core_.now());
}

void InviteSession::receive_other_response(ClientId id, const Message& response, const Envelope&) {
  if (response.status() < 200) return;
  auto found = std::find_if(requests_.begin(), requests_.end(),
                            [id](const InDialogRequest& request) { return request.transaction == id; });
  if (found == requests_.end()) return;
  InDialogRequest request = std::move(*found);
  requests_.erase(found);
  const int status = response.status();
  if ((status == 401 || status == 407) && digest_ && digest_->accept(response, request.attempt)) {
    ++request.attempt;
    return send_in_dialog(std::move(request));
  }
  if (status == 503 && core_.next_server(dialog_.flow, dialog_.alternatives, &response))
    return send_in_dialog(std::move(request));  // RFC 3263 4.3
  other_ended(request, status, &response);
}

void InviteSession::other_failed(ClientId id, TransactionFailure failure) {
  auto found = std::find_if(requests_.begin(), requests_.end(),
                            [id](const InDialogRequest& request) { return request.transaction == id; });
  if (found == requests_.end()) return;
  InDialogRequest request = std::move(*found);
  requests_.erase(found);
  if (core_.next_server(dialog_.flow, dialog_.alternatives, nullptr))
    return send_in_dialog(std::move(request));
  other_ended(request, failure == TransactionFailure::kTimeout ? 408 : 503, nullptr);
}

void InviteSession::other_ended(const InDialogRequest& request, int status, const Message* response) {
  if (request.method == Method::kBye) return finish();  // RFC 3261 15.1.1: whatever the answer is
  if (request.method == Method::kUpdate) update_responded(status, response);
  // RFC 3261 12.2.1.2, RFC 5057: the peer has no such dialog any more, or is gone. A PRACK fails with its
  // INVITE.
  const bool gone = status == 481 || status == 408;
  if (gone && !told_ && request.method != Method::kPrack && state_ == SessionState::kConfirmed)
    end_by_peer(response ? response->reason() : "no response", status == 408);
}

}  // namespace polyfon::sip
