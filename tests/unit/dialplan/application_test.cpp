// The table of applications, and check_plan, which asks it.
#include "dialplan/application.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "dialplan/check.h"
#include "samples.h"

namespace polyfon::dialplan {
namespace {

base::Task<AppResult> run_nothing(AppContext, std::string) { co_return AppResult::go_on(); }
const Registration kTest{
    {.name = "TestOnly", .synopsis = "", .syntax = "", .description = "", .options = {}, .see_also = {}},
    run_nothing};
const Registration kGoto{
    {.name = "Goto", .synopsis = "", .syntax = "", .description = "", .options = {}, .see_also = {}},
    run_nothing};
const Registration kGotoIf{
    {.name = "GotoIf", .synopsis = "", .syntax = "", .description = "", .options = {}, .see_also = {}},
    run_nothing};

TEST(Applications, are_found_in_any_case) {
  ASSERT_TRUE(find_application("testonly"));
  EXPECT_EQ(find_application("TESTONLY")->info.name, "TestOnly");
  EXPECT_FALSE(find_application("TestOnly "));
  EXPECT_FALSE(find_application(""));
}

TEST(Applications, are_listed_by_name) {
  const auto all = applications();
  ASSERT_GE(all.size(), 3U);
  for (std::size_t i = 1; i < all.size(); ++i)
    EXPECT_LT(base::lower(all[i - 1]->info.name), base::lower(all[i]->info.name));
}

TEST(Applications, those_of_asterisk_are_planned_in_any_case) {
  for (std::string_view name :
       {"MixMonitor", "followme", "VOICEMAIL", "VoiceMailMain", "ConfBridge", "Park", "ParkedCall", "Queue",
        "Record", "AGI", "Macro", "Gosub", "WaitExten", "Read", "Page", "SIPAddHeader", "SetVar"})
    EXPECT_TRUE(is_planned_application(name)) << name;
  for (std::string_view name : {"Konference", "", "Dial ", "Dial,SIP/1"})
    EXPECT_FALSE(is_planned_application(name)) << name;
}

TEST(Applications, what_is_there_is_not_planned) { EXPECT_FALSE(is_planned_application("goto")); }

std::vector<std::string> checked(std::string_view text) {
  config::Diagnostics diagnostics;
  check_plan(*load(text).plan, diagnostics, utc(2026, 3, 2, 12));
  EXPECT_FALSE(diagnostics.has_errors());
  std::vector<std::string> said;
  for (const auto& diagnostic : diagnostics.all()) said.push_back(diagnostic.to_string());
  return said;
}
using Said = std::vector<std::string>;

TEST(CheckPlan, names_unknown_and_missing_applications) {
  EXPECT_EQ(checked("[a]\nexten => 1,1,TestOnly()\nsame => n,FollowMe(1)\nsame => n,Konference(1)\n"),
            (Said{"extensions.conf:3: warning: FollowMe is not done by polyfon yet: calls go on without it",
                  "extensions.conf:4: warning: there is no application 'Konference': calls end here"}));
}

TEST(CheckPlan, is_content_with_places_that_exist) {
  EXPECT_EQ(
      checked("[a]\nexten => s,1(top),Goto(b,1,1)\nsame => n,Goto(top)\nsame => n,Goto(1)\nsame => "
              "n,Goto(b,55,x)\n"
              "[b]\nexten => 1,1,TestOnly()\nexten => _5X,1,TestOnly()\nsame => n(x),Goto(${EXTEN},1)\n"),
      Said{});
}

TEST(CheckPlan, names_places_that_do_not_exist) {
  EXPECT_EQ(checked("[a]\nexten => s,1,Goto(nowhere,s,1)\nsame => n,Goto(99,1)\nsame => n,Goto(s,busy)\n"),
            (Said{"extensions.conf:2: warning: Goto(nowhere,s,1): there is no context 'nowhere'",
                  "extensions.conf:3: warning: Goto(99,1): context 'a' has no extension '99'",
                  "extensions.conf:4: warning: Goto(s,busy): there is no label 'busy' in extension 's' of "
                  "context 'a'"}));
}

TEST(CheckPlan, looks_at_labels_of_a_pattern_within_it) {
  EXPECT_EQ(checked("[a]\nexten => _X.,1(top),Goto(top)\nsame => n,Goto(+1)\nsame => n,Goto(bottom)\n"),
            (Said{"extensions.conf:4: warning: Goto(bottom): there is no label 'bottom' in '_X.'"}));
}

TEST(CheckPlan, looks_at_both_branches_of_a_constant_goto_if) {
  EXPECT_EQ(checked("[a]\nexten => s,1,GotoIf(1?s,1:x,s,1)\nsame => n,GotoIf(1?:s,1)\nsame => "
                    "n,GotoIf($[${A}]?x,s,1)\n"),
            (Said{"extensions.conf:2: warning: GotoIf(1?s,1:x,s,1): there is no context 'x'"}));
}

TEST(CheckPlan, does_not_judge_what_depends_on_the_caller) {
  EXPECT_EQ(checked("[a]\nexten => s,1,Goto(b,1,1)\n[b]\nexten => 1/200,1,TestOnly()\n"), Said{});
}

}  // namespace
}  // namespace polyfon::dialplan
