// verify_response: the server's side (RFC 7616 3.4.6, RFC 3261 22.4).
#include <algorithm>

#include "base/text.h"
#include "sip/auth/quoting.h"
#include "sip/auth/response.h"

namespace polyfon::sip {
namespace {

bool is_nonce_count(std::string_view text) {  // 8LHEX; upper case is understood
  return text.size() == 8 && std::ranges::all_of(text, [](char c) {
           return base::is_digit(c) || (base::to_lower(c) >= 'a' && base::to_lower(c) <= 'f');
         });
}

// A parameter without its escapes; "" when absent or empty.
std::string_view parameter(const AuthValue& value, std::string_view name, std::string& storage) {
  return unescape_quoted(value.find(name).value_or(std::string_view()), storage);
}

bool equals(const AuthValue& value, std::string_view name, std::string_view expected) {
  std::string storage;
  auto found = value.find(name);
  return found && unescape_quoted(*found, storage) == expected;
}

}  // namespace

bool verify_response(const AuthValue& authorization, std::string_view method, std::string_view realm,
                     const Credentials& credentials) {
  if (!base::iequals(authorization.scheme, "Digest")) return false;
  auto algorithm = parse_digest_algorithm(authorization.find("algorithm"));
  if (!algorithm || !equals(authorization, "realm", realm) ||
      !equals(authorization, "username", credentials.user))
    return false;

  ResponseInput input;
  std::string nonce, uri, cnonce;  // hold what had escapes: seldom
  input.method = method;
  input.nonce = parameter(authorization, "nonce", nonce);
  input.uri = parameter(authorization, "uri", uri);
  if (input.nonce.empty() || input.uri.empty()) return false;
  if (auto qop = authorization.find("qop")) {
    // RFC 7616 3.4: with qop, nc and cnonce must be there. auth-int is not offered, so nobody may choose it.
    if (!base::iequals(*qop, "auth")) return false;
    input.qop = *qop;
    input.nonce_count = authorization.find("nc").value_or(std::string_view());
    input.cnonce = parameter(authorization, "cnonce", cnonce);
    if (!is_nonce_count(input.nonce_count) || input.cnonce.empty()) return false;
  }

  auto ha1 = ha1_of(credentials, *algorithm, realm);
  auto response = authorization.find("response");
  if (!ha1 || !response || response->size() != hex_length(*algorithm)) return false;
  char given[HexDigest::kMaxSize];  // some send upper case
  std::ranges::transform(*response, given, base::to_lower);
  return base::equal_constant_time(compute_response(*algorithm, *ha1, input), {given, response->size()});
}

}  // namespace polyfon::sip
