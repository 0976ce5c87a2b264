// What client and server compute alike: HA1 from credentials and the response (RFC 7616 3.4). thread: any.
#pragma once
#include <optional>
#include <string_view>

#include "sip/auth/digest.h"
#include "sip/auth/hash.h"

namespace polyfon::sip {

// nullopt: the credentials hold nothing for that algorithm.
std::optional<HexDigest> ha1_of(const Credentials& credentials, DigestAlgorithm algorithm,
                                std::string_view realm);

struct ResponseInput {
  std::string_view nonce;
  std::string_view nonce_count;  // 8 hex digits
  std::string_view cnonce;
  std::string_view qop;  // "": RFC 2069, without nonce_count and cnonce
  std::string_view method;
  std::string_view uri;
};
HexDigest compute_response(DigestAlgorithm algorithm, std::string_view ha1, const ResponseInput& input);

}  // namespace polyfon::sip
