// UserAgentCore: what is behind UserAgent: takes each message through the transaction layer to the session,
// request or handler it is for, refuses what must be refused, and owns sessions and client requests. Objects
// that are over are erased when no handler is inside any more (Turn), so a handler may call anything from
// anywhere. thread: control.
#pragma once
#include <initializer_list>
#include <memory>
#include <string>
#include <vector>

#include "base/slot_map.h"
#include "sip/dialog/client_request.h"
#include "sip/dialog/incoming.h"
#include "sip/dialog/inspect.h"
#include "sip/dialog/invite_session.h"
#include "sip/dialog/user_agent.h"
#include "sip/message/builder.h"
#include "sip/transaction/locator.h"
#include "sip/transaction/transaction_layer.h"

namespace polyfon::sip {

class UserAgentCore final : public TransactionUser {
 public:
  UserAgentCore(Sink& sink, base::TimerWheel& timers, base::Random& random, UserAgentOptions options);
  ~UserAgentCore() override;

  // While one lives, nothing is erased.
  class Turn {
   public:
    Turn(UserAgentCore& core, base::Instant now);
    ~Turn();
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

   private:
    UserAgentCore& core_;
  };

  // --- UserAgent ---
  void set_session_handler(SessionHandler& handler);
  void set_request_handler(Method method, RequestHandler& handler, std::string_view supported);
  void set_options(UserAgentOptions options);
  void set_locator(Locator& locator) { locator_ = &locator; }
  void receive(const Flow& flow, std::span<const char> bytes);
  base::Result<SessionId> invite(InviteOptions options);
  void request(RequestOptions options, UserAgent::Answer answer);
  InviteSession* live(SessionId id);  // null when it is over for the handler
  SessionId origin_of(const Message& invite) const;
  std::size_t sessions() const { return sessions_.size(); }

  // --- for sessions and requests ---
  base::Instant now() const { return now_; }
  const UserAgentOptions& options() const { return options_; }
  SessionHandler& handler() { return *session_handler_; }
  TransactionLayer& layer() { return layer_; }
  base::TimerWheel& timers() { return timers_; }
  base::Random& random() { return random_; }
  UserAgentCounters& counters() { return counters_; }
  Locator* locator() { return locator_; }  // null: host names are not looked up
  // RFC 3263 4.3: a request by that flow has failed, or got this 503: on to the next of `alternatives`.
  // False: there is none.
  bool next_server(Flow& flow, std::vector<Flow>& alternatives, const Message* response);
  // Has the session's located() called with the servers of that name.
  void locate(SessionId id, Destination destination);
  std::string& out() { return out_; }  // the message being written; gone with the next one
  std::string_view allow() const { return allow_; }
  std::string_view supported() const { return supported_; }  // of sessions and all handlers, for OPTIONS
  IdCodec::Token tag_of(SessionId id) const { return tags_.encode(id.value()); }
  std::string contact(const Flow& flow, std::string_view user, bool secure);
  void bury(SessionId id) { over_sessions_.push_back(id); }
  void bury(ClientRequestId id) { over_requests_.push_back(id); }

  // The request line, Via and Max-Forwards of a request of ours.
  Builder start_request(Method method, std::string_view uri, std::string_view via,
                        unsigned max_forwards = 70);
  // Answers through a server transaction, at once.
  void reply(const Incoming& request, int status, std::initializer_list<HeaderView> headers = {});
  // Answers and forgets. The To-tag is a hash of the request (RFC 3261 8.2.7).
  void refuse(const Incoming& request, int status, std::initializer_list<HeaderView> headers = {});
  std::string request_tag(const Envelope& envelope) const;
  // A second 2xx of a forked INVITE, or one of a call that is over: ACK and BYE (RFC 3261 13.2.2.4).
  void dismiss(const Message& response, const Envelope& envelope, const Flow& flow);
  std::string retry_after();  // "0".."10" (RFC 3261 14.2)

  // --- IncomingRequest ---
  void respond(IncomingRequest::State& state, int status, const ResponseOptions& options, bool stateless);
  void send_trying(IncomingRequest::State& state);
  IncomingRequest::State* current_request = nullptr;  // the one whose handler is running

  // --- TransactionUser ---
  void on_response(ClientId id, TransactionContext context, const Message& response, const Envelope& envelope,
                   base::Instant now) override;
  void on_client_failed(ClientId id, TransactionContext context, TransactionFailure failure,
                        base::Instant now) override;
  void on_client_done(ClientId id, TransactionContext context) override;
  void on_server_failed(ServerId id, TransactionContext context, TransactionFailure failure,
                        base::Instant now) override;

 private:
  friend class Turn;
  void sweep();
  bool overloaded() const;

  // receive.cpp
  void receive_keep_alive(const Flow& flow, std::span<const char> bytes);
  void receive_malformed(const Message& message, const Flow& flow);
  void refuse_unreadable(const Message& message, const Flow& flow, int status);
  void receive_response(const Message& message, const Flow& flow);
  void receive_request(const Message& message, const Flow& flow);
  bool refused(const Incoming& request);
  void receive_ack(const Incoming& ack);
  void receive_cancel(const Incoming& cancel);
  void receive_in_dialog(const Incoming& request);
  void receive_invite(const Incoming& invite);
  void receive_other(const Incoming& request);
  void hand_to(RequestHandler& handler, const Incoming& request);
  void answer_options(const Incoming& request);
  InviteSession* session_by_tag(std::string_view local_tag);
  void write_abilities();
  std::string_view write_response(const Incoming& request, int status,
                                  std::initializer_list<HeaderView> headers, std::string_view to_tag);

  base::TimerWheel& timers_;
  base::Random& random_;
  UserAgentOptions options_;
  UserAgentCounters counters_;
  Sink& sink_;
  TransactionLayer layer_;
  IdCodec tags_;
  SessionHandler* session_handler_ = nullptr;
  RequestHandler* request_handlers_[kMethods] = {};
  std::string extensions_[kMethods];  // option tags that the handler of a method supports
  std::string allow_, supported_;
  std::string out_;
  const Flow* response_flow_ = nullptr;  // the way the response being handled came
  Locator* locator_ = nullptr;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  base::Instant now_{};
  int depth_ = 0;

  base::SlotMap<InviteSession, SessionTag> sessions_;
  base::SlotMap<ClientRequest, ClientRequestTag> requests_;
  std::vector<SessionId> over_sessions_;
  std::vector<ClientRequestId> over_requests_;
};

// What TransactionContext::kind says of its owner.
enum class Owner : std::uint8_t { kNobody, kInvite, kInDialog, kRequest };
inline TransactionContext context_of(Owner owner, std::uint64_t id) {
  return {id, static_cast<std::uint8_t>(owner)};
}

}  // namespace polyfon::sip
