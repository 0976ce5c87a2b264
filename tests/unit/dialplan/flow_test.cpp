// Flow: where a call goes next (asterisk 1.4).
#include "dialplan/flow.h"

#include <gtest/gtest.h>

#include "samples.h"

namespace polyfon::dialplan {
namespace {

using Kind = Flow::Next::Kind;

// A call on a plan, with everything around it replaced by the test.
class Call {
 public:
  Call(std::string_view plan, call::DialplanPosition start)
      : plan_(plan_of(plan)), position_(std::move(start)), flow_(position_) {}

  Flow::View view() const { return {*plan_, caller_, utc(2026, 3, 2, 12)}; }
  std::string begin() { return told(flow_.begin(view())); }
  std::string after(AppResult result, std::string_view dial_status = {}) {
    const auto ran = position_;
    return told(flow_.after(view(), ran, result, dial_status));
  }
  std::string go_to(call::DialplanPosition to, AppResult result = AppResult::jump()) {
    const auto ran = position_;
    position_ = std::move(to);
    return told(flow_.after(view(), ran, result, {}));
  }
  // Dials as long as digits are wanted; returns what was not taken.
  std::string_view dial(std::string_view digits) {
    while (!digits.empty() && flow_.wants_more(view())) {
      flow_.dialled(digits.front());
      digits.remove_prefix(1);
    }
    return digits;
  }
  std::string collected() { return told(flow_.collected(view())); }
  const call::DialplanPosition& position() const { return position_; }
  Flow::Next last;

