#include "base/random.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <sys/random.h>

namespace polyfon::base {

std::uint64_t Random::next() {
  std::uint64_t value = 0;
  fill(std::as_writable_bytes(std::span(&value, 1)));
  return value;
}

std::uint64_t Random::below(std::uint64_t bound) {
  // What is left over after the last whole multiple of bound is drawn again, or the small numbers would be
  // likelier.
  std::uint64_t excess = (UINT64_MAX % bound + 1) % bound;
  std::uint64_t value = next();
  while (value > UINT64_MAX - excess) value = next();
  return value % bound;
}

std::string Random::token(std::size_t length) {
  static constexpr char kAlphabet[] = "0123456789abcdefghijklmnopqrstuvwxyz";  // the first 32: five bits each
  std::string out(length, '0');
  fill(std::as_writable_bytes(std::span(out)));
  for (char& c : out) c = kAlphabet[static_cast<unsigned char>(c) & 31];
  return out;
}

void SystemRandom::fill(std::span<std::byte> out) {
  while (!out.empty()) {
    if (left_ == 0) {
      // Up to 256 bytes are never interrupted nor short (getrandom(2)); without the kernel's randomness no
      // tag, nonce or key may be made.
      if (::getrandom(pool_, sizeof pool_, 0) != static_cast<ssize_t>(sizeof pool_)) std::abort();
      left_ = sizeof pool_;
    }
    std::size_t n = std::min(left_, out.size());
    std::byte* from = pool_ + (sizeof pool_ - left_);
    std::memcpy(out.data(), from, n);
    std::memset(from, 0, n);  // a later look at this memory finds nothing that was handed out
    left_ -= n;
    out = out.subspan(n);
  }
}

void SeededRandom::fill(std::span<std::byte> out) {
  while (!out.empty()) {
    std::uint64_t z = state_ += 0x9E3779B97F4A7C15u;  // splitmix64
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    z ^= z >> 31;
    std::size_t n = std::min(sizeof z, out.size());
    std::memcpy(out.data(), &z, n);
    out = out.subspan(n);
  }
}

}  // namespace polyfon::base
