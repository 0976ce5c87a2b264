// What both sides of an InviteSession share: its end, its timers, its requests.
#include <fmt/format.h>

#include "sip/dialog/core.h"
#include "sip/dialog/invite_session.h"

namespace polyfon::sip {

InviteSession::InviteSession(SessionId id, UserAgentCore& core)
    : id_(id),
      core_(core),
      repeat_(base::Timer::of<&InviteSession::on_repeat>(this)),
      limit_(base::Timer::of<&InviteSession::on_limit>(this)) {}

void InviteSession::tell(bool by_peer, std::string_view reason) {
  if (told_) return;
  told_ = true;
  core_.handler().on_ended(id_, by_peer, reason);
}

void InviteSession::finish() {
  if (state_ == SessionState::kOver) return;
  drop_held();
  postponed_.clear();
  state_ = SessionState::kOver;
  told_ = true;
  repeat_.cancel();
  limit_.cancel();
  // An INVITE that has had a provisional response waits without a timer of its own (RFC 3261 17.1.1.2).
  if (client_ && client_->open) core_.layer().abandon_client(client_->transaction);
  core_.bury(id_);
}

// The peer is gone or does not know us any more.
void InviteSession::end_by_peer(std::string_view reason, bool say_bye) {
  drop_server_invite(487);
  tell(true, reason);
  if (state_ == SessionState::kOver || state_ == SessionState::kLeaving) return;
  if (say_bye)
    send_bye();
  else
    finish();
}

Builder InviteSession::start_request(const Dialog& dialog, Method method, std::uint32_t cseq,
                                     const std::string& via) {
  bool initial = method == Method::kInvite && options_ && state_ == SessionState::kCalling;
  Builder builder =
      core_.start_request(method, dialog.request_uri(), via, initial ? options_->max_forwards : 70);
  dialog.write_routes(builder);
  builder.header(Header::kFrom, dialog.local)
      .header(Header::kTo, dialog.remote)
      .header(Header::kCallId, dialog.call_id)
      .header(Header::kCSeq, fmt::format("{} {}", cseq, to_string(method)));
  if (method == Method::kInvite || method == Method::kUpdate) {
    builder.header(Header::kContact, contact_);
    builder.header(Header::kAllow, core_.allow());
    builder.header(Header::kSupported, kSessionExtensions);
  }
  builder.header(Header::kUserAgent, core_.options().user_agent);
  return builder;
}

// RFC 3261 13.3.1.4, RFC 3262 3: first after T1, then twice as long each time.
void InviteSession::arm_repeat(std::string_view message) {
  server_->repeated = message;
  server_->interval = core_.options().t1;
  server_->give_up = core_.now() + 64 * core_.options().t1;
  core_.timers().arm(repeat_, core_.now() + server_->interval);
}

void InviteSession::stop_repeat() {
  repeat_.cancel();
  if (server_) std::string().swap(server_->repeated);
}

void InviteSession::on_repeat(base::Instant now) {
  UserAgentCore::Turn turn(core_, now);
  if (!server_ || server_->repeated.empty()) return;
  if (now >= server_->give_up) {
    core_.counters().timeouts.add();
    return server_->final_sent ? no_ack() : no_prack();
  }
  core_.layer().send_again(server_->flow, server_->repeated);
  server_->interval *= 2;
  // RFC 3261 13.3.1.4: a 2xx waits T2 at most; RFC 3262 3 sets reliable provisional responses no such bound.
  if (server_->final_sent) server_->interval = std::min(server_->interval, core_.options().t2);
  core_.timers().arm(repeat_, std::min(now + server_->interval, server_->give_up));
}

void InviteSession::on_limit(base::Instant now) {
  UserAgentCore::Turn turn(core_, now);
  if (state_ == SessionState::kConfirmed) return client_ && client_->open ? give_up_offer() : retry_offer();
  if (state_ != SessionState::kCalling) return;
  if (told_) {  // RFC 3261 9.1: 64*T1 after the CANCEL the call is over, whatever comes
    return finish();
  }
  give_up_calling(408, "no answer in time");  // RFC 3261 16.8: Timer C
}

void InviteSession::hangup(int q850_cause, std::string_view reason) {
  if (q850_cause > 0) {
    bye_reason_ = fmt::format("Q.850;cause={}", q850_cause);  // RFC 3326
    if (q850_cause == 26)
      bye_reason_ = "SIP;cause=200;text=\"Call completed elsewhere\", " + bye_reason_;  // 2: no missed call
    if (!reason.empty()) {
      bye_reason_ += ";text=\"";
      for (char c : reason)
        if (c != '"' && c != '\\' && static_cast<unsigned char>(c) >= 0x20) bye_reason_ += c;
      bye_reason_ += '"';
    }
  }
  switch (state_) {
    case SessionState::kArriving:
    case SessionState::kIncoming: {
      ResponseOptions options;
      if (!bye_reason_.empty()) options.headers.push_back({"Reason", bye_reason_});
      return reject(q850_cause == 21 ? 603 : 480, options);  // 21: call rejected
    }
    case SessionState::kAnswered: return tell(false, reason);  // RFC 3261 15: no BYE before the ACK
    case SessionState::kCalling: tell(false, reason); return cancel_call();
    case SessionState::kConfirmed:
      drop_server_invite(487);
      tell(false, reason);
      return send_bye();
    case SessionState::kLeaving:
    case SessionState::kOver: return;
  }
}

UserAgent::SessionInfo InviteSession::describe() const {
  return {dialog_.call_id,
          dialog_.local_tag,
          dialog_.remote_tag,
          dialog_.remote_target,
          dialog_.flow,
          outgoing_,
          state_ == SessionState::kConfirmed};
}

}  // namespace polyfon::sip
