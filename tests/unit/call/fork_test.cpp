// The order in which the phones of one account are called.
#include "call/fork.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace polyfon::call {
namespace {

using config::Forking;
using testing::ElementsAre;
using testing::IsEmpty;

ContactAddress contact(std::string uri, unsigned q = 1000, std::string instance = "") {
  ContactAddress result{.uri = std::move(uri), .flow = {}, .path = {}};
  result.q = q;
  result.instance = std::move(instance);
  return result;
}

std::vector<std::string> names(const std::vector<ContactAddress>& group) {
  std::vector<std::string> result;
  for (const auto& each : group) result.push_back(each.uri);
  return result;
}

TEST(ForkOrder, those_with_one_q_are_one_group) {
  Fork fork({contact("a"), contact("b"), contact("c")}, Forking::kByQ);
  EXPECT_TRUE(fork.has_next_group());
  EXPECT_THAT(names(fork.next_group()), ElementsAre("a", "b", "c"));
  EXPECT_FALSE(fork.has_next_group());
  EXPECT_THAT(fork.next_group(), IsEmpty());
}

TEST(ForkOrder, rfc3261_16_6_the_highest_q_comes_first) {
  Fork fork({contact("low", 100), contact("high", 900), contact("middle", 500), contact("high too", 900)},
            Forking::kByQ);
  EXPECT_THAT(names(fork.next_group()), ElementsAre("high", "high too"));
  EXPECT_THAT(names(fork.next_group()), ElementsAre("middle"));
  EXPECT_THAT(names(fork.next_group()), ElementsAre("low"));
  EXPECT_THAT(fork.next_group(), IsEmpty());
}

TEST(ForkOrder, all_at_once_knows_no_groups) {
  Fork fork({contact("low", 100), contact("high", 900)}, Forking::kAll);
  EXPECT_THAT(names(fork.next_group()), ElementsAre("high", "low"));
  EXPECT_FALSE(fork.has_next_group());
}

TEST(ForkOrder, rfc5626_7_one_flow_of_a_phone_at_a_time) {
  Fork fork({contact("a2", 1000, "a"), contact("b", 1000, "b"), contact("a1", 1000, "a"), contact("c")},
            Forking::kAll);
  EXPECT_THAT(names(fork.next_group()), ElementsAre("a2", "b", "c"));
  EXPECT_EQ(fork.next_flow("a")->uri, "a1");
  EXPECT_FALSE(fork.next_flow("a"));
  EXPECT_FALSE(fork.next_flow("b"));
  EXPECT_FALSE(fork.next_flow(""));
}

TEST(ForkOrder, rfc3261_16_7_who_declines_for_all_is_not_called_again) {
  Fork fork({contact("a2", 1000, "a"), contact("a1", 1000, "a"), contact("low", 100)}, Forking::kByQ);
  fork.next_group();
  fork.stop();
  EXPECT_FALSE(fork.has_next_group());
  EXPECT_FALSE(fork.next_flow("a"));
}

TEST(ForkOrder, rfc5626_7_only_what_is_no_answer_of_the_phone_is_a_failed_flow) {
  EXPECT_TRUE(is_failed_flow(430, true));
  EXPECT_TRUE(is_failed_flow(408, true));
  EXPECT_TRUE(is_failed_flow(408, false));
  EXPECT_TRUE(is_failed_flow(503, false));
  EXPECT_FALSE(is_failed_flow(503, true));
  for (int status : {302, 404, 480, 486, 500, 600, 603}) EXPECT_FALSE(is_failed_flow(status, true)) << status;
}

}  // namespace
}  // namespace polyfon::call
