// Digest authentication (RFC 7616, RFC 8760, RFC 3261 22): responses computed and checked, MD5 and SHA-256,
// qop auth. Pure functions over OpenSSL; secrets are passed as the password or as HA1. thread: any.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/random.h"
#include "base/result.h"
#include "base/time.h"
#include "sip/message/headers.h"

namespace polyfon::sip {

enum class DigestAlgorithm : std::uint8_t { kMd5, kSha256 };
std::string_view to_string(DigestAlgorithm algorithm);  // "MD5", "SHA-256"
// The algorithm parameter, any case; absent means MD5 (RFC 7616 3.3). nullopt: none that we speak (-sess,
// SHA-512-256).
std::optional<DigestAlgorithm> parse_digest_algorithm(std::optional<std::string_view> value);

std::string digest_hash(DigestAlgorithm algorithm, std::string_view text);  // lower-case hex
// H(user:realm:password).
std::string digest_ha1(DigestAlgorithm algorithm, std::string_view user, std::string_view realm,
                       std::string_view password);

// Nonces that need no memory: time stamp and a keyed hash over it, so that a challenge to a stranger costs
// nothing. A nonce lives for `lifetime` and no longer than this object.
class NonceSource {
 public:
  explicit NonceSource(base::Random& random, base::Duration lifetime = std::chrono::seconds(300));
  static constexpr std::size_t kLength = 32;  // lower-case hex
  std::string make(base::Instant now) const;
  enum class Verdict { kFresh, kStale, kForged };
  Verdict check(std::string_view nonce, base::Instant now) const;

 private:
  unsigned char key_[16];
  base::Duration lifetime_;
};

// The value of WWW-Authenticate or Proxy-Authenticate; qop is always "auth".
std::string make_challenge(DigestAlgorithm algorithm, std::string_view realm, std::string_view nonce,
                           bool stale);

struct Credentials {
  std::string user;
  std::string secret;   // the password, or empty when ha1 is given
  std::string ha1_md5;  // md5secret of sip.conf, 32 hex digits of any case; goes before `secret` for MD5
};

// Whether `authorization` (the value of an Authorization header) answers a challenge of ours for this
// request: realm, uri present, nonce counted as given (freshness is the caller's NonceSource), response
// equal. Compares in constant time. qop absent (RFC 2069) or auth. Credentials without secret and ha1 verify
// nothing.
bool verify_response(const AuthValue& authorization, std::string_view method, std::string_view realm,
                     const Credentials& credentials);

// As a client: the value of Authorization for a challenge. kUnsupported: no algorithm or no qop that we
// speak, or one for which the credentials have no secret; kInvalid: a challenge that cannot be answered.
// Among several challenges the caller passes the first it knows (RFC 8760 2.4).
base::Result<std::string> answer_challenge(const AuthValue& challenge, std::string_view method,
                                           std::string_view uri, const Credentials& credentials,
                                           std::uint32_t nonce_count, std::string_view cnonce);

}  // namespace polyfon::sip
