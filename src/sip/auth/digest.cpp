#include "sip/auth/digest.h"

#include "base/text.h"
#include "sip/auth/quoting.h"
#include "sip/auth/response.h"

namespace polyfon::sip {

std::string_view to_string(DigestAlgorithm algorithm) {
  return algorithm == DigestAlgorithm::kMd5 ? "MD5" : "SHA-256";
}

std::optional<DigestAlgorithm> parse_digest_algorithm(std::optional<std::string_view> value) {
  if (!value) return DigestAlgorithm::kMd5;
  for (DigestAlgorithm algorithm : {DigestAlgorithm::kMd5, DigestAlgorithm::kSha256})
    if (base::iequals(*value, to_string(algorithm))) return algorithm;
  return std::nullopt;
}

std::string digest_hash(DigestAlgorithm algorithm, std::string_view text) {
  return std::string(hash_joined(algorithm, {text}));
}

std::string digest_ha1(DigestAlgorithm algorithm, std::string_view user, std::string_view realm,
                       std::string_view password) {
  return std::string(hash_joined(algorithm, {user, realm, password}));
}

std::optional<HexDigest> ha1_of(const Credentials& credentials, DigestAlgorithm algorithm,
                                std::string_view realm) {
  if (algorithm == DigestAlgorithm::kMd5 && !credentials.ha1_md5.empty()) {
    if (credentials.ha1_md5.size() != hex_length(algorithm)) return std::nullopt;
    HexDigest ha1;
    for (char c : credentials.ha1_md5) ha1.text[ha1.size++] = base::to_lower(c);
    return ha1;
  }
  if (credentials.secret.empty()) return std::nullopt;
  return hash_joined(algorithm, {credentials.user, realm, credentials.secret});
}

HexDigest compute_response(DigestAlgorithm algorithm, std::string_view ha1, const ResponseInput& input) {
  HexDigest ha2 = hash_joined(algorithm, {input.method, input.uri});
  if (input.qop.empty()) return hash_joined(algorithm, {ha1, input.nonce, ha2});  // RFC 2069
  return hash_joined(algorithm, {ha1, input.nonce, input.nonce_count, input.cnonce, input.qop, ha2});
}

std::string make_challenge(DigestAlgorithm algorithm, std::string_view realm, std::string_view nonce,
                           bool stale) {
  std::string out;
  out.reserve(realm.size() + nonce.size() + 80);
  out += "Digest realm=";
  append_quoted(out, realm);
  out += ", nonce=";
  append_quoted(out, nonce);
  out += ", algorithm=";
  out += to_string(algorithm);
  out += ", qop=\"auth\"";
  if (stale) out += ", stale=true";
  return out;
}

}  // namespace polyfon::sip
