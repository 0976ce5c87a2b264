// answer_challenge: the client's side (RFC 7616 3.4, RFC 3261 22.2).
#include <fmt/format.h>

#include "base/text.h"
#include "sip/auth/quoting.h"
#include "sip/auth/response.h"

namespace polyfon::sip {
namespace {

using base::ErrorCode;

bool offers_auth(std::string_view options) {  // "auth,auth-int"
  while (auto option = next_in_list(options))
    if (base::iequals(base::trim(*option), "auth")) return true;
  return false;
}

// A parameter that is echoed as it came.
base::Result<std::string_view> echoed(const AuthValue& challenge, std::string_view name) {
  auto value = challenge.find(name);
  if (!value) return base::fail(ErrorCode::kInvalid, fmt::format("the challenge has no {}", name));
  if (!is_quoted_text(*value))
    return base::fail(ErrorCode::kInvalid, fmt::format("the challenge's {} is no quoted string: {}", name,
                                                       base::printable(*value, 64)));
  return *value;
}

void append_parameter(std::string& out, std::string_view name, std::string_view verbatim) {
  out += ", ";
  out += name;
  out += "=\"";
  out += verbatim;
  out += '"';
}

}  // namespace

base::Result<std::string> answer_challenge(const AuthValue& challenge, std::string_view method,
                                           std::string_view uri, const Credentials& credentials,
                                           std::uint32_t nonce_count, std::string_view cnonce) {
  if (!base::iequals(challenge.scheme, "Digest"))
    return base::fail(ErrorCode::kUnsupported, fmt::format("the challenge is {}, only Digest is answered",
                                                           base::printable(challenge.scheme, 32)));
  auto realm = echoed(challenge, "realm");
  if (!realm) return std::unexpected(std::move(realm.error()));
  auto nonce = echoed(challenge, "nonce");
  if (!nonce) return std::unexpected(std::move(nonce.error()));
  auto named = challenge.find("algorithm");
  auto algorithm = parse_digest_algorithm(named);
  if (!algorithm)
    return base::fail(ErrorCode::kUnsupported,
                      fmt::format("the challenge wants algorithm {}, MD5 and SHA-256 are answered",
                                  base::printable(*named, 32)));
  auto qop = challenge.find("qop");
  if (qop && !offers_auth(*qop))
    return base::fail(ErrorCode::kUnsupported,
                      fmt::format("the challenge wants qop {}, auth is answered", base::printable(*qop, 32)));

  std::string plain_realm, plain_nonce;
  auto ha1 = ha1_of(credentials, *algorithm, unescape_quoted(*realm, plain_realm));
  if (!ha1)
    return base::fail(ErrorCode::kUnsupported,
                      fmt::format("user {} has no secret that answers a {} challenge", credentials.user,
                                  to_string(*algorithm)));
  std::string count = fmt::format("{:08x}", nonce_count);
  ResponseInput input{unescape_quoted(*nonce, plain_nonce), count, cnonce, qop ? "auth" : "", method, uri};

  std::string out = "Digest username=";
  out.reserve(320);
  append_quoted(out, credentials.user);
  append_parameter(out, "realm", *realm);
  append_parameter(out, "nonce", *nonce);
  out += ", uri=";
  append_quoted(out, uri);
  append_parameter(out, "response", compute_response(*algorithm, *ha1, input));
  out += ", algorithm=";
  out += to_string(*algorithm);
  if (challenge.find("opaque")) {
    auto opaque = echoed(challenge, "opaque");
    if (!opaque) return std::unexpected(std::move(opaque.error()));
    append_parameter(out, "opaque", *opaque);
  }
  if (qop) {
    out += ", qop=auth, cnonce=";
    append_quoted(out, cnonce);
    out += ", nc=";
    out += count;
  }
  return out;
}

}  // namespace polyfon::sip
