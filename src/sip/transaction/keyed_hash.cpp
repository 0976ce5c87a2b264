#include "sip/transaction/keyed_hash.h"

#include <bit>

#include "base/text.h"

namespace polyfon::sip {

KeyedHash::Stream::Stream(std::uint64_t k0, std::uint64_t k1)
    : v0_(k0 ^ 0x736f6d6570736575ULL),
      v1_(k1 ^ 0x646f72616e646f6dULL),
      v2_(k0 ^ 0x6c7967656e657261ULL),
      v3_(k1 ^ 0x7465646279746573ULL) {}

void KeyedHash::Stream::round() {
  v0_ += v1_;
  v1_ = std::rotl(v1_, 13) ^ v0_;
  v0_ = std::rotl(v0_, 32);
  v2_ += v3_;
  v3_ = std::rotl(v3_, 16) ^ v2_;
  v0_ += v3_;
  v3_ = std::rotl(v3_, 21) ^ v0_;
  v2_ += v1_;
  v1_ = std::rotl(v1_, 17) ^ v2_;
  v2_ = std::rotl(v2_, 32);
}

void KeyedHash::Stream::absorb() {
  v3_ ^= word_;
  round();
  round();
  v0_ ^= word_;
  word_ = 0;
}

KeyedHash::Stream& KeyedHash::Stream::add_lower(std::string_view text) {
  for (char c : text) byte(static_cast<unsigned char>(base::to_lower(c)));
  byte(0);
  return *this;
}

std::uint64_t KeyedHash::Stream::finish() {
  word_ |= count_ << 56;
  absorb();
  v2_ ^= 0xff;
  for (int i = 0; i < 4; ++i) round();
  return v0_ ^ v1_ ^ v2_ ^ v3_;
}

}  // namespace polyfon::sip
