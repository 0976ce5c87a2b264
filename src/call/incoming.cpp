// Incoming calls: from INVITE to the first step of the plan.
#include <algorithm>

#include "base/log.h"
#include "base/text.h"
#include "call/exchange.h"
#include "sip/message/uri.h"

namespace polyfon::call {

namespace {

constexpr std::size_t kMaxExtension = 80;  // asterisk 1.2: EXT

// The user part of the Request-URI without its own parameters; nullopt when it cannot be an extension.
std::optional<std::string> dialled_extension(const sip::Message& invite) {
  auto uri = sip::Uri::parse(invite.request_uri());
  if (!uri) return std::nullopt;
  std::string extension = sip::unescape(uri->user.substr(0, uri->user.find(';')));
  if (extension.empty()) return "s";
  if (extension.size() > kMaxExtension || base::printable(extension) != extension) return std::nullopt;
  return extension;
}

// RFC 5627 5.4: a Request-URI that is a GRUU of ours names one phone. nullopt: it is none.
std::optional<Instance> called_phone(const sip::Message& invite, const Location& location) {
  auto uri = sip::Uri::parse(invite.request_uri());
  auto phone = uri ? location.find_gruu(*uri) : std::nullopt;
  if (phone) phone->grid = uri->parameter("grid").value_or("");
  return phone;
}

// What to refuse a call to a GRUU with: it is nobody's, or its phone is not there. 0: go on.
int refusal_of_gruu(const sip::Message& invite, const std::optional<Instance>& phone,
                    const Location& location) {
  auto uri = sip::Uri::parse(invite.request_uri());
  if (!uri || !uri->parameter("gr")) return 0;
  if (!phone) return 404;
  auto contacts = location.contacts(phone->account);
  return std::ranges::any_of(
             contacts, [&](const ContactAddress& contact) { return contact.instance == phone->instance; })
             ? 0
             : 480;
}

std::optional<unsigned> breadth_left(const sip::Message& invite) {
  auto value = invite.header("Max-Breadth");
  return value ? base::parse_number<unsigned>(*value, 0, 255) : std::nullopt;
}

unsigned hops_left(const sip::Message& invite) {
  auto value = invite.header(sip::Header::kMaxForwards);
  auto hops = value ? base::parse_number<unsigned>(*value, 0, 255) : std::nullopt;
  return hops.value_or(70);
}

}  // namespace

void Exchange::on_invite(sip::SessionId session, const sip::Message& invite, const sip::Flow& flow,
                         std::string_view sdp) {
  ReadyQueue::Turn turn(ready_);
  if (!accepting_) {
    parts_.user_agent.reject(session, 503, {.headers = {{"Retry-After", "10"}}});
    return;
  }
  auto admission = admit(invite, flow, *snapshot_, parts_.location, parts_.nonces, parts_.timers.now());
  if (admission.verdict == Admission::Verdict::kChallenge) {
    if (!admission.reason.empty()) {
      counters_.rejected_auth.add();
      if (refusal_log_.allow(parts_.timers.now()))
        base::log_notice("call", "a call from {} as '{}' is refused: {}", flow.remote.to_string(),
                         base::printable(admission.caller_id.number, 64), admission.reason);
    }
    parts_.user_agent.challenge(session, admission.challenges);
    return;
  }
  if (admission.verdict == Admission::Verdict::kRefuse) {
    counters_.rejected.add();
    parts_.user_agent.reject(session, admission.status);
    return;
  }
  const auto& endpoint = admission.endpoint;
  if (endpoint && endpoint->call_limit > 0 && calls_of(endpoint->name) >= endpoint->call_limit) {
    counters_.rejected_limit.add();
    base::log_notice("call", "{} calls, but has reached its call-limit of {}", endpoint->name,
                     endpoint->call_limit);
    parts_.user_agent.reject(session, 480, {.reason = "Temporarily Unavailable (Call limit)"});
    return;
  }
  const auto phone = called_phone(invite, parts_.location);
  if (int status = refusal_of_gruu(invite, phone, parts_.location)) {
    counters_.rejected.add();
    parts_.user_agent.reject(session, status);
    return;
  }
  auto extension = phone ? std::optional(phone->account) : dialled_extension(invite);
  if (!extension) {
    counters_.rejected.add();
    parts_.user_agent.reject(session, 404);
    return;
  }
  std::string context = endpoint ? endpoint->context : snapshot_->sip.default_context;
  switch (runner_ ? runner_->reach(context, *extension, admission.caller_id.number)
                  : ScriptRunner::Reach::kNo) {
    case ScriptRunner::Reach::kYes: break;
    case ScriptRunner::Reach::kMoreDigits:
      counters_.rejected.add();
      parts_.user_agent.reject(session, 484);
      return;
    case ScriptRunner::Reach::kNo:
      counters_.rejected.add();
      base::log_notice("call", "{} dialled '{}', which is not in context '{}' of extensions.conf",
                       admission.caller_id.number, base::printable(*extension), context);
      parts_.user_agent.reject(session, 404);
      return;
  }
  Origin origin = origin_of(invite, context, *extension);
  if (origin.loop) {
    counters_.rejected.add();
    parts_.user_agent.reject(session, 482);
    return;
  }
  begin_call(session, invite, flow, std::move(admission), std::move(context), std::move(*extension),
             origin.leg, sdp);
}

// RFC 5393 4.2, RFC 7332: a call of ours that comes back is followed through the calls that sent it: when one
// of them dialled the same number in the same context, it would go round for ever. To another number it is a
// spiral, and Max-Forwards ends what has no end.
Exchange::Origin Exchange::origin_of(const sip::Message& invite, std::string_view context,
                                     std::string_view extension) {
  Origin origin;
  if (const Channel* leg = channel_of(parts_.user_agent.origin_of(invite))) origin.leg = leg->id();
  for (const Channel* leg = find(origin.leg); leg;) {
    const Channel* caller = find(leg->owner_);
    if (!caller) break;
    std::string_view entry = caller->endpoint ? caller->endpoint->context : snapshot_->sip.default_context;
    if (caller->incoming && caller->dialed_number == extension && entry == context) {
      origin.loop = true;
      break;
    }
    leg = find(caller->came_from_);
  }
  return origin;
}

void Exchange::begin_call(sip::SessionId session, const sip::Message& invite, const sip::Flow& flow,
                          Admission admission, std::string context, std::string extension,
                          ChannelId came_from, std::string_view sdp) {
  auto endpoint = std::move(admission.endpoint);
  Channel& channel = make_channel(endpoint ? endpoint->name : flow.remote.host(), true, nullptr);
  bind_session(channel, session);
  channel.flow_ = flow;
  channel.max_forwards_ = hops_left(invite);
  channel.max_breadth_ = breadth_left(invite);
  channel.came_from_ = came_from;
  channel.state_ = ChannelState::kRing;
  channel.codec_order_ = endpoint ? endpoint->codecs : snapshot_->sip.codecs;
  channel.language = endpoint ? endpoint->language : snapshot_->sip.language;
  channel.caller_id = std::move(admission.caller_id);
  channel.dialed_number = extension;
  channel.gruu = called_phone(invite, parts_.location);
  if (endpoint) {
    channel.music_class = endpoint->music_class;
    channel.account_code = endpoint->account_code;
  }
  channel.endpoint = std::move(endpoint);
  channel.negotiation_ = std::make_unique<sdp::Negotiation>(channel.id().value());
  channel.remote_offer_ = sdp;
  // Nothing in common is told before anybody's phone rings.
  if (!sdp.empty()) {
    sdp::Negotiation trial(0);
    auto local = channel.local_media();
    local.port = 9;
    if (auto possible = trial.accept_offer(sdp, local); !possible) {
      base::log_notice("call", "{}: {}", channel.name, possible.error().text);
      counters_.rejected.add();
      forget(channel, 488);
      return;
    }
  }
  counters_.calls.add();
  channel.emit(ChannelCreated{channel.id(), channel.name, channel.unique_id, channel.linked_id,
                              channel.account_code, channel.endpoint ? channel.endpoint->name : std::string(),
                              true, channel.caller_id, context, extension});
  run_script(channel.id(), {std::move(context), std::move(extension), 1});
}

// A channel that never became a call: no event, no script; reject() tells of the session's end, which is
// nobody's then.
void Exchange::forget(Channel& channel, int status) {
  sip::SessionId session = channel.session_;
  by_session_.erase(session.value());
  channels_.erase(channel.id());
  parts_.user_agent.reject(session, status);
}

void Exchange::on_cancelled(sip::SessionId session) {
  if (Channel* channel = channel_of(session)) end(*channel, HangupCause::kNormalClearing, true);
}

void Exchange::on_confirmed(sip::SessionId session, std::string_view sdp) {
  Channel* channel = channel_of(session);
  if (!channel || !channel->offered_) return;
  channel->offered_ = false;
  ReadyQueue::Turn turn(ready_);
  // RFC 3261 13.2.2.4: no usable answer to our late offer ends the call.
  if (sdp.empty() || !channel->negotiation_->accept_answer(sdp)) {
    end(*channel, HangupCause::kBearerCapabilityNotAvailable, false);
    return;
  }
  channel->apply_agreed();
}

}  // namespace polyfon::call
