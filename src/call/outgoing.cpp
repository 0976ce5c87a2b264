// Outgoing legs: from a contact to INVITE, and what comes back.
#include <algorithm>

#include <fmt/format.h>

#include "base/log.h"
#include "base/text.h"
#include "call/exchange.h"
#include "sip/message/uri.h"

namespace polyfon::call {

namespace {

// Dial() decides how long it rings; the session's own limit only ends what Dial() has forgotten.
constexpr base::Duration kRingMargin = std::chrono::seconds(10);
constexpr base::Duration kRingLimit = std::chrono::hours(1);

// A display name is quoted; what would break the quotes is escaped (RFC 3261 25.1).
std::string name_addr(const config::CallerId& id, std::string_view host) {
  std::string uri = fmt::format("<sip:{}@{}>", sip::escape_user(id.number), host);
  if (id.name.empty()) return uri;
  std::string name;
  for (char c : base::printable(id.name, 128)) {
    if (c == '"' || c == '\\') name += '\\';
    name += c;
  }
  return fmt::format("\"{}\" {}", name, uri);
}

std::string request_uri_for(const config::Endpoint& endpoint, const ContactAddress& contact,
                            const std::string& number) {
  if (number.empty()) return std::string(sip::without_headers(contact.uri));
  auto uri = sip::Uri::parse(contact.uri);
  if (!uri) return contact.uri;
  std::string port = uri->port ? fmt::format(":{}", uri->port) : std::string();
  std::string host =
      uri->host.find(':') != std::string_view::npos ? fmt::format("[{}]", uri->host) : std::string(uri->host);
  return fmt::format("sip:{}@{}{}", sip::escape_user(number), host, port);
}

}  // namespace

base::Result<ChannelId> Exchange::dial_contact(Channel& caller,
                                               std::shared_ptr<const config::Endpoint> endpoint,
                                               const ContactAddress& contact, const std::string& number,
                                               std::optional<base::Duration> timeout) {
  Channel& leg = make_channel(endpoint->name, false, &caller);
  leg.endpoint = endpoint;
  leg.flow_ = contact.flow;
  leg.codec_order_ = endpoint->codecs;
  leg.language = endpoint->language;
  leg.music_class = endpoint->music_class;
  leg.account_code = endpoint->account_code;
  leg.inherit_variables(caller);
  leg.caller_id = caller.caller_id;
  leg.dialed_number = number.empty() ? endpoint->name : number;
  leg.negotiation_ = std::make_unique<sdp::Negotiation>(leg.id().value());
  if (caller.negotiation_->agreed())
    leg.prefer_codec_of(caller);
  else
    leg.prefer_codecs_offered_by(caller);
  if (!leg.ensure_stream()) {
    discard(leg);
    return base::fail(base::ErrorCode::kUnavailable, "no free RTP port (rtp.conf: rtpstart, rtpend)");
  }
  std::string host =
      endpoint->from_domain.empty() ? parts_.sink.advertised(leg.flow_).uri_host() : endpoint->from_domain;
  config::CallerId from = caller.caller_id;
  if (!endpoint->from_user.empty()) from.number = endpoint->from_user;
  if (from.number.empty()) from = {"Anonymous", "anonymous"};

  sip::InviteOptions invite;
  invite.flow = contact.flow;
  invite.alternatives = contact.alternatives;
  invite.request_uri = request_uri_for(*endpoint, contact, number);
  invite.from = name_addr(from, host);
  invite.to = fmt::format("<{}>", invite.request_uri);
  invite.contact_user = sip::escape_user(from.number);
  invite.routes = contact.path;
  invite.ring_limit = timeout ? *timeout + kRingMargin : kRingLimit;
  invite.max_forwards = static_cast<std::uint8_t>(std::max(caller.max_forwards_, 1u) - 1);
  if (caller.leg_breadth_) invite.headers.push_back({"Max-Breadth", std::to_string(*caller.leg_breadth_)});
  invite.sdp = leg.negotiation_->make_offer(leg.local_media());
  if (!endpoint->dynamic && !endpoint->secret.empty())
    invite.credentials = sip::Credentials{endpoint->username.empty() ? endpoint->name : endpoint->username,
                                          endpoint->secret, endpoint->md5_secret};
  auto session = parts_.user_agent.invite(std::move(invite), parts_.timers.now());
  if (!session) {
    discard(leg);
    return std::unexpected(session.error());
  }
  bind_session(leg, *session);
  leg.emit(ChannelCreated{leg.id(), leg.name, leg.unique_id, leg.linked_id, leg.account_code, endpoint->name,
                          false, leg.caller_id, endpoint->context, leg.dialed_number});
  return leg.id();
}

// A leg that could not be dialled: nothing has been told of it.
void Exchange::discard(Channel& leg) {
  if (leg.stream_) {
    by_stream_.erase(leg.stream_.value());
    parts_.media.close(leg.stream_);
  }
  channels_.erase(leg.id());
}

void Exchange::on_progress(sip::SessionId session, int status, const sip::Message&, std::string_view sdp) {
  Channel* leg = channel_of(session);
  if (!leg || leg->state_ == ChannelState::kUp) return;
  ReadyQueue::Turn turn(ready_);
  leg->flow_ =
      parts_.user_agent.flow_of(session).value_or(leg->flow_);  // RFC 3263 4.3: it may be another server
  bool early_media = false;
  // An answer in a provisional response is a preview until the 2xx repeats it (RFC 6337 3.1.1).
  if (!sdp.empty() && leg->negotiation_->accept_answer(sdp)) {
    leg->apply_agreed();
    early_media = true;
  }
  if (status == 180 && leg->state_ != ChannelState::kRinging) {
    leg->state_ = ChannelState::kRinging;
    leg->emit(ChannelRinging{leg->id()});
  }
  if (Channel* owner = find(leg->owner_))
    owner->leg_events_.push({status == 180 ? LegEvent::Kind::kRinging : LegEvent::Kind::kProgress, leg->id(),
                             status, HangupCause::kNone, early_media});
}

void Exchange::on_answered(sip::SessionId session, const sip::Message&, std::string_view sdp) {
  Channel* leg = channel_of(session);
  if (!leg) return;
  ReadyQueue::Turn turn(ready_);
  leg->flow_ =
      parts_.user_agent.flow_of(session).value_or(leg->flow_);  // RFC 3263 4.3: it may be another server
  if (!sdp.empty()) {
    if (auto agreed = leg->negotiation_->accept_answer(sdp); !agreed) {
      base::log_notice("call", "{}: {}", leg->name, agreed.error().text);
      end(*leg, HangupCause::kBearerCapabilityNotAvailable, false);
      return;
    }
  }
  if (!leg->negotiation_->agreed()) {  // no SDP in any response: RFC 3261 13.2.1 asks for one
    end(*leg, HangupCause::kBearerCapabilityNotAvailable, false);
    return;
  }
  leg->state_ = ChannelState::kUp;
  leg->apply_agreed();
  leg->answered_at_ = parts_.timers.now();
  leg->emit(ChannelAnswered{leg->id()});
  if (Channel* owner = find(leg->owner_))
    owner->leg_events_.push({LegEvent::Kind::kAnswered, leg->id(), 200});
}

void Exchange::on_rejected(sip::SessionId session, int status, std::string_view reason,
                           const sip::Message* response) {
  Channel* leg = channel_of(session);
  if (!leg) return;
  ReadyQueue::Turn turn(ready_);
  base::log_verbose("call", "{}: refused with {} {}", leg->name, status, base::printable(reason));
  auto cause = cause_from_sip(status);
  if (Channel* owner = find(leg->owner_))
    owner->leg_events_.push({LegEvent::Kind::kRejected, leg->id(), status, cause, false,
                             leg->state_ == ChannelState::kRinging, response != nullptr});
  end(*leg, cause, true);
}

}  // namespace polyfon::call
