// NonceSource: a nonce is 16 hex digits of the time in nanoseconds, and 16 of the keyed hash over them (RFC
// 7616 3.3 describes the like).
#include <charconv>

#include "base/text.h"
#include "sip/auth/digest.h"
#include "sip/auth/siphash.h"

namespace polyfon::sip {
namespace {

constexpr std::size_t kHalf = NonceSource::kLength / 2;

void write_hex(char* out, std::uint64_t value) {
  for (std::size_t i = kHalf; i-- > 0; value >>= 4) out[i] = "0123456789abcdef"[value & 15];
}

std::uint64_t seal(const unsigned char (&key)[16], std::string_view stamp) {
  return siphash(key, {reinterpret_cast<const unsigned char*>(stamp.data()), stamp.size()});
}

}  // namespace

NonceSource::NonceSource(base::Random& random, base::Duration lifetime) : lifetime_(lifetime) {
  random.fill(std::as_writable_bytes(std::span(key_)));
}

std::string NonceSource::make(base::Instant now) const {
  std::string nonce(kLength, '0');
  write_hex(nonce.data(), static_cast<std::uint64_t>(now.time_since_epoch().count()));
  write_hex(nonce.data() + kHalf, seal(key_, {nonce.data(), kHalf}));
  return nonce;
}

NonceSource::Verdict NonceSource::check(std::string_view nonce, base::Instant now) const {
  if (nonce.size() != kLength) return Verdict::kForged;
  std::string_view stamp = nonce.substr(0, kHalf);
  char expected[kHalf];
  write_hex(expected, seal(key_, stamp));
  if (!base::equal_constant_time(nonce.substr(kHalf), {expected, kHalf})) return Verdict::kForged;
  // From here the stamp is one that we wrote.
  std::uint64_t bits = 0;
  std::from_chars(stamp.data(), stamp.data() + stamp.size(), bits, 16);
  base::Duration age = now.time_since_epoch() - base::Duration(static_cast<base::Duration::rep>(bits));
  if (age < base::Duration::zero()) return Verdict::kForged;
  return age > lifetime_ ? Verdict::kStale : Verdict::kFresh;
}

}  // namespace polyfon::sip
