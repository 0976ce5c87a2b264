#include "base/random.h"

#include <array>
#include <cstring>
#include <deque>
#include <set>

#include <gtest/gtest.h>

namespace polyfon::base {
namespace {

// Gives the numbers it was told to give.
class ScriptedRandom final : public Random {
 public:
  explicit ScriptedRandom(std::deque<std::uint64_t> numbers) : numbers_(std::move(numbers)) {}
  void fill(std::span<std::byte> out) override {
    ASSERT_EQ(out.size(), sizeof(std::uint64_t));
    std::memcpy(out.data(), &numbers_.front(), out.size());
    numbers_.pop_front();
  }
  std::size_t left() const { return numbers_.size(); }

 private:
  std::deque<std::uint64_t> numbers_;
};

TEST(Random, below_stays_below_its_bound) {
  SeededRandom random(1);
  for (std::uint64_t bound : {1u, 2u, 3u, 10u, 1000u})
    for (int i = 0; i < 1000; ++i) EXPECT_LT(random.below(bound), bound);
}

TEST(Random, below_reaches_every_value_about_equally_often) {
  SeededRandom random(2);
  std::array<int, 10> seen{};
  for (int i = 0; i < 100'000; ++i) ++seen[random.below(10)];
  for (int count : seen) EXPECT_NEAR(count, 10'000, 500);
}

TEST(Random, below_draws_again_past_the_last_whole_multiple) {
  // 2^64 = 3 * 6148914691236517205 + 1: the greatest number belongs to no whole multiple of 3.
  ScriptedRandom random({UINT64_MAX, 5});
  EXPECT_EQ(random.below(3), 2u);
  EXPECT_EQ(random.left(), 0u);
}

TEST(Random, below_a_power_of_two_never_draws_again) {
  ScriptedRandom random({UINT64_MAX, 0});
  EXPECT_EQ(random.below(8), 7u);
  EXPECT_EQ(random.left(), 1u);
}

TEST(Random, token_is_of_small_letters_and_digits) {
  SeededRandom random(3);
  std::string token = random.token(500);
  EXPECT_EQ(token.size(), 500u);
  EXPECT_EQ(token.find_first_not_of("0123456789abcdefghijklmnopqrstuvwxyz"), std::string::npos);
  EXPECT_EQ(std::set<char>(token.begin(), token.end()).size(), 32u);
  EXPECT_EQ(random.token(0), "");
}

TEST(Random, seeded_random_replays) {
  SeededRandom a(7);
  SeededRandom b(7);
  SeededRandom other(8);
  auto first = a.token(40);
  EXPECT_EQ(first, b.token(40));
  EXPECT_NE(first, other.token(40));
}

TEST(Random, seeded_random_fills_odd_lengths) {
  SeededRandom random(9);
  std::array<std::byte, 13> bytes{};
  random.fill(bytes);
  EXPECT_NE(bytes[12], std::byte{});
}

TEST(Random, system_random_never_repeats_itself) {
  SystemRandom a;
  SystemRandom b;
  std::set<std::uint64_t> seen;
  for (int i = 0; i < 1000; ++i) {
    seen.insert(a.next());
    seen.insert(b.next());
  }
  EXPECT_EQ(seen.size(), 2000u);
}

TEST(Random, system_random_fills_more_than_its_pool) {
  SystemRandom random;
  std::string token = random.token(1000);
  EXPECT_EQ(std::set<char>(token.begin(), token.end()).size(), 32u);
  EXPECT_NE(token.substr(0, 256), token.substr(256, 256));
}

}  // namespace
}  // namespace polyfon::base
