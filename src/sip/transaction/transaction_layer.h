// TransactionLayer: owns the transactions of RFC 3261 17: makes their branches, finds them by message, drives
// the state tables and their timers, sends and repeats. Above it is a TransactionUser (sip/dialog). No I/O,
// no clock: Sink and `now` are given. A finished transaction keeps its key and at most one message. thread:
// control.
#pragma once
#include <string>
#include <string_view>

#include "base/random.h"
#include "base/slot_map.h"
#include "base/time.h"
#include "base/timer_wheel.h"
#include "sip/transaction/counters.h"
#include "sip/transaction/id_codec.h"
#include "sip/transaction/invite_client.h"
#include "sip/transaction/invite_server.h"
#include "sip/transaction/key_table.h"
#include "sip/transaction/non_invite_client.h"
#include "sip/transaction/non_invite_server.h"
#include "sip/transaction/transaction.h"

namespace polyfon::sip {

inline constexpr std::size_t kMaxUdpRequest = 1300;  // RFC 3261 18.1.1, where the path's MTU is not known

struct TransactionTimes {
  base::Duration t1 = std::chrono::milliseconds(500);
  base::Duration t2 = std::chrono::seconds(4);
  base::Duration t4 = std::chrono::seconds(5);
  base::Duration give_up() const { return 64 * t1; }  // B, F, H, J, L, M
  // RFC 4320 4.1: from a request on, until its Timer E is set to T2: no 100 before, and one then.
  base::Duration before_trying() const {
    base::Duration sum = t1;
    for (base::Duration interval = 2 * t1; interval < t2; interval *= 2) sum += interval;
    return sum;
  }
};

enum class TransactionFailure { kTimeout, kTransport };

// The calls come from inside receive_response() and timers, never from inside what sends; the transaction may
// be gone by then, and may be asked for nothing but through the layer.
class TransactionUser {
 public:
  virtual ~TransactionUser() = default;
  virtual void on_response(ClientId id, TransactionContext context, const Message& response,
                           const Envelope& envelope, base::Instant now) = 0;
  virtual void on_client_failed(ClientId id, TransactionContext context, TransactionFailure failure,
                                base::Instant now) = 0;
  // It ended as it should: no response of it can come any more.
  virtual void on_client_done(ClientId id, TransactionContext context) = 0;
  // Timer H (no ACK for a final answer that is not 2xx), or the response could not be sent.
  virtual void on_server_failed(ServerId id, TransactionContext context, TransactionFailure failure,
                                base::Instant now) = 0;
};

class TransactionLayer {
 public:
  TransactionLayer(Sink& sink, base::TimerWheel& timers, base::Random& random, TransactionUser& user,
                   TransactionCounters& counters, TransactionTimes times = {});
  ~TransactionLayer();
  TransactionLayer(const TransactionLayer&) = delete;
  TransactionLayer& operator=(const TransactionLayer&) = delete;

  void set_times(const TransactionTimes& times) { times_ = times; }
  const TransactionTimes& times() const { return times_; }

  // --- as a client: open, write the message with the Via of that transaction, start ---
  ClientId open_client(const Flow& flow, Method method, TransactionContext context);
  std::string via(ClientId id);  // the value of the Via header
  std::string via(const Flow& flow, std::string_view branch);
  // Sends. A refusal is reported by on_client_failed from a timer, never from inside this call.
  void start_client(ClientId id, std::string_view message, base::Instant now);
  // An INVITE has had a provisional response and no final one: a CANCEL may be sent (RFC 3261 9.1).
  bool proceeding(ClientId invite) const;
  // Sends the CANCEL of an INVITE that is proceeding(). `reason` is a Reason header's value or empty.
  void cancel_client(ClientId invite, std::string_view reason, base::Instant now);
  // Forgets it without a report.
  void abandon_client(ClientId id);
  // A connection failed: what left by it and waits for its first response fails (on_client_failed comes from
  // a timer), or goes by UDP if only its size took it from there (RFC 3261 18.1.1, 18.4).
  void flow_failed(const Flow& flow, base::Instant now);
  void receive_response(const Message& response, const Envelope& envelope, base::Instant now);
  // Of the client transaction that made that branch; nothing when it is not ours, or over.
  TransactionContext client_context(std::string_view branch) const;

