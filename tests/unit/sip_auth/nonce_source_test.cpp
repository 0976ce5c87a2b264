#include "base/text.h"
#include "samples.h"

namespace polyfon::sip {
namespace {

using namespace std::chrono_literals;
using Verdict = NonceSource::Verdict;

struct Nonces : testing::Test {
  base::SeededRandom random{1};
  NonceSource source{random, 300s};
  base::Instant start{base::Duration(1'000'000s)};
};

TEST_F(Nonces, are_fresh_for_their_lifetime_and_stale_after) {
  std::string nonce = source.make(start);
  EXPECT_EQ(source.check(nonce, start), Verdict::kFresh);
  EXPECT_EQ(source.check(nonce, start + 300s), Verdict::kFresh);
  EXPECT_EQ(source.check(nonce, start + 300s + 1ns), Verdict::kStale);
  EXPECT_EQ(source.check(nonce, start + 24h * 365), Verdict::kStale);
}

TEST_F(Nonces, have_a_named_length_of_lower_case_hex) {
  std::string nonce = source.make(start);
  EXPECT_EQ(nonce.size(), NonceSource::kLength);
  EXPECT_EQ(nonce.find_first_not_of("0123456789abcdef"), nonce.npos);
}

TEST_F(Nonces, differ_from_instant_to_instant) { EXPECT_NE(source.make(start), source.make(start + 1ns)); }

TEST_F(Nonces, of_the_future_are_forged) {
  EXPECT_EQ(source.check(source.make(start + 1ns), start), Verdict::kForged);
}

TEST_F(Nonces, of_another_source_are_forged) {
  NonceSource other(random, 300s);
  EXPECT_EQ(source.check(other.make(start), start), Verdict::kForged);
}

TEST_F(Nonces, with_any_character_changed_are_forged) {
  std::string nonce = source.make(start);
  for (std::size_t i = 0; i < nonce.size(); ++i) {
    std::string changed = nonce;
    changed[i] = changed[i] == '0' ? '1' : '0';
    EXPECT_EQ(source.check(changed, start + 1s), Verdict::kForged) << i;
  }
}

TEST_F(Nonces, of_another_length_or_case_are_forged) {
  std::string nonce = source.make(start);
  EXPECT_EQ(source.check("", start), Verdict::kForged);
  EXPECT_EQ(source.check(nonce + "0", start), Verdict::kForged);
  EXPECT_EQ(source.check(nonce.substr(1), start), Verdict::kForged);
  EXPECT_EQ(source.check(base::upper(nonce), start), Verdict::kForged);
  EXPECT_EQ(source.check(std::string(NonceSource::kLength, 'z'), start), Verdict::kForged);
}

TEST_F(Nonces, work_from_the_first_instant_of_the_clock) {
  EXPECT_EQ(source.check(source.make(base::Instant{}), base::Instant{}), Verdict::kFresh);
}

TEST_F(Nonces, live_five_minutes_unless_told) {
  NonceSource plain(random);
  EXPECT_EQ(plain.check(plain.make(start), start + 300s), Verdict::kFresh);
  EXPECT_EQ(plain.check(plain.make(start), start + 301s), Verdict::kStale);
}

}  // namespace
}  // namespace polyfon::sip
