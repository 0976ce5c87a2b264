#include "net/dns_cache.h"

#include <gtest/gtest.h>

namespace polyfon::net {
namespace {

using namespace std::chrono_literals;

DnsAnswer answer(base::Duration ttl) { return {.records = Addresses{}, .ttl = ttl}; }

class Cache : public testing::Test {
 protected:
  base::Instant now{1h};
  DnsCache cache{{.min_ttl = 5s, .max_ttl = 100s, .negative_ttl = 30s, .entries = 3}};
};

TEST_F(Cache, an_answer_lives_as_long_as_its_records) {
  cache.put("a", answer(20s), now);
  EXPECT_TRUE(cache.find("a", now + 19s));
  EXPECT_FALSE(cache.find("a", now + 20s));
  EXPECT_EQ(cache.size(), 0u);
}

TEST_F(Cache, the_time_is_bounded_both_ways) {
  cache.put("short", answer(0s), now);
  cache.put("long", answer(24h), now);
  EXPECT_TRUE(cache.find("short", now + 4s));
  EXPECT_FALSE(cache.find("short", now + 5s));
  EXPECT_TRUE(cache.find("long", now + 99s));
  EXPECT_FALSE(cache.find("long", now + 100s));
}

TEST_F(Cache, that_there_is_nothing_is_kept_and_that_nobody_answered_is_not) {
  cache.put("none", base::fail(base::ErrorCode::kNotFound, "none"), now);
  cache.put("silence", base::fail(base::ErrorCode::kTimeout, "silence"), now);
  ASSERT_TRUE(cache.find("none", now + 29s));
  EXPECT_FALSE(cache.find("none", now + 29s)->has_value());
  EXPECT_FALSE(cache.find("none", now + 30s));
  EXPECT_FALSE(cache.find("silence", now));
}

TEST_F(Cache, what_was_asked_for_longest_ago_goes_when_it_is_full) {
  for (const char* name : {"a", "b", "c"}) cache.put(name, answer(50s), now);
  EXPECT_TRUE(cache.find("a", now));
  cache.put("d", answer(50s), now);
  EXPECT_EQ(cache.size(), 3u);
  EXPECT_TRUE(cache.find("a", now));
  EXPECT_FALSE(cache.find("b", now));
}

TEST_F(Cache, a_new_answer_replaces_the_old) {
  cache.put("a", answer(10s), now);
  cache.put("a", answer(50s), now + 5s);
  EXPECT_EQ(cache.size(), 1u);
  EXPECT_TRUE(cache.find("a", now + 40s));
  cache.put("a", base::fail(base::ErrorCode::kTimeout, "silence"), now + 40s);
  EXPECT_FALSE(cache.find("a", now + 40s));
}

}  // namespace
}  // namespace polyfon::net
