// InviteSession: one INVITE dialog usage from its first message to its last response, as the called side
// (uas.cpp, prack.cpp) or the calling side (uac.cpp), and in the dialog (in_dialog.cpp, reinvite.cpp,
// update.cpp, bye.cpp). It tells the SessionHandler what happened; after `told` it only finishes with the
// peer. Owned by UserAgentCore, which erases it when nobody is inside it any more. RFC 3261 12-15, RFC 3262,
// RFC 3311. thread: control.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/timer_wheel.h"
#include "sip/dialog/client_invite.h"
#include "sip/dialog/dialog.h"
#include "sip/dialog/digest_client.h"
#include "sip/dialog/in_dialog_request.h"
#include "sip/dialog/server_invite.h"
#include "sip/dialog/user_agent.h"
#include "sip/transaction/transaction_layer.h"

namespace polyfon::sip {

class UserAgentCore;

inline constexpr std::size_t kMaxForks = 16;  // early dialogs of one INVITE
inline constexpr base::Duration kReinviteLimit =
    std::chrono::minutes(3);                             // for a final answer to an offer of ours
inline constexpr int kMaxGlareRetries = 4;               // RFC 3261 14.1
inline constexpr std::size_t kMaxInDialogRequests = 16;  // of ours that wait, INFO above all

//   called:   kArriving -> kIncoming -> kAnswered (2xx is out, no ACK yet) -> kConfirmed -> kLeaving (BYE is
//   out) -> kOver calling:               kCalling  ->                                       kConfirmed ->
//   kLeaving             -> kOver
enum class SessionState : std::uint8_t {
  kArriving,
  kIncoming,
  kAnswered,
  kCalling,
  kConfirmed,
  kLeaving,
  kOver
};

class InviteSession {
 public:
  InviteSession(SessionId id, UserAgentCore& core);
  InviteSession(const InviteSession&) = delete;
  InviteSession& operator=(const InviteSession&) = delete;

  // --- commands of the handler ---
  void start(InviteOptions options);
  void challenge(std::span<const std::string> challenges);
  void provisional(int status, std::string_view sdp, std::span<const HeaderField> headers);
  void answer(std::string_view sdp, std::span<const HeaderField> headers);
  void reject(int status, const ResponseOptions& options);
  void hangup(int q850_cause, std::string_view reason);
  bool offer(std::string_view sdp);
  void answer_offer(std::string_view sdp);
  void reject_offer(int status);
  void info(std::string_view content_type, std::string_view body);
  UserAgent::SessionInfo describe() const;

  // --- what comes from the peer ---
  void receive_invite(const Incoming& invite);
  void receive_in_dialog(const Incoming& request);
  void receive_cancel(const Incoming& cancel, ServerId invite);
  void receive_invite_response(ClientId id, const Message& response, const Envelope& envelope);
  void receive_other_response(ClientId id, const Message& response, const Envelope& envelope);

  // --- what the transactions report ---
  void invite_failed(ClientId id, TransactionFailure failure);
  void invite_done(ClientId id);
  void other_failed(ClientId id, TransactionFailure failure);
  void server_failed(ServerId id, TransactionFailure failure);

  // --- where the next hop of the dialog is, in the order to try; empty: nobody knows ---
  void located(std::vector<Flow> flows);

  bool told() const { return told_; }
  const Flow& origin() const { return dialog_.origin; }

 private:
  enum class OfferSource : std::uint8_t { kNone, kInvite, kUpdate, kPrack, kSuccess, kReliable };
  // An offer of the peer that the handler has not answered, or one that the peer wants of us.
  struct PendingOffer {
    OfferSource source = OfferSource::kNone;
    ServerId transaction;  // of UPDATE, PRACK
    ResponseHead head;
    std::string rack;  // of the reliable response that carried it
  };

  // session.cpp
  void tell(bool by_peer, std::string_view reason);
  void finish();
  void end_by_peer(std::string_view reason, bool say_bye);
  void on_repeat(base::Instant now);
  void on_limit(base::Instant now);
  void arm_repeat(std::string_view message);
  void stop_repeat();
  Builder start_request(const Dialog& dialog, Method method, std::uint32_t cseq, const std::string& via);

