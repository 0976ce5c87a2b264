#include "sip/transaction/transaction_layer.h"

#include "sip/transaction/server_key.h"

namespace polyfon::sip {

ClientTransaction::ClientTransaction(ClientId own_id, TransactionLayer& owner, const Flow& to, Method request,
                                     TransactionContext user)
    : id(own_id),
      layer(owner),
      flow(to),
      context(user),
      repeat(base::Timer::of<&ClientTransaction::on_repeat>(this)),
      limit(base::Timer::of<&ClientTransaction::on_limit>(this)),
      method(request) {}

void ClientTransaction::on_repeat(base::Instant now) { layer.client_repeat(*this, now); }
void ClientTransaction::on_limit(base::Instant now) { layer.client_limit(*this, now); }

ServerTransaction::ServerTransaction(ServerId own_id, TransactionLayer& owner, const Flow& to, Method request,
                                     const ServerKeys& own_keys, TransactionContext user)
    : id(own_id),
      layer(owner),
      flow(to),
      key(own_keys.transaction),
      merged_key(own_keys.merged),
      context(user),
      repeat(base::Timer::of<&ServerTransaction::on_repeat>(this)),
      limit(base::Timer::of<&ServerTransaction::on_limit>(this)),
      method(request) {}

void ServerTransaction::on_repeat(base::Instant now) { layer.server_repeat(*this, now); }
void ServerTransaction::on_limit(base::Instant now) { layer.server_limit(*this, now); }

TransactionLayer::TransactionLayer(Sink& sink, base::TimerWheel& timers, base::Random& random,
                                   TransactionUser& user, TransactionCounters& counters,
                                   TransactionTimes times)
    : sink_(sink),
      timers_(timers),
      user_(user),
      counters_(counters),
      times_(times),
      hash_(random),
      branches_(random) {}

TransactionLayer::~TransactionLayer() = default;

bool TransactionLayer::transmit(const Flow& flow, std::string_view message) {
  if (!sink_.send(flow, message)) {
    counters_.transport_errors.add();
    return false;
  }
  counters_.sent.add();
  return true;
}

bool TransactionLayer::send_again(const Flow& flow, std::string_view message) {
  counters_.retransmitted.add();
  return transmit(flow, message);
}

std::string TransactionLayer::via(const Flow& flow, std::string_view branch) {
  std::string value;
  value.reserve(96);
  value += "SIP/2.0/";
  value += to_string(flow.protocol);
  value += ' ';
  value += sink_.advertised(flow).to_string();
  value += ";branch=";
  value += kMagicCookie;
  value += branch;
  value += ";rport";  // RFC 3581 3
  return value;
}

}  // namespace polyfon::sip
