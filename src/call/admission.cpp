#include "call/admission.h"

#include <optional>
#include <string_view>

#include "base/text.h"
#include "call/authentication.h"
#include "sip/message/headers.h"

namespace polyfon::call {

namespace {

using sip::Header;

constexpr std::size_t kMaxCallerText = 128;

struct Caller {
  std::string user;
  std::string display_name;
};

std::optional<Caller> caller_of(const sip::Message& invite) {
  auto value = invite.header(Header::kFrom);
  if (!value) return std::nullopt;
  auto from = sip::parse_name_addr(*value);
  if (!from) return std::nullopt;
  // A stranger's bytes: what is no text is shown as '?' wherever the caller is shown.
  return Caller{base::printable(sip::unescape(from->uri.user), kMaxCallerText),
                base::printable(from->display_name, kMaxCallerText)};
}

Admission refuse(int status, std::string reason) {
  Admission result;
  result.verdict = Admission::Verdict::kRefuse;
  result.status = status;
  result.reason = std::move(reason);
  return result;
}

// A reason is given when there was something to refuse; without one it is only the first request of a call.
Admission challenge(const config::Snapshot& snapshot, const sip::NonceSource& nonces, base::Instant now,
                    const Caller& caller, std::string reason, bool stale = false) {
  Admission result;
  result.verdict = Admission::Verdict::kChallenge;
  result.status = 401;
  result.reason = std::move(reason);
  result.caller_id.number = caller.user;
  result.challenges = make_challenges(snapshot, nonces, now, stale);
  return result;
}

// insecure=invite spares a phone the challenge, but only where it registered from (or where its host is):
// taken literally, as chan_sip does, it lets anybody call in its name.
bool comes_from_known_place(const config::Endpoint& endpoint, const sip::Flow& flow,
                            const Location& location) {
  for (const auto& contact : location.contacts(endpoint.name))
    if (contact.flow.remote.same_host(flow.remote)) return true;
  return false;
}

bool has_secret(const config::Endpoint& endpoint) {
  return !endpoint.secret.empty() || !endpoint.md5_secret.empty();
}

bool needs_digest(const config::Endpoint& endpoint, const sip::Flow& flow, const Location& location) {
  // A trunk without a password is known by its address alone; who only writes its name is a stranger.
  if (!has_secret(endpoint)) return !endpoint.dynamic && !comes_from_known_place(endpoint, flow, location);
  return !(endpoint.insecure_invite && comes_from_known_place(endpoint, flow, location));
}

Admission admit_as(std::shared_ptr<const config::Endpoint> endpoint, Caller caller) {
  Admission result;
  result.verdict = Admission::Verdict::kAdmit;
  if (endpoint) result.caller_id = endpoint->caller_id;
  if (result.caller_id.number.empty()) result.caller_id.number = std::move(caller.user);
  if (result.caller_id.name.empty()) result.caller_id.name = std::move(caller.display_name);
  result.endpoint = std::move(endpoint);
  return result;
}

std::shared_ptr<const config::Endpoint> find_shared(const config::Snapshot& snapshot, std::string_view name) {
  auto found = snapshot.endpoint_by_name.find(name);
  return found == snapshot.endpoint_by_name.end() ? nullptr : found->second;
}

}  // namespace

Admission admit(const sip::Message& invite, const sip::Flow& flow, const config::Snapshot& snapshot,
                const Location& location, const sip::NonceSource& nonces, base::Instant now) {
  auto caller = caller_of(invite);
  if (!caller) return refuse(400, "From cannot be read");

  // chan_sip's order: users and friends by the name in From, then peers by the address they call from.
  auto endpoint = find_shared(snapshot, caller->user);
  if (endpoint && !endpoint->may_call()) endpoint = nullptr;
  if (!endpoint) {
    endpoint = find_shared(snapshot, location.account_at(flow.remote));
    if (endpoint && endpoint->type == config::PeerType::kUser) endpoint = nullptr;
  }

  if (!endpoint) {
    if (snapshot.sip.allow_guest) return admit_as(nullptr, std::move(*caller));
    // Nobody of that name gets what a wrong password gets (sip-cases 5.2.5).
    auto verdict = authenticate(invite, nullptr, snapshot.sip.realm, nonces, now);
    if (verdict == DigestVerdict::kNone) return challenge(snapshot, nonces, now, *caller, "");
    return challenge(snapshot, nonces, now, *caller, "no such account");
  }
  // The same answer as for a name that does not exist: an access list is not to be found out from outside.
  if (!may_come_by(*endpoint, flow))
    return challenge(snapshot, nonces, now, *caller, "its access list or transport denies that way");
  if (!needs_digest(*endpoint, flow, location)) return admit_as(std::move(endpoint), std::move(*caller));

  switch (authenticate(invite, endpoint.get(), snapshot.sip.realm, nonces, now)) {
    case DigestVerdict::kGood: return admit_as(std::move(endpoint), std::move(*caller));
    case DigestVerdict::kNone: return challenge(snapshot, nonces, now, *caller, "");
    case DigestVerdict::kStale: return challenge(snapshot, nonces, now, *caller, "", true);
    case DigestVerdict::kWrong: return challenge(snapshot, nonces, now, *caller, "wrong password");
  }
  return refuse(403, "");
}

}  // namespace polyfon::call