  // uas.cpp
  void open_server_transaction(const Incoming& invite);
  void ensure_accepted();
  void respond_invite(int status, const ResponseOptions& options);
  void send_provisional(int status, std::string_view sdp, std::span<const HeaderField> headers);
  void send_success(std::string_view sdp, std::span<const HeaderField> headers);
  void receive_ack(const Incoming& ack);
  void no_ack();

  // prack.cpp
  void send_reliable(int status, std::string_view sdp, std::span<const HeaderField> headers);
  void receive_prack(const Incoming& prack);
  void after_prack();
  void no_prack();
  bool acknowledge_reliable(Dialog& dialog, const Message& response, const Envelope& envelope);

  // uac.cpp
  void set_out();
  void send_invite();
  void transmit_invite();
  bool try_next_server(const Message* response);
  void forget_remote();
  Dialog* dialog_for(const Message& response, const Envelope& envelope);
  void progressed(const Message& response, const Envelope& envelope);
  void accepted(const Message& response, const Envelope& envelope);
  void accepted_again(const Message& response, const Envelope& envelope);
  void rejected(const Message& response);
  void give_up_calling(int status, std::string_view reason);
  void cancel_call();
  void send_ack(std::string_view sdp);

  // reinvite.cpp
  void receive_reinvite(const Incoming& invite);
  void reinvite_responded(const Message& response, const Envelope& envelope);
  void reinvite_accepted(const Message& response);
  void glare();
  void retry_offer();
  void give_up_offer();
  void offer_refused(int status);
  void drop_server_invite(int status);

  // update.cpp
  void receive_update(const Incoming& update);
  bool send_update(std::string_view sdp);
  void update_responded(int status, const Message* response);
  void hold_for_answer(const Incoming& request, OfferSource source);
  void answer_held(int status, std::string_view sdp);
  void drop_held();

  // next_hop.cpp
  using Postponed = std::move_only_function<void()>;
  bool waits_for_location() const;
  void postpone(Postponed request);

  // in_dialog.cpp
  void receive_bye(const Incoming& bye);
  void receive_info(const Incoming& info);
  bool in_order(const Incoming& request, Dialog& dialog);
  Dialog* dialog_with(std::string_view remote_tag);
  void send_in_dialog(InDialogRequest request);
  void send_bye();
  void other_ended(const InDialogRequest& request, int status, const Message* response);

  const SessionId id_;
  UserAgentCore& core_;
  SessionState state_ = SessionState::kArriving;
  bool outgoing_ = false;
  bool told_ = false;           // the handler has heard on_ended
  bool cancel_wanted_ = false;  // RFC 3261 9.1: CANCEL waits for a provisional response
  bool cancel_sent_ = false;
  bool peer_updates_ = false;  // its Allow has UPDATE

  Dialog dialog_;
  std::vector<Dialog> forks_;  // early dialogs with other To-tags
  std::string contact_;        // the value of our Contact
  std::string bye_reason_;     // Reason of our CANCEL or BYE

  const Incoming* arriving_ = nullptr;  // inside on_invite()
  std::unique_ptr<ServerInvite> server_;
  std::unique_ptr<ClientInvite> client_;
  std::unique_ptr<InviteOptions> options_;  // until the call is answered
  std::unique_ptr<DigestClient> digest_;
  std::unique_ptr<PendingOffer> pending_;
  std::vector<InDialogRequest> requests_;
  std::vector<Postponed> postponed_;  // requests of ours, until the next hop is located, in order
  bool locating_ = false;

  std::string ack_;  // of the last 2xx: repeated when that is
  Flow ack_flow_;
  std::uint32_t ack_cseq_ = 0;

  base::Timer repeat_;  // of what ServerInvite repeats
  base::Timer limit_;   // how long it may ring; how long a CANCEL may take; when to offer again after glare
};

}  // namespace polyfon::sip
