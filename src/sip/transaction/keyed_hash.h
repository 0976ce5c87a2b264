// KeyedHash: SipHash-2-4 under a key drawn at start, so that a stranger can neither collide our tables nor
// forge our branches and tags. Parts are separated: ("a","bc") and ("ab","c") differ. thread: any.
#pragma once
#include <cstdint>
#include <string_view>

#include "base/random.h"

namespace polyfon::sip {

class KeyedHash {
 public:
  explicit KeyedHash(base::Random& random) : k0_(random.next()), k1_(random.next()) {}
  KeyedHash(std::uint64_t k0, std::uint64_t k1) : k0_(k0), k1_(k1) {}

  class Stream {
   public:
    Stream(std::uint64_t k0, std::uint64_t k1);
    Stream& add(std::string_view text) {
      for (char c : text) byte(static_cast<unsigned char>(c));
      byte(0);  // the parser lets no NUL through
      return *this;
    }
    Stream& add_lower(std::string_view text);  // ASCII case does not count
    Stream& add(std::uint64_t number) {
      for (int i = 0; i < 8; ++i) byte(static_cast<unsigned char>(number >> (8 * i)));
      return *this;
    }
    std::uint64_t finish();

   private:
    void byte(unsigned char c) {
      word_ |= std::uint64_t{c} << (8 * (count_ & 7));
      if ((++count_ & 7) == 0) absorb();
    }
    void absorb();
    void round();
    std::uint64_t v0_, v1_, v2_, v3_;
    std::uint64_t word_ = 0;
    std::uint64_t count_ = 0;
  };

  Stream start() const { return {k0_, k1_}; }
  std::uint64_t operator()(std::uint64_t number) const { return start().add(number).finish(); }

 private:
  std::uint64_t k0_, k1_;
};

}  // namespace polyfon::sip
