// Authorization and WWW-Authenticate from strangers: nothing but our own answer verifies, nothing but our own
// nonce is fresh, and whatever challenge is answered, the answer is one header value that proves the secret.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "sip/auth/digest.h"
#include "sip/auth/quoting.h"

namespace {

using namespace polyfon;

void require(bool holds) {
  if (!holds) std::abort();
}

const sip::Credentials& credentials() {
  static const sip::Credentials kAlice{.user = "al\"ice", .secret = "s3cret", .ha1_md5 = {}};
  return kAlice;
}

void as_authorization(const sip::AuthValue& value) {
  for (std::string_view name : {"username", "realm", "nonce", "uri", "response", "algorithm", "cnonce",
                                "opaque", "qop", "nc", "stale", "domain", ""}) {
    auto found = value.find(name);
    if (!found || found->empty()) continue;
    require(found->data() >= value.text.data() &&
            found->data() + found->size() <= value.text.data() + value.text.size());
  }
  require(!sip::verify_response(value, "REGISTER", "asterisk", credentials()));
  base::SeededRandom random(1);
  sip::NonceSource nonces(random);
  base::Instant now(std::chrono::hours(1));
  auto nonce = value.find("nonce");
  require(!nonce || nonces.check(*nonce, now) == sip::NonceSource::Verdict::kForged);
}

void as_challenge(const sip::AuthValue& value) {
  auto answer = sip::answer_challenge(value, "REGISTER", "sip:example.com", credentials(), 1, "c");
  if (!answer) return;
  for (char c : *answer) require(static_cast<unsigned char>(c) >= 0x20);
  auto sent = sip::parse_auth(*answer);
  require(sent.has_value());
  require(sent->find("nonce") == value.find("nonce") && sent->find("opaque") == value.find("opaque"));
  std::string storage;
  std::string realm(sip::unescape_quoted(*value.find("realm"), storage));
  bool nonce_given = !value.find("nonce")->empty();
  require(sip::verify_response(*sent, "REGISTER", realm, credentials()) == nonce_given);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  base::SeededRandom random(1);
  sip::NonceSource nonces(random);
  (void)nonces.check(text, base::Instant(std::chrono::hours(1)));
  if (auto value = sip::parse_auth(text)) {
    as_authorization(*value);
    as_challenge(*value);
  }
  return 0;
}