 private:
  std::string told(Flow::Next next) {
    last = std::move(next);
    switch (last.kind) {
      case Kind::kStep: return last.found.step->application + "(" + last.found.step->arguments + ")";
      case Kind::kCollect: return "collect";
      case Kind::kCongestion: return "congestion";
      case Kind::kBusy: return "busy";
      case Kind::kHangup: return "hangup";
    }
    return {};
  }
  std::shared_ptr<const Plan> plan_;
  std::string caller_;
  call::DialplanPosition position_;
  Flow flow_;
};

TEST(Flow, goes_from_priority_to_priority) {
  Call call("[a]\nexten => 1,1,A()\nsame => n,B()\n", {"a", "1", 1});
  EXPECT_EQ(call.begin(), "A()");
  EXPECT_EQ(call.after(AppResult::go_on()), "B()");
  EXPECT_EQ(call.position().priority, 2);
}

TEST(Flow, starts_at_s_without_an_extension) {
  Call call("[a]\nexten => s,1,A()\n", {"a", "", 1});
  EXPECT_EQ(call.begin(), "A()");
  EXPECT_EQ(call.position().extension, "s");
}

TEST(Flow, starts_at_s_when_the_extension_does_not_exist) {
  Call call("[a]\nexten => s,1,A()\n", {"a", "100", 1});
  EXPECT_EQ(call.begin(), "A()");
  EXPECT_EQ(call.position().extension, "s");
}

TEST(Flow, may_start_behind_priority_1) {
  Call call("[a]\nexten => s,1,A()\nexten => 100,5,B()\n", {"a", "100", 5});
  EXPECT_EQ(call.begin(), "B()");
}

TEST(Flow, an_application_may_move_the_call) {
  Call call("[a]\nexten => 1,1,A()\n[b]\nexten => 2,3,B()\n", {"a", "1", 1});
  call.begin();
  EXPECT_EQ(call.go_to({"b", "2", 3}), "B()");
}

TEST(Flow, an_application_that_moved_the_call_and_goes_on_is_there) {
  Call call("[a]\nexten => 1,1,A()\n[b]\nexten => 2,3,B()\n", {"a", "1", 1});
  call.begin();
  EXPECT_EQ(call.go_to({"b", "2", 3}, AppResult::go_on()), "B()");
}

TEST(Flow, a_jump_to_itself_stays) {
  Call call("[a]\nexten => 1,1,A()\nsame => n,B()\n", {"a", "1", 1});
  call.begin();
  EXPECT_EQ(call.go_to({"a", "1", 1}), "A()");
}

TEST(Flow, an_application_may_end_the_call) {
  Call call("[a]\nexten => 1,1,A()\nsame => n,B()\n", {"a", "1", 1});
  call.begin();
  EXPECT_EQ(call.after(AppResult::hangup()), "hangup");
}

TEST(Flow, falls_through_by_what_became_of_the_dialling) {
  for (auto [status, what] : {std::pair{"CONGESTION", "congestion"},
                              {"CHANUNAVAIL", "congestion"},
                              {"BUSY", "busy"},
                              {"NOANSWER", "hangup"},
                              {"ANSWER", "hangup"},
                              {"", "hangup"}}) {
    Call call("[a]\nexten => 1,1,Dial()\n", {"a", "1", 1});
    call.begin();
    EXPECT_EQ(call.after(AppResult::go_on(), status), what) << status;
  }
}

TEST(Flow, without_autofallthrough_it_waits_for_digits) {
  Call call("[general]\nautofallthrough=no\n[a]\nexten => 1,1,A()\nexten => 22,1,B()\n", {"a", "1", 1});
  call.begin();
  EXPECT_EQ(call.after(AppResult::go_on(), "BUSY"), "collect");
  EXPECT_EQ(call.last.timeout, kResponseTimeout);
  call.dial("22");
  EXPECT_EQ(call.collected(), "B()");
}

TEST(Flow, an_unknown_extension_goes_to_i) {
  Call call("[a]\nexten => 1,1,A()\n[b]\nexten => i,1,Invalid()\n", {"a", "1", 1});
  call.begin();
  EXPECT_EQ(call.go_to({"b", "999", 1}), "Invalid()");
  EXPECT_EQ(call.last.invalid_extension, "999");
  EXPECT_EQ(call.position().extension, "i");
}

TEST(Flow, without_i_it_goes_to_e) {
  Call call("[a]\nexten => 1,1,A()\n[b]\nexten => e,1,Error()\n", {"a", "1", 1});
  call.begin();
  EXPECT_EQ(call.go_to({"b", "999", 1}), "Error()");
  EXPECT_FALSE(call.last.invalid_extension);
}

TEST(Flow, without_both_the_call_ends_and_it_is_said) {
  Call call("[a]\nexten => 1,1,A()\n[b]\nexten => 1,1,B()\n", {"a", "1", 1});
  call.begin();
  EXPECT_EQ(call.go_to({"b", "999", 1}), "hangup");
  EXPECT_NE(call.last.note.find("'999' is not in context 'b'"), std::string::npos);
}

TEST(Flow, a_context_that_is_gone_ends_the_call) {
  Call call("[a]\nexten => 1,1,A()\n", {"a", "1", 1});
  call.begin();
  EXPECT_EQ(call.go_to({"nowhere", "1", 1}), "hangup");
}

TEST(Flow, a_missing_priority_of_an_extension_that_exists_falls_through) {
  Call call("[a]\nexten => 1,1,A()\nexten => i,1,Invalid()\n", {"a", "1", 1});
  call.begin();
  EXPECT_EQ(call.go_to({"a", "1", 50}), "hangup");
}

TEST(Flow, a_digit_begins_a_new_extension) {
  Call call("[a]\nexten => s,1,Background()\nexten => 1,1,One()\nexten => 12,1,Twelve()\n", {"a", "s", 1});
  call.begin();
  EXPECT_EQ(call.after(AppResult::dialled('1')), "collect");
  EXPECT_EQ(call.last.timeout, kDigitTimeout);
  EXPECT_EQ(call.dial("2"), "");
  EXPECT_EQ(call.collected(), "Twelve()");
}

TEST(Flow, digits_are_collected_until_nothing_longer_matches) {
  Call call("[a]\nexten => s,1,Background()\nexten => 12,1,Twelve()\n", {"a", "s", 1});
  call.begin();
  call.after(AppResult::dialled('1'));
  EXPECT_EQ(call.dial("234"), "34");
}

TEST(Flow, no_further_digit_takes_the_shorter_extension) {
  Call call("[a]\nexten => s,1,Background()\nexten => 1,1,One()\nexten => 12,1,Twelve()\n", {"a", "s", 1});
  call.begin();
  call.after(AppResult::dialled('1'));
  EXPECT_EQ(call.collected(), "One()");
  EXPECT_EQ(call.position().extension, "1");
  EXPECT_EQ(call.position().priority, 1);
}

TEST(Flow, a_wrong_digit_is_invalid) {
  Call call("[a]\nexten => s,1,Background()\nexten => 1,1,One()\nexten => i,1,Invalid()\n", {"a", "s", 1});
  call.begin();
  call.after(AppResult::dialled('7'));
  EXPECT_EQ(call.dial("5"), "5");
  EXPECT_EQ(call.collected(), "Invalid()");
  EXPECT_EQ(call.last.invalid_extension, "7");
}

TEST(Flow, a_wrong_digit_without_i_ends_the_call) {
  Call call("[a]\nexten => s,1,Background()\n", {"a", "s", 1});
  call.begin();
  call.after(AppResult::dialled('7'));
  EXPECT_EQ(call.collected(), "hangup");
  EXPECT_FALSE(call.last.note.empty());
}

TEST(Flow, a_digit_may_belong_to_another_context) {
  Call call("[a]\nexten => s,1,Background()\n[menu]\nexten => 1,1,One()\n", {"a", "s", 1});
  call.begin();
  call.after(AppResult::dialled('1', "menu"));
  EXPECT_EQ(call.collected(), "One()");
  EXPECT_EQ(call.position().context, "menu");
}

TEST(Flow, nothing_dialled_goes_to_t) {
  Call call("[general]\nautofallthrough=no\n[a]\nexten => s,1,A()\nexten => t,1,Timeout()\n", {"a", "s", 1});
  call.begin();
  call.after(AppResult::go_on());
  EXPECT_EQ(call.collected(), "Timeout()");
}

TEST(Flow, nothing_dialled_without_t_goes_to_e_or_ends) {
  Call with("[general]\nautofallthrough=no\n[a]\nexten => s,1,A()\nexten => e,1,Error()\n", {"a", "s", 1});
  with.begin();
  with.after(AppResult::go_on());
  EXPECT_EQ(with.collected(), "Error()");
  Call without("[general]\nautofallthrough=no\n[a]\nexten => s,1,A()\n", {"a", "s", 1});
  without.begin();
  without.after(AppResult::go_on());
  EXPECT_EQ(without.collected(), "hangup");
}

TEST(Flow, digits_of_one_collection_do_not_stay_for_the_next) {
  Call call(
      "[general]\nautofallthrough=no\n[a]\nexten => s,1,A()\nexten => 1,1,One()\nexten => 11,1,Eleven()\n",
      {"a", "s", 1});
  call.begin();
  call.after(AppResult::go_on());
  call.dial("1");
  EXPECT_EQ(call.collected(), "One()");
  EXPECT_EQ(call.after(AppResult::go_on()), "collect");
  call.dial("1");
  EXPECT_EQ(call.collected(), "One()");
}

TEST(Flow, a_dot_collects_a_limited_number_of_digits) {
  Call call("[general]\nautofallthrough=no\n[a]\nexten => s,1,A()\nexten => _X.,1,Any()\n", {"a", "s", 1});
  call.begin();
  call.after(AppResult::go_on());
  EXPECT_EQ(call.dial(std::string(kMaxDialledDigits + 5, '5')).size(), 5U);
  EXPECT_EQ(call.collected(), "Any()");
}

TEST(Flow, a_reload_that_takes_the_extension_away_is_an_unknown_extension) {
  Call call("[a]\nexten => 2,1,B()\nexten => i,1,Invalid()\n", {"a", "1", 4});
  EXPECT_EQ(call.after(AppResult::go_on()), "Invalid()");
  EXPECT_EQ(call.last.invalid_extension, "1");
}

}  // namespace
}  // namespace polyfon::dialplan
