// UserAgent: the SIP core of one exchange: takes messages from the transport, runs the transactions, dialogs
// and INVITE sessions, and hands what needs a decision to two handlers: new INVITEs and their sessions to a
// SessionHandler (the call layer), other requests to the RequestHandler of their method (registrar, OPTIONS
// ...). It knows nothing of a PBX. No I/O and no clock of its own: messages and `now` in, Sink and handlers
// out; timers come from the wheel. RFC 3261, 3262 (PRACK), 3264/6337 (offer/answer), 6026. thread: control.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.h"
#include "base/metrics.h"
#include "base/random.h"
#include "base/time.h"
#include "base/timer_wheel.h"
#include "sip/auth/digest.h"
#include "sip/message/message.h"
#include "sip/transaction/counters.h"
#include "sip/transaction/flow.h"

namespace polyfon::sip {

class Locator;
class UserAgentCore;

using SessionId = base::Id<struct SessionTag>;

struct HeaderField {
  std::string name;
  std::string value;
};

struct ResponseOptions {
  std::string reason;                // empty: the standard phrase
  std::vector<HeaderField> headers;  // added as they are
  std::string content_type;
  std::string body;
};

// A request outside a dialog that must be answered (style 7): move-only; destroyed unanswered it answers 500.
// message() and its views are valid only until the handler returns; an IncomingRequest kept longer has an
// empty message. It must not outlive its UserAgent.
class IncomingRequest {
 public:
  IncomingRequest(IncomingRequest&& other) noexcept;
  IncomingRequest& operator=(IncomingRequest&& other) noexcept;
  ~IncomingRequest();

  const Message& message() const;
  const Flow& flow() const;
  // Answers finally, through a server transaction: retransmissions get the same answer. 1xx is nothing (100
  // goes out by itself when the answer takes long) and 408 is silence (RFC 4320).
  void respond(int status, ResponseOptions options = {});
  // Answers and forgets: challenges to strangers make no state (sip-cases 5.2.3). To-tag is a hash of the
  // request.
  void respond_stateless(int status, ResponseOptions options = {});
  // No answer at all.
  void drop();