  // --- as a server ---
  enum class Match {
    kNew,       // no transaction of ours, or an ACK for the session: go on with it
    kAbsorbed,  // seen before: it has been dealt with
    kMerged,    // the same request came over another path: 482 (RFC 3261 8.2.2.2)
  };
  ServerKeys keys(const Message& request, const Envelope& envelope) const {
    return server_keys(hash_, request, envelope);
  }
  Match match_request(const Message& request, const ServerKeys& keys, base::Instant now);
  // The INVITE server transaction that a CANCEL is about; an empty id when there is none.
  ServerId find_invite(const ServerKeys& keys) const { return servers_by_key_.find(keys.invite); }
  TransactionContext context(ServerId id) const;
  ServerId open_server(const Flow& flow, Method method, const ServerKeys& keys, TransactionContext context);
  // False when the transaction is gone or has answered finally before.
  bool respond(ServerId id, int status, std::string_view message, base::Instant now);
  // Forgets a request that shall have no answer; the same request again is a new one.
  void abandon_server(ServerId id);
  // A response without a transaction.
  void send_stateless(const Flow& flow, std::string_view message) { transmit(flow, message); }
  // What the TU repeats by itself: the 2xx of an INVITE, its ACK, reliable provisional responses.
  bool send_again(const Flow& flow, std::string_view message);

  std::size_t size() const { return clients_.size() + servers_.size(); }
  const KeyedHash& hash() const { return hash_; }

 private:
  friend struct ClientTransaction;
  friend struct ServerTransaction;

  bool transmit(const Flow& flow, std::string_view message);

  // client.cpp
  Actions step(ClientTransaction& tx, InviteClientEvent event);
  Actions step(ClientTransaction& tx, NonInviteClientEvent event);
  void act(ClientTransaction& tx, Actions actions, const Message* message, const Envelope* envelope,
           base::Instant now);
  void set_client_timers(ClientTransaction& tx, Actions actions, base::Instant now);
  void client_sent(ClientTransaction& tx, bool sent, base::Instant now);
  void client_repeat(ClientTransaction& tx, base::Instant now);
  void client_limit(ClientTransaction& tx, base::Instant now);
  // client_flow.cpp
  void leave_udp(ClientTransaction& tx, const Flow& stream);
  void return_to_udp(ClientTransaction& tx, base::Instant now);
  void switch_flow(ClientTransaction& tx, const Flow& to);
  void tell_and_acknowledge(const ClientTransaction& tx, const Message& response, const Envelope& envelope,
                            base::Instant now);
  void finish_client(ClientTransaction& tx, Actions actions, base::Instant now);
  base::Duration client_linger(const ClientTransaction& tx) const;
  const ClientTransaction* client_of(std::string_view branch) const;
  ClientTransaction* find_client(const Envelope& envelope);

  // server.cpp
  Actions step(ServerTransaction& tx, InviteServerEvent event);
  Actions step(ServerTransaction& tx, NonInviteServerEvent event);
  void act(ServerTransaction& tx, Actions actions, std::string_view message, base::Instant now);
  void set_server_timers(ServerTransaction& tx, Actions actions, base::Instant now);
  void server_sent(ServerTransaction& tx, bool sent, base::Instant now);
  void server_repeat(ServerTransaction& tx, base::Instant now);
  void server_limit(ServerTransaction& tx, base::Instant now);
  base::Duration server_linger(const ServerTransaction& tx) const;
  void erase_server(ServerTransaction& tx);

  Sink& sink_;
  base::TimerWheel& timers_;
  TransactionUser& user_;
  TransactionCounters& counters_;
  TransactionTimes times_;
  KeyedHash hash_;
  IdCodec branches_;
  base::SlotMap<ClientTransaction, ClientTransactionTag> clients_;
  base::SlotMap<ServerTransaction, ServerTransactionTag> servers_;
  KeyTable<ServerTransactionTag> servers_by_key_;
  KeyTable<ServerTransactionTag> servers_by_merged_key_;
  std::string out_;  // ACK and CANCEL are written here
};

}  // namespace polyfon::sip
