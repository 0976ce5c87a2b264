#include "sip/dialog/digest_client.h"

#include "base/text.h"
#include "sip/message/headers.h"

namespace polyfon::sip {

bool DigestClient::accept(const Message& response, int attempt) {
  if (attempt == 0)
    for (Challenge& known : challenges_) known.answered = false;
  const bool proxy = response.status() == 407;
  bool taken = false;
  // RFC 8760 2.4: the first that we speak.
  response.each(proxy ? Header::kProxyAuthenticate : Header::kWwwAuthenticate, [&](std::string_view value) {
    if (taken) return;
    auto challenge = parse_auth(value);
    if (!challenge || !answer_challenge(*challenge, "INVITE", "sip:x", credentials_, 1, "x")) return;
    taken = take(proxy ? Header::kProxyAuthorization : Header::kAuthorization, *challenge, value);
  });
  return taken;
}

bool DigestClient::take(Header answer, const AuthValue& challenge, std::string_view value) {
  std::string_view realm = challenge.find("realm").value_or("");
  for (Challenge& known : challenges_) {
    if (known.answer != answer || known.realm != realm) continue;
    // Asked again although it was answered: wrong password, unless only the nonce was too old.
    bool stale = base::iequals(challenge.find("stale").value_or(""), "true");
    if (known.answered && (!stale || ++known.stale > kMaxStale)) return false;
    known.value = value;
    known.count = 0;
    known.answered = true;
    return true;
  }
  if (challenges_.size() >= kMaxRealms) return false;
  challenges_.push_back({answer, std::string(realm), std::string(value), {}, 0, 0, true});
  return true;
}

void DigestClient::write(Builder& builder, Method method, std::string_view uri, base::Random& random) {
  for (Challenge& challenge : challenges_) {
    auto parsed = parse_auth(challenge.value);
    if (!parsed) continue;
    auto value =
        answer_challenge(*parsed, to_string(method), uri, credentials_, ++challenge.count, random.token(16));
    if (!value) continue;
    builder.header(challenge.answer, *value);
    if (method == Method::kInvite) challenge.last = std::move(*value);
  }
}

void DigestClient::write_as_before(Builder& builder) const {
  for (const Challenge& challenge : challenges_)
    if (!challenge.last.empty()) builder.header(challenge.answer, challenge.last);
}

}  // namespace polyfon::sip