 private:
  friend class UserAgentCore;
  struct State;
  explicit IncomingRequest(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

class RequestHandler {
 public:
  virtual ~RequestHandler() = default;
  virtual void on_request(IncomingRequest request, base::Instant now) = 0;
};

// What becomes of one INVITE session, either side. Calls come from inside UserAgent::receive() or a timer; a
// handler may call any UserAgent function from within. SDP texts are views that die with the call.
class SessionHandler {
 public:
  virtual ~SessionHandler() = default;

  // --- we are called ---
  // A new INVITE outside a dialog; 100 has not been sent. Decide with challenge(), reject(), or accept it by
  // keeping the id: then provisional() and answer() follow. `sdp` is empty in a late offer (we offer in the
  // answer).
  virtual void on_invite(SessionId session, const Message& invite, const Flow& flow,
                         std::string_view sdp) = 0;
  // The caller gave up; 487 follows when the session has ended (on_ended comes at once).
  virtual void on_cancelled(SessionId session) = 0;
  // ACK arrived; `sdp` is the answer when ours was the offer (late offer), else empty.
  virtual void on_confirmed(SessionId session, std::string_view sdp) = 0;

  // --- we call ---
  // 101..199. `sdp` when it carries one: a preview, or the answer when reliable.
  virtual void on_progress(SessionId session, int status, const Message& response, std::string_view sdp) = 0;
  // 2xx: ACK has been sent (an answer, or empty: it came before in a reliable 1xx, or the offer was to be
  // theirs: then on_offer follows, and the ACK leaves with what answer_offer() gives).
  virtual void on_answered(SessionId session, const Message& response, std::string_view sdp) = 0;
  // A final non-2xx, or none in time (408), or no way there (503); challenges have been answered before when
  // credentials were given. `response` is null when nothing came from the peer. The session ends (on_ended
  // follows).
  virtual void on_rejected(SessionId session, int status, std::string_view reason,
                           const Message* response) = 0;

  // --- both, in the confirmed dialog ---
  // re-INVITE, UPDATE or PRACK with an offer: call answer_offer() or reject_offer(), now or later.
  virtual void on_offer(SessionId session, std::string_view sdp) = 0;
  // re-INVITE without an offer: call answer_offer() with an offer of ours.
  virtual void on_offer_wanted(SessionId session) = 0;
  // The answer to offer(), to an on_offer_wanted() offer, or to one of ours in a reliable 1xx.
  virtual void on_offer_answered(SessionId session, std::string_view sdp) = 0;
  // offer() was refused (488, 491 after retries, 408 ...): the session stays as it was.
  virtual void on_offer_rejected(SessionId session, int status) = 0;
  // INFO in the dialog; answered 200 when it returns true, else 415.
  virtual bool on_info(SessionId session, const Message& info) = 0;

  // The last event of every session, whoever ended it: the id names nothing after this returns.
  // `by_peer`: BYE, CANCEL, rejection or silence of the peer; `reason` is the peer's Reason header or a
  // sentence.
  virtual void on_ended(SessionId session, bool by_peer, std::string_view reason) = 0;
};

struct InviteOptions {
  Flow flow;                        // where to send
  std::vector<Flow> alternatives;   // where to send next, each after the one before has failed (RFC 3263 4.3)
  std::string request_uri;          // "sip:1002@192.0.2.7:5062"
  std::string from;                 // name-addr without tag: "\"1001\" <sip:1001@pbx.example>"
  std::string to;                   // name-addr without tag
  std::string contact_user;         // user part of our Contact
  std::vector<std::string> routes;  // Route set to start from (outbound proxy, Path)
  std::vector<HeaderField> headers;
  std::string sdp;                         // our offer; empty: late offer
  std::optional<Credentials> credentials;  // answers 401/407 of this peer, once
  std::uint8_t max_forwards = 70;  // a B2BUA passes on what is left (RFC 3261 16.6 step 3, sip-cases 98)
  base::Duration ring_limit = std::chrono::minutes(3);  // Timer C's part: no final answer by then: CANCEL
};

// A request outside a dialog: OPTIONS, MESSAGE, REGISTER (whose Contact is among `headers`).
struct RequestOptions {
  Flow flow;
  std::vector<Flow> alternatives;  // as those of InviteOptions
  Method method = Method::kOptions;
  std::string request_uri, from, to, contact_user;
  std::vector<HeaderField> headers;
  std::string content_type, body;
  std::optional<Credentials> credentials;
};

struct UserAgentOptions {
  std::string user_agent = "polyfon";
  base::Duration t1 = std::chrono::milliseconds(500);
  base::Duration t2 = std::chrono::seconds(4);
  base::Duration t4 = std::chrono::seconds(5);
  std::size_t max_transactions = 200'000;  // above: new requests get a stateless 503 with Retry-After
  std::size_t max_sessions = 50'000;
  bool compact_headers = false;  // RFC 3261 7.3.3: our messages name headers by their short forms
};

// With TransactionCounters: sent, retransmitted, absorbed_retransmissions, dropped_unmatched_response,
// timeouts ...
struct UserAgentCounters : TransactionCounters {
  base::Counter received_requests, received_responses;
  base::Counter dropped_malformed, dropped_unmatched_ack, dropped_keep_alive, dropped_overload;
  base::Counter rejected_malformed;   // 400
  base::Counter rejected_version;     // 505
  base::Counter rejected_method;      // 405, 501
  base::Counter rejected_scheme;      // 416
  base::Counter rejected_extension;   // 420
  base::Counter rejected_media_type;  // 415, 406
  base::Counter rejected_hops;        // 483
  base::Counter rejected_merged;      // 482
  base::Counter rejected_dialog;      // 481
  base::Counter rejected_order;   // 500: CSeq lower than before, or an INVITE before the last was answered
  base::Counter rejected_glare;   // 491
  base::Counter dismissed_forks;  // 2xx of another branch: ACK and BYE
  base::Counter failovers;        // requests of ours that went on to the next server
};

class UserAgent {
 public:
  UserAgent(Sink& sink, base::TimerWheel& timers, base::Random& random, UserAgentOptions options = {});
  ~UserAgent();

  void set_session_handler(SessionHandler& handler);
  // `supported`: the extensions that the handler does, a comma list of option tags. A request of that method
  // that requires another gets 420 (RFC 3261 8.2.2.3); all of them stand in Supported.
  void set_request_handler(Method method, RequestHandler& handler, std::string_view supported = {});
  void set_options(UserAgentOptions options);  // reload: for what begins after it
  // Finds peers whose Contact or route is a host name, and remembers who failed. Without one, such peers are
  // sent to where they came from. It lives at least as long as messages are received.
  void set_locator(Locator& locator);

  // One datagram or one framed message.
  void receive(const Flow& flow, std::span<const char> bytes, base::Instant now);
  // A connection could not be made, or broke: requests that left by it and have had no answer fail with 503
  // (RFC 3261 8.1.3.1, 18.4), or go on by UDP when only their size sent them there (18.1.1).
  void flow_failed(const Flow& flow, base::Instant now);

  // --- sessions as the called side ---
  // 401 with `challenge` values as WWW-Authenticate; the session ends without on_ended. From inside
  // on_invite() no state is kept; later it is an answer like another.
  void challenge(SessionId session, std::span<const std::string> challenges);
  // 101..199. Sent reliably when the caller requires it (then one after the other, and the first must have
  // SDP when the INVITE had none: one without is not sent).
  void provisional(SessionId session, int status, std::string_view sdp = {},
                   std::span<const HeaderField> headers = {});
  // 200. `sdp` is left out when a reliable provisional response has carried the answer.
  void answer(SessionId session, std::string_view sdp, std::span<const HeaderField> headers = {});
  // 300..699; on_ended comes from inside.
  void reject(SessionId session, int status, ResponseOptions options = {});

  // --- sessions as the calling side ---
  // Events come later, never from inside this call. kLimit when max_sessions are open.
  base::Result<SessionId> invite(InviteOptions options, base::Instant now);

  // --- both ---
  // Ends it whatever its state: CANCEL, BYE, or 603/480 when nobody answered yet. on_ended follows, maybe
  // from inside. `q850_cause` (0: none) is sent in Reason (RFC 3326).
  void hangup(SessionId session, int q850_cause = 0, std::string_view reason = {});
  // Sends re-INVITE with an offer of ours (UPDATE in an early dialog whose peer allows it). False when one is
  // outstanding already (offer/answer is not stable), or while the first answer is not acknowledged.
  bool offer(SessionId session, std::string_view sdp);
  void answer_offer(SessionId session, std::string_view sdp);
  void reject_offer(SessionId session, int status);
  void info(SessionId session, std::string_view content_type, std::string_view body);

  // What a session is about, for the console and for identity: valid while the session is.
  struct SessionInfo {
    std::string call_id, local_tag, remote_tag, remote_target;
    Flow flow;
    bool outgoing = false;
    bool confirmed = false;
  };
  std::optional<SessionInfo> session_info(SessionId session) const;
  // The way its messages come: of a call of ours, to the server that is being tried or has answered.
  std::optional<Flow> flow_of(SessionId session) const;
  // The session of ours whose INVITE has come back as this one, by our branch among its Vias (RFC 3261 16.3,
  // RFC 5393 4.2); an empty id: it is not ours.
  SessionId origin_of(const Message& invite) const;

  // --- other requests as a client ---
  // `answer` is called once with the final status (408 when none came, 503 when no way) and the response or
  // null.
  using Answer = std::move_only_function<void(int status, const Message* response)>;
  void request(RequestOptions options, base::Instant now, Answer answer);

  std::size_t sessions() const;  // with those that only wait for their last response
  std::size_t transactions() const;
  const UserAgentCounters& counters() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
  friend class IncomingRequest;
};

}  // namespace polyfon::sip
