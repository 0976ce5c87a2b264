// resolve_location: where Goto leads (asterisk 1.8).
#include "dialplan/location.h"

#include <gtest/gtest.h>

#include "samples.h"

namespace polyfon::dialplan {
namespace {

constexpr std::string_view kPlan =
    "[a]\nexten => 1,1,NoOp()\nsame => n(here),NoOp()\nexten => 2,3(there),NoOp()\n[b]\nexten => "
    "s,4(far),NoOp()\n";

base::Result<call::DialplanPosition> from_a(std::string_view text) {
  static const auto kLoaded = plan_of(kPlan);
  return resolve_location(*kLoaded, {"a", "1", 5}, text, "", utc(2026, 3, 2));
}
std::string where(std::string_view text) {
  const auto to = from_a(text);
  return to ? to->context + "," + to->extension + "," + std::to_string(to->priority) : "error";
}

TEST(Location, a_priority_stays_in_the_extension) { EXPECT_EQ(where("3"), "a,1,3"); }
TEST(Location, an_extension_stays_in_the_context) { EXPECT_EQ(where("2,1"), "a,2,1"); }
TEST(Location, a_context_may_be_named) { EXPECT_EQ(where("b,s,1"), "b,s,1"); }
TEST(Location, blanks_are_skipped) { EXPECT_EQ(where(" b , s , 1 "), "b,s,1"); }
TEST(Location, labels_are_looked_up_at_the_target) {
  EXPECT_EQ(where("here"), "a,1,2");
  EXPECT_EQ(where("2,there"), "a,2,3");
  EXPECT_EQ(where("b,s,far"), "b,s,4");
}
TEST(Location, labels_that_are_nowhere_are_errors) {
  EXPECT_EQ(where("there"), "error");
  EXPECT_EQ(where("b,s,here"), "error");
  EXPECT_EQ(where("none,s,here"), "error");
}
TEST(Location, priorities_may_be_relative) {
  EXPECT_EQ(where("+2"), "a,1,7");
  EXPECT_EQ(where("-4"), "a,1,1");
  EXPECT_EQ(where("2,+1"), "a,2,6");
  EXPECT_EQ(where("-5"), "error");
  EXPECT_EQ(where("+2000000000"), "error");
}
TEST(Location, what_follows_a_number_is_not_looked_at) {
  EXPECT_EQ(where("a,b,1)"), "a,b,1");
  EXPECT_EQ(where("menu,s,1,t&m"), "menu,s,1");
}
TEST(Location, places_need_not_exist) { EXPECT_EQ(where("nowhere,999,1"), "nowhere,999,1"); }
TEST(Location, no_priority_is_an_error) {
  EXPECT_EQ(where(""), "error");
  EXPECT_EQ(where("a,b,"), "error");
  EXPECT_EQ(where("0"), "error");
}
TEST(Location, empty_parts_are_those_of_the_channel) { EXPECT_EQ(where(",,3"), "a,1,3"); }
TEST(Location, errors_say_what_is_missing) {
  EXPECT_EQ(from_a("b,s,busy").error().text, "there is no label 'busy' in extension 's' of context 'b'");
}

}  // namespace
}  // namespace polyfon::dialplan
