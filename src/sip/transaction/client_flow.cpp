// Client transactions and connections: the size rule of RFC 3261 18.1.1, and what a broken connection takes
// along.
#include "sip/transaction/transaction_layer.h"

namespace polyfon::sip {

namespace {

// No response has come: Calling of an INVITE, Trying of the others.
bool unanswered(const ClientTransaction& tx) {
  return tx.method == Method::kInvite ? tx.state == static_cast<std::uint8_t>(InviteClientState::kCalling)
                                      : tx.state == static_cast<std::uint8_t>(NonInviteClientState::kTrying);
}

bool left_by(const Flow& flow, const Flow& failed) {
  if (flow.protocol != failed.protocol) return false;
  return flow.connection != 0 ? flow.connection == failed.connection : flow.remote == failed.remote;
}

}  // namespace

// The top Via is ours: it is written anew, with the branch it has.
void TransactionLayer::switch_flow(ClientTransaction& tx, const Flow& to) {
  tx.flow = to;
  Message request(tx.kept);
  const auto value = request.header(Header::kVia);
  const auto parsed = value ? parse_via(*value) : base::fail(base::ErrorCode::kInvalid, {});
  if (!parsed) return;
  const std::string fresh = via(to, parsed->branch().substr(kMagicCookie.size()));
  const auto at = static_cast<std::size_t>(value->data() - tx.kept.data());
  tx.kept.replace(at, value->size(), fresh);
}

void TransactionLayer::leave_udp(ClientTransaction& tx, const Flow& stream) {
  tx.too_large = true;
  tx.udp_listener = tx.flow.listener;
  switch_flow(tx, stream);
}

// RFC 3261 18.1.1: a target that refuses the connection gets the request by UDP, large as it is.
void TransactionLayer::return_to_udp(ClientTransaction& tx, base::Instant now) {
  tx.too_large = false;
  tx.refused = false;
  switch_flow(tx, {Protocol::kUdp, tx.udp_listener, tx.flow.remote});
  tx.interval = {};
  set_client_timers(tx, kArmRepeat | kArmGiveUp, now);
  client_sent(tx, transmit(tx.flow, tx.kept), now);
}

void TransactionLayer::flow_failed(const Flow& failed, base::Instant now) {
  if (!is_reliable(failed.protocol)) return;
  clients_.for_each([&](ClientId, ClientTransaction& tx) {
    if (!left_by(tx.flow, failed) || !unanswered(tx)) return;
    if (tx.too_large) return return_to_udp(tx, now);
    counters_.transport_errors.add();
    client_sent(tx, false, now);
  });
}

}  // namespace polyfon::sip
