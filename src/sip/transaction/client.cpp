// The client half of TransactionLayer.
#include "sip/transaction/derived_request.h"
#include "sip/transaction/transaction_layer.h"

namespace polyfon::sip {

namespace {

constexpr bool is_challenge(int status) { return status == 401 || status == 407; }

}  // namespace

ClientId TransactionLayer::open_client(const Flow& flow, Method method, TransactionContext context) {
  return clients_.emplace(*this, flow, method, context);
}

std::string TransactionLayer::via(ClientId id) {
  const ClientTransaction* tx = clients_.find(id);
  return tx ? via(tx->flow, view(branches_.encode(id.value()))) : std::string();
}

void TransactionLayer::start_client(ClientId id, std::string_view message, base::Instant now) {
  ClientTransaction* tx = clients_.find(id);
  if (!tx) return;
  tx->kept = message;
  if (tx->flow.protocol == Protocol::kUdp && message.size() > kMaxUdpRequest)
    if (auto stream = sink_.stream_instead(tx->flow)) leave_udp(*tx, *stream);
  set_client_timers(*tx, kArmRepeat | kArmGiveUp, now);
  const bool sent = transmit(tx->flow, tx->kept);
  if (!sent && tx->too_large) return return_to_udp(*tx, now);
  client_sent(*tx, sent, now);
}

bool TransactionLayer::proceeding(ClientId invite) const {
  const ClientTransaction* tx = clients_.find(invite);
  return tx && tx->method == Method::kInvite &&
         tx->state == static_cast<std::uint8_t>(InviteClientState::kProceeding);
}

void TransactionLayer::cancel_client(ClientId invite, std::string_view reason, base::Instant now) {
  if (!proceeding(invite)) return;
  ClientTransaction* tx = clients_.find(invite);
  if (tx->cancel) return;
  Message request(tx->kept);
  write_cancel(out_, request, reason);
  tx->cancel = open_client(tx->flow, Method::kCancel, {});
  start_client(tx->cancel, out_, now);
}

void TransactionLayer::abandon_client(ClientId id) {
  ClientTransaction* tx = clients_.find(id);
  if (!tx) return;
  if (tx->cancel) clients_.erase(tx->cancel);
  clients_.erase(id);
}

const ClientTransaction* TransactionLayer::client_of(std::string_view branch) const {
  if (!branch.starts_with(kMagicCookie)) return nullptr;
  auto id = branches_.decode(branch.substr(kMagicCookie.size()));
  return id ? clients_.find(ClientId::from_value(*id)) : nullptr;
}

TransactionContext TransactionLayer::client_context(std::string_view branch) const {
  const ClientTransaction* tx = client_of(branch);
  return tx ? tx->context : TransactionContext{};
}

// RFC 3261 17.1.3: by branch and by the method of CSeq; a CANCEL shares the branch of its INVITE.
ClientTransaction* TransactionLayer::find_client(const Envelope& envelope) {
  const ClientTransaction* own = client_of(envelope.via.branch());
  ClientTransaction* tx = own ? clients_.find(own->id) : nullptr;
  if (tx && tx->method == Method::kInvite && envelope.cseq.method == Method::kCancel)
    tx = clients_.find(tx->cancel);
  return tx && tx->method == envelope.cseq.method ? tx : nullptr;
}

void TransactionLayer::receive_response(const Message& response, const Envelope& envelope,
                                        base::Instant now) {
  ClientTransaction* tx = find_client(envelope);
  if (!tx) {
    counters_.dropped_unmatched_response.add();
    return;
  }
  tx->refused = false;  // it got through after all
  int kind = response.status() / 100;
  Actions actions;
  if (tx->method == Method::kInvite)
    actions = step(*tx, kind == 1   ? InviteClientEvent::kProvisional
                        : kind == 2 ? InviteClientEvent::kSuccess
                                    : InviteClientEvent::kFailure);
  else
    actions = step(*tx, kind == 1 ? NonInviteClientEvent::kProvisional : NonInviteClientEvent::kFinal);
  act(*tx, actions, &response, &envelope, now);
}

Actions TransactionLayer::step(ClientTransaction& tx, InviteClientEvent event) {
  auto next = kInviteClientTable.step(static_cast<InviteClientState>(tx.state), event);
  tx.state = static_cast<std::uint8_t>(next.next);
  return next.actions;
}

Actions TransactionLayer::step(ClientTransaction& tx, NonInviteClientEvent event) {
  auto next = kNonInviteClientTable.step(static_cast<NonInviteClientState>(tx.state), event);
  tx.state = static_cast<std::uint8_t>(next.next);
  return next.actions;
}

void TransactionLayer::act(ClientTransaction& tx, Actions actions, const Message* message,
                           const Envelope* envelope, base::Instant now) {
  if (actions & kUnexpected) counters_.unexpected_events.add();
  if (actions & kAbsorb) counters_.absorbed_retransmissions.add();
  set_client_timers(tx, actions, now);
  if ((actions & kAcknowledge) && message) {
    Message request(tx.kept);
    tx.kept = write_ack(out_, request, message->header(Header::kTo).value_or(""));
    tx.kept.shrink_to_fit();
    const bool over = (actions & kDeliver) && !is_challenge(message->status());
    if (over) return tell_and_acknowledge(tx, *message, *envelope, now);
    client_sent(tx, transmit(tx.flow, tx.kept), now);
  }
  if (actions & kRepeat) client_sent(tx, send_again(tx.flow, tx.kept), now);
  if (actions & kShrink) std::string().swap(tx.kept);
  if (actions & (kDestroy | kReportTimeout | kReportTransport))
    finish_client(tx, actions, now);
  else if ((actions & kDeliver) && message)
    user_.on_response(tx.id, tx.context, *message, *envelope, now);
}

// The peer learns by the ACK that the call is over for both: by then our side has written it down (docs/
// architecture.md, "Nothing is lost"). A challenge ends nothing, and the INVITE that follows it goes behind.
void TransactionLayer::tell_and_acknowledge(const ClientTransaction& tx, const Message& response,
                                            const Envelope& envelope, base::Instant now) {
  const ClientId id = tx.id;
  user_.on_response(id, tx.context, response, envelope, now);
  ClientTransaction* still = clients_.find(id);
  if (still) client_sent(*still, transmit(still->flow, still->kept), now);
}

void TransactionLayer::finish_client(ClientTransaction& tx, Actions actions, base::Instant now) {
  const ClientId id = tx.id;
  const TransactionContext context = tx.context;
  if (actions & kDestroy) abandon_client(id);
  if (actions & kReportTimeout) {
    counters_.timeouts.add();
    user_.on_client_failed(id, context, TransactionFailure::kTimeout, now);
  } else if (actions & kReportTransport) {
    user_.on_client_failed(id, context, TransactionFailure::kTransport, now);
  } else {
    user_.on_client_done(id, context);
  }
}

// A refusal is handled by the limit timer at once, so that nobody is called back from inside what he sent.
void TransactionLayer::client_sent(ClientTransaction& tx, bool sent, base::Instant now) {
  if (sent) return;
  tx.refused = true;
  tx.repeat.cancel();
  timers_.arm(tx.limit, now);
}

base::Duration TransactionLayer::client_linger(const ClientTransaction& tx) const {
  if (tx.method == Method::kInvite) {
    if (tx.state == static_cast<std::uint8_t>(InviteClientState::kAccepted))
      return times_.give_up();  // Timer M
    if (is_reliable(tx.flow.protocol)) return {};
    return std::max<base::Duration>(times_.give_up(), std::chrono::seconds(32));  // Timer D: at least 32 s
  }
  return is_reliable(tx.flow.protocol) ? base::Duration{} : times_.t4;  // Timer K
}

void TransactionLayer::set_client_timers(ClientTransaction& tx, Actions actions, base::Instant now) {
  if (actions & kStopRepeat) tx.repeat.cancel();
  if ((actions & (kArmRepeat | kSlowRepeat)) && !is_reliable(tx.flow.protocol)) {
    if (tx.interval == base::Duration{})
      tx.interval = times_.t1;
    else if (actions & kSlowRepeat)
      tx.interval = times_.t2;
    else
      tx.interval *= 2;  // Timer A: without a limit; Timer E: up to T2
    if (tx.method != Method::kInvite) tx.interval = std::min(tx.interval, times_.t2);
    timers_.arm(tx.repeat, now + tx.interval);
  }
  if (actions & kStopGiveUp) tx.limit.cancel();
  if (actions & kArmGiveUp) timers_.arm(tx.limit, now + times_.give_up());
  if (actions & kArmLinger) timers_.arm(tx.limit, now + client_linger(tx));
}

void TransactionLayer::client_repeat(ClientTransaction& tx, base::Instant now) {
  Actions actions = tx.method == Method::kInvite ? step(tx, InviteClientEvent::kTimerA)
                                                 : step(tx, NonInviteClientEvent::kTimerE);
  act(tx, actions, nullptr, nullptr, now);
}

void TransactionLayer::client_limit(ClientTransaction& tx, base::Instant now) {
  Actions actions;
  if (tx.method == Method::kInvite) {
    bool calling = tx.state == static_cast<std::uint8_t>(InviteClientState::kCalling);
    actions = step(tx, tx.refused ? InviteClientEvent::kTransportError
                       : calling  ? InviteClientEvent::kTimerB
                                  : InviteClientEvent::kLingerEnds);
  } else {
    bool completed = tx.state == static_cast<std::uint8_t>(NonInviteClientState::kCompleted);
    actions = step(tx, tx.refused  ? NonInviteClientEvent::kTransportError
                       : completed ? NonInviteClientEvent::kLingerEnds
                                   : NonInviteClientEvent::kTimerF);
  }
  act(tx, actions, nullptr, nullptr, now);
}

}  // namespace polyfon::sip
