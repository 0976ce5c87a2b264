// OpenSSL's direct MD5 and SHA-256. They are marked deprecated for EVP, which looks the algorithm up and
// allocates a context for each of the three hashes of a request; here a hash is a struct on the stack.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "sip/auth/hash.h"

#include <openssl/md5.h>
#include <openssl/sha.h>

namespace polyfon::sip {
namespace {

template <class Context, auto kInit, auto kUpdate, auto kFinal, std::size_t kSize>
HexDigest run(std::initializer_list<std::string_view> parts) {
  Context context;
  kInit(&context);
  bool first = true;
  for (std::string_view part : parts) {
    if (!first) kUpdate(&context, ":", 1);
    first = false;
    kUpdate(&context, part.data(), part.size());
  }
  unsigned char raw[kSize];
  kFinal(raw, &context);
  HexDigest digest;
  digest.size = kSize * 2;
  char* out = digest.text;
  for (unsigned char byte : raw) {
    *out++ = "0123456789abcdef"[byte >> 4];
    *out++ = "0123456789abcdef"[byte & 15];
  }
  return digest;
}

}  // namespace

HexDigest hash_joined(DigestAlgorithm algorithm, std::initializer_list<std::string_view> parts) {
  if (algorithm == DigestAlgorithm::kSha256)
    return run<SHA256_CTX, SHA256_Init, SHA256_Update, SHA256_Final, SHA256_DIGEST_LENGTH>(parts);
  return run<MD5_CTX, MD5_Init, MD5_Update, MD5_Final, MD5_DIGEST_LENGTH>(parts);
}

}  // namespace polyfon::sip
