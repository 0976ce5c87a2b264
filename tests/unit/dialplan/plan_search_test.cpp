// Plan: the search of a step (asterisk 1.3, "Search per step").
#include <gtest/gtest.h>

#include "samples.h"

namespace polyfon::dialplan {
namespace {

TEST(PlanSearch, a_literal_comes_before_a_pattern) {
  const auto plan = plan_of("[a]\nexten => _1XX,1,NoOp(pattern)\nexten => 100,1,NoOp(literal)\n");
  EXPECT_EQ(step_at(*plan, "a", "100"), "NoOp(literal)");
  EXPECT_EQ(step_at(*plan, "a", "101"), "NoOp(pattern)");
}

TEST(PlanSearch, a_literal_without_the_priority_falls_through_to_a_pattern) {
  const auto plan =
      plan_of("[a]\nexten => 100,1,NoOp(literal)\nexten => _1XX,1,NoOp(one)\nexten => _1XX,2,NoOp(two)\n");
  EXPECT_EQ(step_at(*plan, "a", "100", 1), "NoOp(literal)");
  EXPECT_EQ(step_at(*plan, "a", "100", 2), "NoOp(two)");
  EXPECT_EQ(step_at(*plan, "a", "100", 3), "");
}

TEST(PlanSearch, an_extension_is_spread_over_a_context_and_its_include) {
  const auto plan = plan_of(
      "[outer]\nexten => 2000,1,NoOp(outer)\ninclude => inner\n[inner]\nexten => 2000,2,NoOp(inner)\n");
  EXPECT_EQ(step_at(*plan, "outer", "2000", 1), "NoOp(outer)");
  EXPECT_EQ(step_at(*plan, "outer", "2000", 2), "NoOp(inner)");
}

TEST(PlanSearch, the_context_itself_comes_before_its_includes) {
  const auto plan = plan_of("[a]\ninclude => b\nexten => _X.,1,NoOp(a)\n[b]\nexten => 100,1,NoOp(b)\n");
  EXPECT_EQ(step_at(*plan, "a", "100"), "NoOp(a)");
}

TEST(PlanSearch, includes_go_depth_first_in_their_order) {
  const auto plan = plan_of(
      "[a]\ninclude => b\ninclude => c\n[b]\ninclude => d\n[c]\nexten => 1,1,NoOp(c)\n[d]\nexten => "
      "1,1,NoOp(d)\n");
  EXPECT_EQ(step_at(*plan, "a", "1"), "NoOp(d)");
}

TEST(PlanSearch, a_circle_of_includes_ends) {
  const auto plan = plan_of("[a]\ninclude => b\n[b]\ninclude => a\ninclude => b\nexten => 1,1,NoOp()\n");
  EXPECT_EQ(step_at(*plan, "a", "1"), "NoOp()");
  EXPECT_EQ(step_at(*plan, "a", "2"), "");
}

TEST(PlanSearch, a_chain_of_includes_has_a_limit) {
  std::string text;
  for (int i = 0; i < 200; ++i)
    text += "[c" + std::to_string(i) + "]\ninclude => c" + std::to_string(i + 1) + "\n";
  text += "[c200]\nexten => 1,1,NoOp()\n";
  const auto plan = plan_of(text);
  EXPECT_EQ(step_at(*plan, "c0", "1"), "");
  EXPECT_EQ(step_at(*plan, "c100", "1"), "NoOp()");
}

TEST(PlanSearch, includes_keep_their_hours) {
  const auto plan = plan_of(
      "[a]\ninclude => day,9:00-17:00,mon-fri,*,*,UTC\ninclude => night\n"
      "[day]\nexten => 1,1,NoOp(day)\n[night]\nexten => 1,1,NoOp(night)\n");
  EXPECT_EQ(step_at(*plan, "a", "1", 1, {}, utc(2026, 3, 2, 12)), "NoOp(day)");
  EXPECT_EQ(step_at(*plan, "a", "1", 1, {}, utc(2026, 3, 2, 20)), "NoOp(night)");
  EXPECT_EQ(step_at(*plan, "a", "1", 1, {}, utc(2026, 3, 1, 12)), "NoOp(night)");
}

TEST(PlanSearch, the_caller_may_be_part_of_the_extension) {
  const auto plan = plan_of(
      "[a]\nexten => 100,1,NoOp(all)\nexten => 100/200,1,NoOp(from 200)\n"
      "exten => 100/_3XX,1,NoOp(from 3XX)\n");
  EXPECT_EQ(step_at(*plan, "a", "100", 1, "200"), "NoOp(from 200)");
  EXPECT_EQ(step_at(*plan, "a", "100", 1, "355"), "NoOp(from 3XX)");
  EXPECT_EQ(step_at(*plan, "a", "100", 1, "400"), "NoOp(all)");
  EXPECT_EQ(step_at(*plan, "a", "100", 1, ""), "NoOp(all)");
}

TEST(PlanSearch, an_empty_caller_part_takes_calls_without_caller_id) {
  const auto plan = plan_of("[a]\nexten => 100/,1,NoOp(anonymous)\nexten => 100,1,NoOp(known)\n");
  EXPECT_EQ(step_at(*plan, "a", "100", 1, ""), "NoOp(anonymous)");
  EXPECT_EQ(step_at(*plan, "a", "100", 1, "200"), "NoOp(known)");
}

TEST(PlanSearch, context_names_keep_their_case) {
  const auto plan = plan_of("[Office]\nexten => 1,1,NoOp(big)\n[office]\nexten => 1,1,NoOp(small)\n");
  EXPECT_EQ(step_at(*plan, "Office", "1"), "NoOp(big)");
  EXPECT_EQ(step_at(*plan, "office", "1"), "NoOp(small)");
  EXPECT_EQ(step_at(*plan, "OFFICE", "1"), "");
}

TEST(PlanSearch, patterns_match_the_special_extensions_too) {
  const auto plan = plan_of("[a]\nexten => _[hit],1,Hangup()\n");
  for (std::string_view name : {"h", "i", "t"}) EXPECT_EQ(step_at(*plan, "a", name), "Hangup()");
  EXPECT_EQ(step_at(*plan, "a", "s"), "");
}

TEST(PlanSearch, finds_labels_in_includes) {
  const auto plan = plan_of("[a]\ninclude => b\nexten => 1,1,NoOp()\n[b]\nexten => 1,5(busy),Hangup()\n");
  const auto found = plan->find_label("a", "1", "busy", "", utc(2026, 3, 2));
  ASSERT_TRUE(found);
  EXPECT_EQ(found.step->priority, 5);
  EXPECT_EQ(found.context->name, "b");
  EXPECT_FALSE(plan->find_label("a", "1", "free", "", utc(2026, 3, 2)));
  EXPECT_FALSE(plan->find_label("a", "1", "", "", utc(2026, 3, 2)));
}

bool can(const Plan& plan, std::string_view digits, MatchMode mode) {
  return plan.matches("a", digits, mode, "", utc(2026, 3, 2));
}

TEST(PlanSearch, tells_whether_more_digits_are_wanted) {
  const auto plan = plan_of("[a]\nexten => 1,1,NoOp()\nexten => 12,1,NoOp()\nexten => _3XX,1,NoOp()\n");
  EXPECT_TRUE(can(*plan, "", MatchMode::kMatchMore));
  EXPECT_TRUE(can(*plan, "1", MatchMode::kMatch));
  EXPECT_TRUE(can(*plan, "1", MatchMode::kMatchMore));
  EXPECT_FALSE(can(*plan, "12", MatchMode::kMatchMore));
  EXPECT_TRUE(can(*plan, "12", MatchMode::kCanMatch));
  EXPECT_TRUE(can(*plan, "34", MatchMode::kCanMatch));
  EXPECT_FALSE(can(*plan, "34", MatchMode::kMatch));
  EXPECT_FALSE(can(*plan, "345", MatchMode::kMatchMore));
  EXPECT_FALSE(can(*plan, "4", MatchMode::kCanMatch));
}

TEST(PlanSearch, only_extensions_with_priority_1_are_waited_for) {
  const auto plan = plan_of("[a]\nexten => 12,2,NoOp()\n");
  EXPECT_FALSE(can(*plan, "12", MatchMode::kMatch));
  EXPECT_FALSE(can(*plan, "1", MatchMode::kMatchMore));
}

TEST(PlanSearch, a_dot_always_wants_more) {
  const auto plan = plan_of("[a]\nexten => _X.,1,NoOp()\n");
  EXPECT_TRUE(can(*plan, "123", MatchMode::kMatch));
  EXPECT_TRUE(can(*plan, "123", MatchMode::kMatchMore));
}

TEST(PlanSearch, an_exclamation_mark_ends_the_collection) {
  const auto plan = plan_of("[a]\nexten => _X!,1,NoOp()\nexten => _X.,1,NoOp()\n");
  // "_X." is tried first and wants more; "_X!" is asked only when it comes first.
  EXPECT_TRUE(can(*plan, "12", MatchMode::kMatchMore));
  const auto early = plan_of("[a]\nexten => _1!,1,NoOp()\nexten => _X.,1,NoOp()\n");
  EXPECT_FALSE(can(*early, "12", MatchMode::kMatchMore));
  EXPECT_TRUE(can(*early, "22", MatchMode::kMatchMore));
}

TEST(PlanSearch, finds_a_literal_among_very_many) {
  std::string text = "[a]\n";
  for (int i = 0; i < 3000; ++i)
    text += "exten => " + std::to_string(100000 + i * 7) + ",1,NoOp(" + std::to_string(i) + ")\n";
  const auto plan = plan_of(text + "exten => _1XXXXX,1,NoOp(pattern)\n");
  for (int i = 0; i < 3000; i += 100) {
    EXPECT_EQ(step_at(*plan, "a", std::to_string(100000 + i * 7)), "NoOp(" + std::to_string(i) + ")");
    EXPECT_EQ(step_at(*plan, "a", std::to_string(100001 + i * 7)), "NoOp(pattern)");
  }
}

TEST(PlanSearch, dashes_in_what_is_dialled_do_not_count) {
  const auto plan = plan_of("[a]\nexten => 555-1234,1,NoOp(x)\nexten => 5551235,1,NoOp(y)\n");
  EXPECT_EQ(step_at(*plan, "a", "5551234"), "NoOp(x)");
  EXPECT_EQ(step_at(*plan, "a", "555-1235"), "NoOp(y)");
}

TEST(PlanSearch, finds_hints_by_pattern) {
  const auto plan = plan_of("[a]\nexten => _1XX,hint,SIP/${EXTEN}\nexten => 100,1,NoOp()\n");
  const auto* found = plan->find_hint("a", "100", utc(2026, 3, 2));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->hint, "SIP/${EXTEN}");
  EXPECT_FALSE(plan->find_hint("a", "200", utc(2026, 3, 2)));
}

TEST(PlanSearch, an_unknown_context_has_nothing) {
  const auto plan = plan_of("[a]\nexten => 1,1,NoOp()\n");
  EXPECT_EQ(step_at(*plan, "b", "1"), "");
  EXPECT_FALSE(plan->matches("b", "1", MatchMode::kCanMatch, "", utc(2026, 3, 2)));
  EXPECT_FALSE(plan->find_hint("b", "1", utc(2026, 3, 2)));
}

}  // namespace
}  // namespace polyfon::dialplan
