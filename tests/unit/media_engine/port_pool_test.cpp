#include "media/engine/port_pool.h"

#include <set>

#include <gtest/gtest.h>

namespace polyfon::media {
namespace {

using namespace std::chrono_literals;

class Ports : public testing::Test {
 protected:
  base::SeededRandom random_{1};
  base::Instant now_{1h};
};

TEST_F(Ports, every_pair_is_even_within_the_range_and_given_once) {
  PortPool pool(10000, 10099);
  std::set<std::uint16_t> given;
  for (std::size_t i = 0; i < pool.pairs(); ++i) {
    auto port = pool.take(random_, now_);
    ASSERT_TRUE(port);
    EXPECT_EQ(*port % 2, 0);
    EXPECT_GE(*port, 10000);
    EXPECT_LE(*port + 1, 10099);
    given.insert(*port);
  }
  EXPECT_EQ(given.size(), 50u);
}

TEST_F(Ports, a_used_up_range_is_refused_by_name) {
  PortPool pool(10000, 10003);
  pool.take(random_, now_);
  pool.take(random_, now_);
  auto refused = pool.take(random_, now_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, base::ErrorCode::kUnavailable);
  EXPECT_NE(refused.error().text.find("10000 and 10003 (rtp.conf: rtpstart, rtpend)"), std::string::npos)
      << refused.error().text;
}

TEST_F(Ports, sipcases_5_3_4_a_port_rests_for_32_seconds_while_others_are_free) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    base::SeededRandom random(seed);
    PortPool pool(10000, 10005);
    auto port = pool.take(random, now_);
    pool.give_back(*port, now_);
    EXPECT_NE(*pool.take(random, now_ + 31999ms), *port);
    EXPECT_NE(*pool.take(random, now_ + 31999ms), *port);
  }
}

TEST_F(Ports, a_rested_port_is_chosen_like_any_other) {
  PortPool pool(10000, 10003);
  std::set<std::uint16_t> chosen;
  for (int i = 0; i < 20; ++i) {
    auto port = pool.take(random_, now_);
    chosen.insert(*port);
    pool.give_back(*port, now_);
    now_ += 32s;
  }
  EXPECT_EQ(chosen.size(), 2u);
}

TEST_F(Ports, the_pair_that_rested_longest_serves_when_nothing_else_is_free) {
  PortPool pool(10000, 10003);
  auto first = pool.take(random_, now_), second = pool.take(random_, now_);
  pool.give_back(*second, now_);
  pool.give_back(*first, now_ + 1s);
  EXPECT_FALSE(pool.take(random_, now_ + 999ms));  // it has only just been used
  EXPECT_EQ(*pool.take(random_, now_ + 3s), *second);
  EXPECT_EQ(*pool.take(random_, now_ + 3s), *first);
}

TEST_F(Ports, sipcases_5_3_4_the_order_is_random) {
  PortPool pool(10000, 19999);
  std::set<int> steps;
  int last = 0;
  for (int i = 0; i < 50; ++i) {
    int port = *pool.take(random_, now_);
    steps.insert(port - last);
    last = port;
  }
  EXPECT_GT(steps.size(), 45u);
}

TEST_F(Ports, an_odd_start_is_rounded_up) {
  PortPool pool(10001, 10004);
  EXPECT_EQ(*pool.take(random_, now_), 10002);
  EXPECT_EQ(pool.pairs(), 1u);
}

TEST_F(Ports, ranges_that_hold_no_pair_are_empty) {
  for (auto [first, last] : {std::pair{10000, 10000}, {10001, 10002}, {20000, 10000}, {65535, 65535}, {0, 0}})
    EXPECT_EQ(PortPool(static_cast<std::uint16_t>(first), static_cast<std::uint16_t>(last)).pairs(), 0u)
        << first << "-" << last;
}

TEST_F(Ports, the_last_pair_of_all_can_be_used) {
  PortPool pool(65534, 65535);
  EXPECT_EQ(*pool.take(random_, now_), 65534);
}

TEST_F(Ports, knows_both_ports_of_a_pair_in_use) {
  PortPool pool(10000, 10001);
  EXPECT_FALSE(pool.in_use(10000));
  pool.take(random_, now_);
  EXPECT_TRUE(pool.in_use(10000));
  EXPECT_TRUE(pool.in_use(10001));
  EXPECT_FALSE(pool.in_use(10002));
  EXPECT_FALSE(pool.in_use(9999));
  pool.give_back(10000, now_);
  EXPECT_FALSE(pool.in_use(10000));
  pool.give_back(10000, now_);
  EXPECT_EQ(pool.used(), 0u);
}

}  // namespace
}  // namespace polyfon::media
