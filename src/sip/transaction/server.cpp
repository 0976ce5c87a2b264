// The server half of TransactionLayer.
#include "sip/transaction/transaction_layer.h"

namespace polyfon::sip {

TransactionLayer::Match TransactionLayer::match_request(const Message& request, const ServerKeys& keys,
                                                        base::Instant now) {
  const bool ack = request.method() == Method::kAck;
  if (ServerTransaction* tx = servers_.find(servers_by_key_.find(ack ? keys.invite : keys.transaction))) {
    tx->refused = false;  // what was refused is asked for again
    Actions actions = ack                             ? step(*tx, InviteServerEvent::kAck)
                      : tx->method == Method::kInvite ? step(*tx, InviteServerEvent::kInvite)
                                                      : step(*tx, NonInviteServerEvent::kRequest);
    act(*tx, actions, {}, now);
    return actions & kDeliver ? Match::kNew : Match::kAbsorbed;
  }
  if (keys.merged && servers_by_merged_key_.find(keys.merged)) return Match::kMerged;
  return Match::kNew;
}

TransactionContext TransactionLayer::context(ServerId id) const {
  const ServerTransaction* tx = servers_.find(id);
  return tx ? tx->context : TransactionContext{};
}

ServerId TransactionLayer::open_server(const Flow& flow, Method method, const ServerKeys& keys,
                                       TransactionContext context) {
  ServerId id = servers_.emplace(*this, flow, method, keys, context);
  servers_by_key_.insert(keys.transaction, id);
  if (keys.merged) servers_by_merged_key_.insert(keys.merged, id);
  return id;
}

bool TransactionLayer::respond(ServerId id, int status, std::string_view message, base::Instant now) {
  ServerTransaction* tx = servers_.find(id);
  if (!tx) return false;
  tx->refused = false;
  Actions actions;
  if (tx->method == Method::kInvite)
    actions = step(*tx, status < 200   ? InviteServerEvent::kSendProvisional
                        : status < 300 ? InviteServerEvent::kSendSuccess
                                       : InviteServerEvent::kSendFailure);
  else
    actions =
        step(*tx, status < 200 ? NonInviteServerEvent::kSendProvisional : NonInviteServerEvent::kSendFinal);
  act(*tx, actions, message, now);
  return actions & kSend;
}

Actions TransactionLayer::step(ServerTransaction& tx, InviteServerEvent event) {
  auto next = kInviteServerTable.step(static_cast<InviteServerState>(tx.state), event);
  tx.state = static_cast<std::uint8_t>(next.next);
  return next.actions;
}

Actions TransactionLayer::step(ServerTransaction& tx, NonInviteServerEvent event) {
  auto next = kNonInviteServerTable.step(static_cast<NonInviteServerState>(tx.state), event);
  tx.state = static_cast<std::uint8_t>(next.next);
  return next.actions;
}

void TransactionLayer::act(ServerTransaction& tx, Actions actions, std::string_view message,
                           base::Instant now) {
  if (actions & kUnexpected) counters_.unexpected_events.add();
  if (actions & kAbsorb) counters_.absorbed_retransmissions.add();
  set_server_timers(tx, actions, now);
  if (actions & kSend) {
    if (!(actions & kShrink)) tx.kept = message;
    server_sent(tx, transmit(tx.flow, message), now);
  }
  if ((actions & kRepeat) && !tx.kept.empty()) server_sent(tx, send_again(tx.flow, tx.kept), now);
  if (actions & kShrink) std::string().swap(tx.kept);
  if (!(actions & kDestroy)) return;
  const ServerId id = tx.id;
  const TransactionContext context = tx.context;
  erase_server(tx);
  if (actions & kReportTimeout) {
    counters_.timeouts.add();
    user_.on_server_failed(id, context, TransactionFailure::kTimeout, now);
  } else if (actions & kReportTransport) {
    user_.on_server_failed(id, context, TransactionFailure::kTransport, now);
  }
}

// As in the client: told by the limit timer. A state that a transport error does not change goes on as it
// was.
void TransactionLayer::server_sent(ServerTransaction& tx, bool sent, base::Instant now) {
  if (sent) return;
  if (tx.method == Method::kInvite && tx.state == static_cast<std::uint8_t>(InviteServerState::kAccepted))
    return;
  tx.refused = true;
  tx.repeat.cancel();
  timers_.arm(tx.limit, now);
}

base::Duration TransactionLayer::server_linger(const ServerTransaction& tx) const {
  if (tx.method == Method::kInvite && tx.state == static_cast<std::uint8_t>(InviteServerState::kAccepted))
    return times_.give_up();  // Timer L, on every transport
  if (is_reliable(tx.flow.protocol)) return {};
  return tx.method == Method::kInvite ? times_.t4 : times_.give_up();  // Timer I, Timer J
}

void TransactionLayer::set_server_timers(ServerTransaction& tx, Actions actions, base::Instant now) {
  if (actions & kStopRepeat) tx.repeat.cancel();
  if ((actions & kArmRepeat) && !is_reliable(tx.flow.protocol)) {
    tx.interval = tx.interval == base::Duration{} ? times_.t1 : std::min(2 * tx.interval, times_.t2);
    timers_.arm(tx.repeat, now + tx.interval);
  }
  if (actions & kStopGiveUp) tx.limit.cancel();
  if (actions & kArmGiveUp) timers_.arm(tx.limit, now + times_.give_up());
  if (actions & kArmLinger) timers_.arm(tx.limit, now + server_linger(tx));
}

void TransactionLayer::server_repeat(ServerTransaction& tx, base::Instant now) {
  act(tx, step(tx, InviteServerEvent::kTimerG), {}, now);
}

void TransactionLayer::server_limit(ServerTransaction& tx, base::Instant now) {
  Actions actions;
  if (tx.method == Method::kInvite) {
    bool completed = tx.state == static_cast<std::uint8_t>(InviteServerState::kCompleted);
    actions = step(tx, tx.refused  ? InviteServerEvent::kTransportError
                       : completed ? InviteServerEvent::kTimerH
                                   : InviteServerEvent::kLingerEnds);
  } else {
    actions =
        step(tx, tx.refused ? NonInviteServerEvent::kTransportError : NonInviteServerEvent::kLingerEnds);
  }
  act(tx, actions, {}, now);
}

void TransactionLayer::abandon_server(ServerId id) {
  if (ServerTransaction* tx = servers_.find(id)) erase_server(*tx);
}

void TransactionLayer::erase_server(ServerTransaction& tx) {
  const ServerId id = tx.id;
  servers_by_key_.erase(tx.key, id);
  if (tx.merged_key) servers_by_merged_key_.erase(tx.merged_key, id);
  servers_.erase(id);
}

}  // namespace polyfon::sip
