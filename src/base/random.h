// Random: chance is an argument too. SystemRandom draws from the kernel and is fit for tags, nonces and keys;
// SeededRandom replays and is for tests/sim only. thread: its owner's.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace polyfon::base {

class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(std::span<std::byte> out) = 0;

  std::uint64_t next();
  // Uniform in [0, bound); bound > 0.
  std::uint64_t below(std::uint64_t bound);
  // `length` characters of [0-9a-z]: tags, branches, Call-IDs (5 bits each).
  std::string token(std::size_t length);
};

class SystemRandom final : public Random {
 public:
  void fill(std::span<std::byte> out) override;

 private:
  std::byte pool_[256];
  std::size_t left_ = 0;
};

class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : state_(seed) {}
  void fill(std::span<std::byte> out) override;

 private:
  std::uint64_t state_;
};

}  // namespace polyfon::base
