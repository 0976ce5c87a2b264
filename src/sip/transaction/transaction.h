// ClientTransaction and ServerTransaction: what the transaction layer keeps of each: the state of its
// machine, where it sends, and the one message it may have to repeat. They lie in slot maps of
// TransactionLayer. thread: control.
#pragma once
#include <cstdint>
#include <string>

#include "base/id.h"
#include "base/timer_wheel.h"
#include "sip/message/method.h"
#include "sip/transaction/flow.h"
#include "sip/transaction/server_key.h"

namespace polyfon::sip {

class TransactionLayer;
using ClientId = base::Id<struct ClientTransactionTag>;
using ServerId = base::Id<struct ServerTransactionTag>;

// Whom the user of the layer is to tell; the layer does not look into it.
struct TransactionContext {
  std::uint64_t owner = 0;
  std::uint8_t kind = 0;
};

struct ClientTransaction {
  ClientTransaction(ClientId own_id, TransactionLayer& owner, const Flow& to, Method request,
                    TransactionContext user);
  void on_repeat(base::Instant now);
  void on_limit(base::Instant now);

  const ClientId id;
  TransactionLayer& layer;
  Flow flow;
  const TransactionContext context;
  ClientId cancel;  // of an INVITE: its CANCEL, which has the same branch
  base::Duration interval{};
  std::string kept;  // the request, later the ACK of a non-2xx, then nothing
  base::Timer repeat;
  base::Timer limit;
  const Method method;
  std::uint8_t state = 0;
  bool refused = false;           // by the sink: the limit timer reports it
  bool too_large = false;         // for UDP, where it belongs: it went by TCP (RFC 3261 18.1.1)
  std::uint8_t udp_listener = 0;  // of a request that is too_large
};

struct ServerTransaction {
  ServerTransaction(ServerId own_id, TransactionLayer& owner, const Flow& to, Method request,
                    const ServerKeys& own_keys, TransactionContext user);
  void on_repeat(base::Instant now);
  void on_limit(base::Instant now);

  const ServerId id;
  TransactionLayer& layer;
  const Flow flow;
  const std::uint64_t key, merged_key;
  TransactionContext context;
  base::Duration interval{};
  std::string kept;  // the last response
  base::Timer repeat;
  base::Timer limit;
  const Method method;
  std::uint8_t state = 0;
  bool refused = false;
};

}  // namespace polyfon::sip
