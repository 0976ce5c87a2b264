#include "sip/dialog/user_agent.h"

#include "sip/dialog/core.h"

namespace polyfon::sip {

struct UserAgent::Impl {
  UserAgentCore core;
};

UserAgent::UserAgent(Sink& sink, base::TimerWheel& timers, base::Random& random, UserAgentOptions options)
    : impl_(new Impl{UserAgentCore(sink, timers, random, std::move(options))}) {}
UserAgent::~UserAgent() = default;

using Turn = UserAgentCore::Turn;

void UserAgent::set_session_handler(SessionHandler& handler) { impl_->core.set_session_handler(handler); }
void UserAgent::set_request_handler(Method method, RequestHandler& handler, std::string_view supported) {
  impl_->core.set_request_handler(method, handler, supported);
}
void UserAgent::set_options(UserAgentOptions options) { impl_->core.set_options(std::move(options)); }

void UserAgent::set_locator(Locator& locator) { impl_->core.set_locator(locator); }

void UserAgent::receive(const Flow& flow, std::span<const char> bytes, base::Instant now) {
  Turn turn(impl_->core, now);
  impl_->core.receive(flow, bytes);
}

void UserAgent::flow_failed(const Flow& flow, base::Instant now) {
  Turn turn(impl_->core, now);
  impl_->core.layer().flow_failed(flow, impl_->core.now());
}

void UserAgent::challenge(SessionId id, std::span<const std::string> challenges) {
  Turn turn(impl_->core, impl_->core.now());
  if (auto* session = impl_->core.live(id)) session->challenge(challenges);
}

void UserAgent::provisional(SessionId id, int status, std::string_view sdp,
                            std::span<const HeaderField> headers) {
  Turn turn(impl_->core, impl_->core.now());
  if (auto* session = impl_->core.live(id)) session->provisional(status, sdp, headers);
}

void UserAgent::answer(SessionId id, std::string_view sdp, std::span<const HeaderField> headers) {
  Turn turn(impl_->core, impl_->core.now());
  if (auto* session = impl_->core.live(id)) session->answer(sdp, headers);
}

void UserAgent::reject(SessionId id, int status, ResponseOptions options) {
  Turn turn(impl_->core, impl_->core.now());
  if (auto* session = impl_->core.live(id)) session->reject(status, options);
}

base::Result<SessionId> UserAgent::invite(InviteOptions options, base::Instant now) {
  Turn turn(impl_->core, now);
  return impl_->core.invite(std::move(options));
}

void UserAgent::hangup(SessionId id, int q850_cause, std::string_view reason) {
  Turn turn(impl_->core, impl_->core.now());
  if (auto* session = impl_->core.live(id)) session->hangup(q850_cause, reason);
}

bool UserAgent::offer(SessionId id, std::string_view sdp) {
  Turn turn(impl_->core, impl_->core.now());
  auto* session = impl_->core.live(id);
  return session && session->offer(sdp);
}

void UserAgent::answer_offer(SessionId id, std::string_view sdp) {
  Turn turn(impl_->core, impl_->core.now());
  if (auto* session = impl_->core.live(id)) session->answer_offer(sdp);
}

void UserAgent::reject_offer(SessionId id, int status) {
  Turn turn(impl_->core, impl_->core.now());
  if (auto* session = impl_->core.live(id)) session->reject_offer(status);
}

void UserAgent::info(SessionId id, std::string_view content_type, std::string_view body) {
  Turn turn(impl_->core, impl_->core.now());
  if (auto* session = impl_->core.live(id)) session->info(content_type, body);
}

std::optional<UserAgent::SessionInfo> UserAgent::session_info(SessionId id) const {
  auto* session = impl_->core.live(id);
  return session ? std::optional(session->describe()) : std::nullopt;
}

SessionId UserAgent::origin_of(const Message& invite) const { return impl_->core.origin_of(invite); }

std::optional<Flow> UserAgent::flow_of(SessionId id) const {
  auto* session = impl_->core.live(id);
  return session ? std::optional(session->origin()) : std::nullopt;
}

void UserAgent::request(RequestOptions options, base::Instant now, Answer answer) {
  Turn turn(impl_->core, now);
  impl_->core.request(std::move(options), std::move(answer));
}

std::size_t UserAgent::sessions() const { return impl_->core.sessions(); }
std::size_t UserAgent::transactions() const { return impl_->core.layer().size(); }
const UserAgentCounters& UserAgent::counters() const { return impl_->core.counters(); }

}  // namespace polyfon::sip
