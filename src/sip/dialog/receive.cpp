// The way of a received message through the user agent.
#include "sip/dialog/core.h"
#include "sip/dialog/incoming_request.h"
#include "sip/transaction/keep_alive.h"

namespace polyfon::sip {

namespace {

// RFC 3261 8.1.3.3: a response with more than one Via is not ours.
bool has_one_via(const Message& message) {
  int count = 0;
  each_in_list(message, Header::kVia, [&](std::string_view) { return ++count < 2; });
  return count == 1;
}

bool belongs_to_dialogs(Method method) {
  return method == Method::kBye || method == Method::kPrack || method == Method::kUpdate ||
         method == Method::kInfo;
}

// Methods that never make or live in a dialog: a To-tag in them is a peer's slip (RFC 3261 10.2).
bool ignores_dialogs(Method method) { return method == Method::kRegister || method == Method::kPublish; }

}  // namespace

void UserAgentCore::receive(const Flow& flow, std::span<const char> bytes) {
  if (is_stun(bytes)) return receive_keep_alive(flow, bytes);
  Message message(bytes,
                  is_reliable(flow.protocol) ? Message::Framing::kStream : Message::Framing::kDatagram);
  if (message.error() != ParseError::kNone) {
    receive_malformed(message, flow);
  } else if (message.is_request()) {
    counters_.received_requests.add();
    receive_request(message, flow);
  } else {
    counters_.received_responses.add();
    receive_response(message, flow);
  }
}

void UserAgentCore::receive_keep_alive(const Flow& flow, std::span<const char> bytes) {
  counters_.dropped_keep_alive.add();
  std::string_view answer = answer_keep_alive(flow, bytes, out_);
  if (!answer.empty()) sink_.send(flow, answer);
}

// RFC 3261 21.4.1, 21.5.6: answered when there is enough to answer with; ACK and responses never.
void UserAgentCore::receive_malformed(const Message& message, const Flow& flow) {
  if (message.error() == ParseError::kEmpty) return receive_keep_alive(flow, message.bytes());
  if (!message.is_request()) {
    counters_.dropped_malformed.add();
    return;
  }
  refuse_unreadable(message, flow, message.error() == ParseError::kVersion ? 505 : 400);
}

// RFC 4475 3.1.2.1, 3.3.1: what is broken is told, too, to who has sent too little for a whole response: by
// the first Via and CSeq its transaction is found.
void UserAgentCore::refuse_unreadable(const Message& message, const Flow& flow, int status) {
  const std::string_view value = message.header(Header::kVia).value_or("");
  auto via = parse_via(value);
  if (!via) via = parse_via_head(value);
  if (message.method() == Method::kAck || !via || !message.has(Header::kCSeq)) {
    counters_.dropped_malformed.add();
    return;
  }
  Envelope envelope;
  envelope.via = *via;
  envelope.call_id = message.header(Header::kCallId).value_or("");
  if (auto to = parse_name_addr(message.header(Header::kTo).value_or(""))) envelope.to_tag = to->tag();
  (status == 505 ? counters_.rejected_version : counters_.rejected_malformed).add();
  refuse({message, envelope, flow, {}}, status);
}

void UserAgentCore::receive_response(const Message& message, const Flow& flow) {
  auto envelope = Envelope::of(message);
  if (!envelope || !has_one_via(message)) {
    counters_.dropped_malformed.add();
    return;
  }
  response_flow_ = &flow;
  layer_.receive_response(message, *envelope, now_);
  response_flow_ = nullptr;
}

void UserAgentCore::receive_request(const Message& message, const Flow& flow) {
  auto envelope = Envelope::of(message);
  if (!envelope) return refuse_unreadable(message, flow, 400);
  Incoming request{message, *envelope, flow, layer_.keys(message, *envelope)};
  switch (layer_.match_request(message, request.keys, now_)) {
    case TransactionLayer::Match::kAbsorbed: return;
    case TransactionLayer::Match::kMerged:
      counters_.rejected_merged.add();
      refuse(request, 482);
      return;
    case TransactionLayer::Match::kNew: break;
  }
  if (message.method() == Method::kAck) return receive_ack(request);
  if (refused(request)) return;
  if (message.method() == Method::kCancel) return receive_cancel(request);
  if (!envelope->to_tag.empty() && !ignores_dialogs(message.method())) return receive_in_dialog(request);
  if (message.method() == Method::kInvite) return receive_invite(request);
  receive_other(request);
}

bool UserAgentCore::refused(const Incoming& request) {
  const Method method = request.message.method();
  const bool in_dialog = !request.envelope.to_tag.empty();
  const bool session_method =
      method == Method::kInvite || method == Method::kCancel || belongs_to_dialogs(method);
  const bool handled = request_handlers_[static_cast<std::size_t>(method)] != nullptr;
  const bool allowed = method == Method::kOptions || (session_method ? session_handler_ != nullptr : handled);
  const std::string_view supported =
      session_method ? kSessionExtensions : extensions_[static_cast<std::size_t>(method)];
  if (auto refusal = inspect(request, allowed, allow_, supported)) {
    (counters_.*refusal->counter).add();
    refuse(request, refusal->status, {{refusal->header, refusal->value}});
    return true;
  }
  // What is new waits outside when there is too much already; what belongs to a call does not.
  if (!in_dialog && method != Method::kCancel && overloaded()) {
    counters_.dropped_overload.add();
    refuse(request, 503, {{"Retry-After", std::to_string(1 + random_.below(10))}});
    return true;
  }
  return false;
}

InviteSession* UserAgentCore::session_by_tag(std::string_view local_tag) {
  auto id = tags_.decode(local_tag);
  return id ? sessions_.find(SessionId::from_value(*id)) : nullptr;
}

// RFC 3261 17.2.3, 13.3.1.4: an ACK for a session, or the ACK of an answer that was sent without a
// transaction.
void UserAgentCore::receive_ack(const Incoming& ack) {
  InviteSession* session = session_by_tag(ack.envelope.to_tag);
  if (session)
    session->receive_in_dialog(ack);
  else
    counters_.dropped_unmatched_ack.add();
}

// RFC 3261 9.2
void UserAgentCore::receive_cancel(const Incoming& cancel) {
  ServerId invite = layer_.find_invite(cancel.keys);
  if (!invite) {
    counters_.rejected_dialog.add();
    refuse(cancel, 481);
    return;
  }
  InviteSession* session = sessions_.find(SessionId::from_value(layer_.context(invite).owner));
  if (session)
    session->receive_cancel(cancel, invite);
  else
    reply(cancel, 200);  // it has been answered finally: no effect
}

void UserAgentCore::receive_in_dialog(const Incoming& request) {
  InviteSession* session = session_by_tag(request.envelope.to_tag);
  if (session) return session->receive_in_dialog(request);
  counters_.rejected_dialog.add();
  refuse(request, 481);  // RFC 3261 12.2.2
}

void UserAgentCore::receive_invite(const Incoming& invite) {
  SessionId id = sessions_.emplace(*this);
  sessions_.find(id)->receive_invite(invite);
}

void UserAgentCore::receive_other(const Incoming& request) {
  const Method method = request.message.method();
  if (belongs_to_dialogs(method)) {
    counters_.rejected_dialog.add();
    refuse(request, 481);
    return;
  }
  RequestHandler* handler = request_handlers_[static_cast<std::size_t>(method)];
  if (handler)
    hand_to(*handler, request);
  else
    answer_options(request);
}

void UserAgentCore::hand_to(RequestHandler& handler, const Incoming& request) {
  auto state = std::make_unique<IncomingRequest::State>(*this, request);
  IncomingRequest::State* const own = state.get();
  IncomingRequest::State* const outer = std::exchange(current_request, own);
  handler.on_request(IncomingRequest(std::move(state)), now_);
  if (current_request == own) own->detach();  // it lives: the handler kept it
  current_request = outer;
}

void UserAgentCore::answer_options(const Incoming& request) {
  // RFC 3261 11.2: nothing is kept for it, so it costs a scanner more than us.
  refuse(request, 200, {{"Allow", allow_}, {"Accept", "application/sdp"}, {"Supported", supported_}});
}

}  // namespace polyfon::sip
