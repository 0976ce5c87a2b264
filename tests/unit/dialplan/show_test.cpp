// show_plan: the columns of `dialplan show` (asterisk 4.1).
#include "dialplan/show.h"

#include <gtest/gtest.h>

#include "samples.h"

namespace polyfon::dialplan {
namespace {

TEST(ShowPlan, prints_a_context_as_asterisk_does) {
  const auto plan =
      plan_of("[x]\nexten => 100,1,Answer()\nsame => n(busy),Dial(SIP/100,30)\nexten => _1XX,1,Hangup\n");
  EXPECT_EQ(show_plan(*plan, "x"),
            "[ Context 'x' created by 'pbx_config' ]\n"
            "  '100' =>          1. Answer()                                   [extensions.conf:2]\n"
            "     [busy]         2. Dial(SIP/100,30)                           [extensions.conf:3]\n"
            "  '_1XX' =>         1. Hangup()                                   [extensions.conf:4]\n"
            "\n"
            "-= 2 extensions (3 priorities) in 1 context. =-\n");
}

TEST(ShowPlan, prints_hints_callers_includes_and_the_rest) {
  auto loaded = load(
      "[x]\nexten => 100/200,1,Answer()\nexten => 300,hint,SIP/300\ninclude => y,9:00-17:00,*,*,*\n"
      "ignorepat => 9\nswitch => Loopback/z\n[y]\n");
  EXPECT_EQ(
      show_plan(*loaded.plan, "x"),
      "[ Context 'x' created by 'pbx_config' ]\n"
      "  '100' (CID match '200') =>  1. Answer()                                   [extensions.conf:2]\n"
      "  '300' =>          hint: SIP/300                                 [extensions.conf:3]\n"
      "  Include =>        'y,9:00-17:00,*,*,*'                          [pbx_config]\n"
      "  Ignore pattern => '9'                                           [pbx_config]\n"
      "  Alt. Switch =>    'Loopback/z'                                  [pbx_config]\n"
      "\n"
      "-= 2 extensions (2 priorities) in 1 context. =-\n");
}

TEST(ShowPlan, prints_every_context_without_an_argument) {
  const auto plan = plan_of("[x]\nexten => 1,1,A()\n[y]\nexten => 2,1,B()\n");
  const std::string text = show_plan(*plan, "");
  EXPECT_NE(text.find("[ Context 'x'"), std::string::npos);
  EXPECT_NE(text.find("[ Context 'y'"), std::string::npos);
  EXPECT_TRUE(text.ends_with("-= 2 extensions (2 priorities) in 2 contexts. =-\n"));
}

TEST(ShowPlan, counts_in_the_singular) {
  EXPECT_TRUE(show_plan(*plan_of("[x]\nexten => 1,1,A()\n"), "")
                  .ends_with("-= 1 extension (1 priority) in 1 context. =-\n"));
}

TEST(ShowPlan, shows_what_an_extension_reaches_in_includes_too) {
  const auto plan = plan_of(
      "[x]\nexten => _1X,1,A()\nexten => 30,1,C()\ninclude => y\n[y]\nexten => 10,1,B()\ninclude => x\n");
  EXPECT_EQ(show_plan(*plan, "10@x"),
            "[ Context 'x' created by 'pbx_config' ]\n"
            "  '_1X' =>          1. A()                                        [extensions.conf:2]\n"
            "[ Included context 'y' created by 'pbx_config' ]\n"
            "  '10' =>           1. B()                                        [extensions.conf:6]\n"
            "\n"
            "\n"
            "-= 2 extensions (2 priorities) in 2 contexts. =-\n");
}

TEST(ShowPlan, shows_a_pattern_by_its_name) {
  const auto plan = plan_of("[x]\nexten => _1X,1,A()\nexten => _2X,1,B()\n");
  const std::string text = show_plan(*plan, "_1X@x");
  EXPECT_NE(text.find("'_1X' =>"), std::string::npos);
  EXPECT_EQ(text.find("'_2X' =>"), std::string::npos);
}

TEST(ShowPlan, shows_an_extension_of_all_contexts) {
  const auto plan = plan_of("[x]\nexten => 1,1,A()\n[y]\nexten => 1,1,B()\n[z]\nexten => 2,1,C()\n");
  EXPECT_TRUE(show_plan(*plan, "1@").ends_with("-= 2 extensions (2 priorities) in 2 contexts. =-\n"));
}

TEST(ShowPlan, says_what_does_not_exist) {
  const auto plan = plan_of("[x]\nexten => 1,1,A()\n");
  EXPECT_EQ(show_plan(*plan, "nowhere"), "There is no existence of 'nowhere' context\n");
  EXPECT_EQ(show_plan(*plan, "5@x"), "There is no existence of 5@x extension\n");
  EXPECT_EQ(show_plan(*plan, "5@"), "There is no existence of '5' extension in all contexts\n");
}

}  // namespace
}  // namespace polyfon::dialplan
