#include "call/authentication.h"

#include "base/text.h"
#include "config/access.h"
#include "sip/message/headers.h"
#include "sip/message/uri.h"

namespace polyfon::call {

namespace {

// Some sign only the host (SIPp does): nothing to compare then. It cannot be taken out of a signed URI.
bool names_same_user(std::optional<std::string_view> digest_uri, std::string_view request_uri) {
  auto signed_uri = sip::Uri::parse(digest_uri.value_or(""));
  auto requested = sip::Uri::parse(request_uri);
  if (!signed_uri || !requested) return false;
  return signed_uri->user.empty() || sip::unescape(signed_uri->user) == sip::unescape(requested->user);
}

DigestVerdict verify(const sip::AuthValue& authorization, const sip::Message& request,
                     const config::Endpoint* endpoint, std::string_view realm, const sip::NonceSource& nonces,
                     base::Instant now) {
  static const config::Endpoint kNobody;
  const config::Endpoint& account = endpoint ? *endpoint : kNobody;
  sip::Credentials credentials{std::string(authorization.find("username").value_or("")),
                               endpoint ? account.secret : std::string("-"), account.md5_secret};
  bool right = sip::verify_response(authorization, request.method_name(), realm, credentials);
  // RFC 7616 3.4.6: the digest is for this request. A response that was overheard dials no other number.
  if (request.method() == sip::Method::kInvite &&
      !names_same_user(authorization.find("uri"), request.request_uri()))
    right = false;
  bool named = endpoint && (credentials.user == account.name || credentials.user == account.username);
  if (!right || !named) return DigestVerdict::kWrong;
  switch (nonces.check(authorization.find("nonce").value_or(""), now)) {
    case sip::NonceSource::Verdict::kFresh: return DigestVerdict::kGood;
    case sip::NonceSource::Verdict::kStale:
      return DigestVerdict::kStale;  // RFC 7616 3.3: only when the rest is right
    case sip::NonceSource::Verdict::kForged: return DigestVerdict::kWrong;
  }
  return DigestVerdict::kWrong;
}

}  // namespace

DigestVerdict authenticate(const sip::Message& request, const config::Endpoint* endpoint,
                           std::string_view realm, const sip::NonceSource& nonces, base::Instant now) {
  auto verdict = DigestVerdict::kNone;
  request.each(sip::Header::kAuthorization, [&](std::string_view value) {
    if (verdict == DigestVerdict::kGood) return;
    auto authorization = sip::parse_auth(value);
    if (!authorization || authorization->find("realm") != realm) return;
    verdict = verify(*authorization, request, endpoint, realm, nonces, now);
  });
  return verdict;
}

std::vector<std::string> make_challenges(const config::Snapshot& snapshot, const sip::NonceSource& nonces,
                                         base::Instant now, bool stale) {
  std::vector<std::string> challenges;
  std::string nonce = nonces.make(now);
  for (const auto& name : snapshot.polyfon.digest_algorithms)
    if (auto algorithm = sip::parse_digest_algorithm(name))
      challenges.push_back(sip::make_challenge(*algorithm, snapshot.sip.realm, nonce, stale));
  return challenges;
}

bool may_come_by(const config::Endpoint& endpoint, const sip::Flow& flow) {
  return endpoint.transport.allows(static_cast<config::Transport>(flow.protocol)) &&
         config::access_allowed(endpoint.access, flow.remote);
}

}  // namespace polyfon::call
