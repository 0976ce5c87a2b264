#include "call/blame.h"

#include <gtest/gtest.h>

namespace polyfon::call {
namespace {

HangupCause of(std::initializer_list<int> statuses) {
  Blame blame;
  for (int status : statuses)
    blame.add(status, status ? cause_from_sip(status) : HangupCause::kSubscriberAbsent);
  return blame.cause();
}

TEST(Blame, nothing_has_failed) {
  EXPECT_EQ(Blame().cause(), HangupCause::kNone);
  EXPECT_EQ(Blame().status_to_pass(), 0);
}

TEST(Blame, rfc3261_16_7_6xx_counts_before_everything) {
  EXPECT_EQ(of({603, 486, 302}), cause_from_sip(603));
  EXPECT_EQ(of({404, 600, 484}), cause_from_sip(600));
}

TEST(Blame, rfc3261_16_7_what_helps_to_call_again_counts_before_other_refusals) {
  EXPECT_EQ(of({484, 486, 404}), cause_from_sip(484));
  EXPECT_EQ(of({486, 404, 480}), cause_from_sip(486));
}

TEST(Blame, rfc3261_16_7_4xx_counts_before_5xx_and_503_last) {
  EXPECT_EQ(of({404, 500}), cause_from_sip(404));
  EXPECT_EQ(of({503, 500}), cause_from_sip(500));
  EXPECT_EQ(of({408, 404, 408}), cause_from_sip(404));
}

TEST(Blame, an_account_that_is_not_there_says_least) {
  EXPECT_EQ(of({503, 0}), cause_from_sip(503));
  EXPECT_EQ(of({0}), HangupCause::kSubscriberAbsent);
}

TEST(Blame, of_equals_the_last_counts) { EXPECT_EQ(of({404, 480}), cause_from_sip(480)); }

TEST(Blame, rfc5393_what_is_about_loops_is_passed_on) {
  for (int status : {440, 482, 483}) {
    Blame blame;
    blame.add(status, cause_from_sip(status));
    EXPECT_EQ(blame.status_to_pass(), status);
    blame.add(486, HangupCause::kUserBusy);
    EXPECT_EQ(blame.status_to_pass(), 0);
  }
}

}  // namespace
}  // namespace polyfon::call
