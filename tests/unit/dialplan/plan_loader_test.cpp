// PlanLoader: extensions.conf as pbx_config.c reads it (asterisk 1.2).
#include <gtest/gtest.h>

#include "samples.h"

namespace polyfon::dialplan {
namespace {

using testing::Test;

// The one thing that was said, and nothing else.
std::string only_warning(const Loaded& loaded) {
  EXPECT_EQ(loaded.said.size(), 1U) << loaded.all_said();
  EXPECT_FALSE(loaded.has_errors);
  return loaded.said.empty() ? std::string() : loaded.said.front();
}
bool says(const Loaded& loaded, std::string_view where, std::string_view what) {
  for (const auto& line : loaded.said)
    if (line.starts_with(where) && line.find(what) != std::string::npos) return true;
  return false;
}

TEST(PlanLoader, reads_the_general_settings) {
  const auto plan = plan_of(
      "[general]\nstatic=no\nwriteprotect=yes\nautofallthrough=no\nclearglobalvars=yes\nextenpatternmatchnew="
      "yes\n");
  EXPECT_FALSE(plan->settings().autofallthrough);
  EXPECT_TRUE(plan->settings().clear_global_variables);
  EXPECT_TRUE(plan->settings().write_protect);
  EXPECT_FALSE(plan->settings().is_static);
  EXPECT_TRUE(plan->contexts().empty());
}

TEST(PlanLoader, falls_through_unless_told_otherwise) {
  EXPECT_TRUE(plan_of("[a]\n")->settings().autofallthrough);
}

TEST(PlanLoader, names_unknown_settings) {
  EXPECT_EQ(only_warning(load("[general]\ncolour=blue\n")),
            "extensions.conf:2: warning: unknown setting 'colour' in [general]");
  EXPECT_TRUE(says(load("[general]\nautofallthrough=perhaps\n"), "extensions.conf:2:", "expected yes or no"));
  EXPECT_TRUE(
      says(load("[general]\noverrideswitch=Realtime/x\n"), "extensions.conf:2:", "not done by polyfon yet"));
}

TEST(PlanLoader, reads_globals_and_substitutes_them) {
  const auto plan = plan_of(
      "[globals]\nTRUNK=SIP/zadarma\nOUT=${TRUNK}/7\n[globals]\nTRUNK=SIP/other\n[a]\nexten => "
      "1,1,Dial(${TRUNK})\n");
  const std::vector<std::pair<std::string, std::string>> want{{"TRUNK", "SIP/other"},
                                                              {"OUT", "SIP/zadarma/7"}};
  EXPECT_EQ(plan->globals(), want);
  EXPECT_EQ(step_at(*plan, "a", "1"), "Dial(${TRUNK})");
}

TEST(PlanLoader, globals_may_be_written_as_the_function) {
  const auto plan = plan_of("[globals]\nGLOBAL(x)=1\n__y=2\n");
  const std::vector<std::pair<std::string, std::string>> want{{"x", "1"}, {"y", "2"}};
  EXPECT_EQ(plan->globals(), want);
}

TEST(PlanLoader, general_and_globals_are_found_in_any_case) {
  const auto plan = plan_of("[General]\nautofallthrough=no\n[GLOBALS]\nX=1\n");
  EXPECT_FALSE(plan->settings().autofallthrough);
  EXPECT_EQ(plan->globals().size(), 1U);
}

TEST(PlanLoader, numbers_and_next) {
  const auto plan = plan_of("[a]\nexten => 1,1,A()\nexten => 1,n,B()\nexten => 1,next,C()\nsame => n,D()\n");
  EXPECT_EQ(step_at(*plan, "a", "1", 2), "B()");
  EXPECT_EQ(step_at(*plan, "a", "1", 3), "C()");
  EXPECT_EQ(step_at(*plan, "a", "1", 4), "D()");
}

TEST(PlanLoader, next_counts_in_the_context_not_in_the_extension) {
  const auto plan = plan_of("[a]\nexten => 100,5,A()\nexten => 200,n,B()\n");
  EXPECT_EQ(step_at(*plan, "a", "200", 6), "B()");
}

TEST(PlanLoader, next_may_skip) {
  const auto plan = plan_of("[a]\nexten => 1,1,A()\nexten => 1,n+101(busy),B()\nexten => 1,n,C()\n");
  EXPECT_EQ(step_at(*plan, "a", "1", 103), "B()");
  EXPECT_EQ(step_at(*plan, "a", "1", 104), "C()");
}

TEST(PlanLoader, same_priority_stays) {
  const auto plan = plan_of("[a]\nexten => 1,3,A()\nexten => 2,s,B()\nexten => 3,same,C()\n");
  EXPECT_EQ(step_at(*plan, "a", "2", 3), "B()");
  EXPECT_EQ(step_at(*plan, "a", "3", 3), "C()");
}

TEST(PlanLoader, a_label_may_stand_for_a_priority) {
  const auto plan = plan_of("[a]\nexten => 1,1,A()\nexten => 1,n(tts),B()\nexten => 1,tts+101,C()\n");
  EXPECT_EQ(step_at(*plan, "a", "1", 103), "C()");
}

TEST(PlanLoader, an_unknown_label_drops_the_line) {
  const auto loaded = load("[a]\nexten => 1,1,A()\nexten => 1,h,B()\nsame => n,C()\n");
  EXPECT_TRUE(says(loaded, "extensions.conf:3:", "'h' is neither a priority nor a label"));
  EXPECT_EQ(step_at(*loaded.plan, "a", "1", 2), "C()");
}

TEST(PlanLoader, next_on_the_first_line_is_dropped) {
  const auto loaded = load("[a]\nexten => 1,n,A()\nexten => 1,1,B()\n[b]\nexten => 1,n,C()\n");
  EXPECT_TRUE(says(loaded, "extensions.conf:2:", "first line of a context"));
  EXPECT_TRUE(says(loaded, "extensions.conf:5:", "first line of a context"));
  EXPECT_EQ(step_at(*loaded.plan, "a", "1"), "B()");
}

TEST(PlanLoader, priorities_out_of_range_are_dropped) {
  for (std::string_view priority : {"0", "-5", "99999999999", "2000000"}) {
    const auto loaded = load("[a]\nexten => 1," + std::string(priority) + ",A()\n");
    EXPECT_NE(only_warning(loaded).find("is not in 1..1000000"), std::string::npos) << priority;
  }
  EXPECT_TRUE(says(load("[a]\nexten => 1,1000000,A()\nsame => n,B()\n"), "extensions.conf:3:", "is not in"));
}

TEST(PlanLoader, junk_behind_a_priority_is_said) {
  const auto loaded = load("[a]\nexten => 1,1x,A()\n");
  EXPECT_NE(only_warning(loaded).find("is read as 1"), std::string::npos);
  EXPECT_EQ(step_at(*loaded.plan, "a", "1"), "A()");
}

TEST(PlanLoader, same_repeats_the_extension_and_its_caller) {
  const auto plan = plan_of("[a]\nexten => 100/200,1,A()\nsame => n,B()\nSAME => n,C()\nsameness => n,D()\n");
  EXPECT_EQ(step_at(*plan, "a", "100", 2, "200"), "B()");
  EXPECT_EQ(step_at(*plan, "a", "100", 2, "300"), "");
  EXPECT_EQ(step_at(*plan, "a", "100", 4, "200"), "D()");
}

TEST(PlanLoader, same_first_in_a_context_is_said) {
  const auto loaded = load("[a]\nexten => 1,1,A()\n[b]\nsame => n,B()\n");
  EXPECT_NE(
      only_warning(loaded).find("extensions.conf:4: warning: 'same =>' is the first line of context 'b'"),
      std::string::npos);
}

TEST(PlanLoader, next_behind_a_hint_is_dropped_but_not_in_silence) {
  const auto loaded = load(
      "[a]\nexten => 100,hint,SIP/100\nsame => n,Dial(SIP/100)\nsame => n,Hangup()\nsame => 1,Answer()\nsame "
      "=> n,B()\n");
  EXPECT_NE(only_warning(loaded).find("extensions.conf:3: warning: 'n' behind 'hint'"), std::string::npos);
  EXPECT_EQ(step_at(*loaded.plan, "a", "100", 1), "Answer()");
  EXPECT_EQ(step_at(*loaded.plan, "a", "100", 2), "B()");
  EXPECT_EQ(step_at(*loaded.plan, "a", "100", 3), "");
}

TEST(PlanLoader, hints_are_taken_as_they_stand) {
  const auto plan = plan_of(
      "[a]\nexten => 100,hint,SIP/100&SIP/101,CustomPresence:x\nexten => 200,hint,DAHDI/g0/${GLOBAL(x)}\n");
  EXPECT_EQ(plan->find_hint("a", "100", utc(2026, 3, 2))->hint, "SIP/100&SIP/101,CustomPresence:x");
  EXPECT_EQ(plan->find_hint("a", "200", utc(2026, 3, 2))->hint, "DAHDI/g0/${GLOBAL(x)}");
}

TEST(PlanLoader, a_second_hint_is_said) {
  const auto loaded = load("[a]\nexten => 100,hint,SIP/100\nexten => 100,hint,SIP/200\nexten => 200,hint\n");
  EXPECT_TRUE(says(loaded, "extensions.conf:3:", "has a hint already"));
  EXPECT_TRUE(says(loaded, "extensions.conf:4:", "names no device"));
}

TEST(PlanLoader, applications_need_no_parentheses) {
  const auto plan = plan_of("[a]\nexten => 1,1,Answer\nsame => n,Hangup\n");
  EXPECT_EQ(step_at(*plan, "a", "1", 1), "Answer()");
}

TEST(PlanLoader, arguments_go_to_the_last_parenthesis) {
  const auto plan = plan_of("[a]\nexten => 1,1,Goto(a,b,1))\nexten => 2,1,Set(X=(a)(b))\n");
  EXPECT_EQ(step_at(*plan, "a", "1"), "Goto(a,b,1))");
  EXPECT_EQ(step_at(*plan, "a", "2"), "Set(X=(a)(b))");
}

TEST(PlanLoader, text_behind_the_last_parenthesis_is_dropped) {
  const auto loaded = load("[a]\nexten => 1,1,Dial(SIP/1) and more\n");
  EXPECT_NE(only_warning(loaded).find("'and more' behind the last ')' is left out"), std::string::npos);
  EXPECT_EQ(step_at(*loaded.plan, "a", "1"), "Dial(SIP/1)");
}

TEST(PlanLoader, a_missing_parenthesis_is_said) {
  const auto loaded = load("[a]\nexten => 1,1,Dial(SIP/1,30\n");
  EXPECT_NE(only_warning(loaded).find("the ')' of Dial(SIP/1,30 is missing"), std::string::npos);
  EXPECT_EQ(step_at(*loaded.plan, "a", "1"), "Dial(SIP/1,30)");
}

TEST(PlanLoader, a_blank_before_the_parenthesis_stays_in_the_name) {
  const auto loaded = load("[a]\nexten => 1,1,Dial (SIP/1)\n");
  EXPECT_NE(only_warning(loaded).find("blank between 'Dial' and '('"), std::string::npos);
  EXPECT_EQ(step_at(*loaded.plan, "a", "1"), "Dial (SIP/1)");
}

TEST(PlanLoader, the_style_of_1_4_becomes_a_name) {
  const auto loaded = load("[a]\nexten => 1,1,Dial,SIP/100|30\n");
  EXPECT_NE(only_warning(loaded).find("style of Asterisk 1.4"), std::string::npos);
  EXPECT_EQ(loaded.plan->find("a", "1", 1, "", utc(2026, 3, 2)).step->application, "Dial,SIP/100|30");
}

TEST(PlanLoader, blanks_before_an_application_are_skipped) {
  EXPECT_EQ(step_at(*plan_of("[a]\nexten => 1 , 1 , Answer()\n"), "a", "1"), "Answer()");
}

TEST(PlanLoader, a_step_without_an_application_is_said) {
  EXPECT_NE(only_warning(load("[a]\nexten => 1,1\n")).find("without an application"), std::string::npos);
}

TEST(PlanLoader, the_first_of_two_wins_and_next_goes_on) {
  const auto loaded = load("[a]\nexten => 1,1,A()\nexten => 1,1,B()\nsame => n,C()\n");
  EXPECT_NE(
      only_warning(loaded).find(
          "extensions.conf:3: warning: priority 1 of '1' in context 'a' is at extensions.conf:2 already"),
      std::string::npos);
  EXPECT_EQ(step_at(*loaded.plan, "a", "1", 1), "A()");
  EXPECT_EQ(step_at(*loaded.plan, "a", "1", 2), "C()");
}

TEST(PlanLoader, patterns_that_mean_the_same_are_one_extension) {
  const auto loaded =
      load("[a]\nexten => _NXX-XXXX,1,A()\nexten => _nxx[0-9]xxx,1,B()\nexten => _NXXXXXX,2,C()\n");
  EXPECT_NE(only_warning(loaded).find("extensions.conf:3:"), std::string::npos);
  ASSERT_EQ(loaded.plan->context("a")->extensions.size(), 1U);
  EXPECT_EQ(loaded.plan->context("a")->extensions[0].pattern.text(), "_NXX-XXXX");
  EXPECT_EQ(step_at(*loaded.plan, "a", "5551234", 2), "C()");
}

TEST(PlanLoader, callers_make_extensions_of_their_own) {
  const auto plan = plan_of("[a]\nexten => 1/2,1,A()\nexten => 1,1,B()\nexten => 1/,1,C()\n");
  EXPECT_EQ(plan->context("a")->extensions.size(), 3U);
}

TEST(PlanLoader, a_repeated_label_is_left_out) {
  const auto loaded = load("[a]\nexten => 1,1(x),A()\nsame => n(x),B()\nexten => 2,1(x),C()\n");
  EXPECT_NE(only_warning(loaded).find("label 'x' is at priority 1"), std::string::npos);
  EXPECT_EQ(step_at(*loaded.plan, "a", "1", 2), "B()");
}

TEST(PlanLoader, a_label_without_its_parenthesis_drops_the_line) {
  const auto loaded = load("[a]\nexten => 1,1(x,A()\n");
  EXPECT_NE(only_warning(loaded).find("behind the label is missing"), std::string::npos);
}

TEST(PlanLoader, catch_all_patterns_are_discouraged) {
  EXPECT_NE(only_warning(load("[a]\nexten => _.,1,A()\n")).find("use '_X.' instead"), std::string::npos);
  EXPECT_NE(only_warning(load("[a]\nexten => _!,1,A()\n")).find("use '_X!' instead"), std::string::npos);
}

TEST(PlanLoader, an_unclosed_set_is_said) {
  EXPECT_NE(only_warning(load("[a]\nexten => _1[23,1,A()\n")).find("is missing"), std::string::npos);
}

TEST(PlanLoader, commas_in_sets_and_escaped_ones_belong_to_the_extension) {
  const auto plan = plan_of("[a]\nexten => _[1,2]X,1,A()\n");
  EXPECT_EQ(step_at(*plan, "a", ",5"), "A()");
}

TEST(PlanLoader, extensions_are_substituted_with_globals) {
  const auto plan = plan_of("[globals]\nECHO=600\n[a]\nexten => ${ECHO},1,Echo()\n");
  EXPECT_EQ(step_at(*plan, "a", "600"), "Echo()");
}

TEST(PlanLoader, numbers_of_callers_are_shrunk) {
  const auto plan = plan_of("[a]\nexten => 1/(495) 123-45.67,1,A()\nexten => 2/_8X.,1,B()\n");
  EXPECT_EQ(step_at(*plan, "a", "1", 1, "4951234567"), "A()");
  EXPECT_EQ(step_at(*plan, "a", "2", 1, "8123"), "B()");
}

TEST(PlanLoader, sections_of_one_name_are_one_context_but_begin_anew) {
  const auto loaded =
      load("[a]\nexten => 1,1,A()\n[b]\nexten => 1,1,B()\n[a]\nexten => 2,1,C()\n[a]\nsame => n,D()\n");
  EXPECT_TRUE(says(loaded, "extensions.conf:8:", "is the first line"));
  EXPECT_EQ(loaded.plan->contexts().size(), 2U);
  EXPECT_EQ(step_at(*loaded.plan, "a", "1"), "A()");
  EXPECT_EQ(step_at(*loaded.plan, "a", "2"), "C()");
}

TEST(PlanLoader, templates_are_no_contexts_and_hand_their_lines_on) {
  const auto plan = plan_of("[base](!)\nexten => h,1,Hangup()\n[a](base)\nexten => 1,1,A()\n");
  EXPECT_FALSE(plan->context("base"));
  EXPECT_EQ(step_at(*plan, "a", "h"), "Hangup()");
}

TEST(PlanLoader, includes_take_hours_and_globals) {
  const auto plan = plan_of(
      "[globals]\nDAY=day\n[a]\ninclude => ${DAY},9:00-17:00,mon-fri,*,*\ninclude => day|*|sun|*|*\n[day]\n");
  const auto& includes = plan->context("a")->includes;
  ASSERT_EQ(includes.size(), 2U);
  EXPECT_EQ(includes[0].context, "day");
  EXPECT_EQ(includes[0].time, "9:00-17:00,mon-fri,*,*");
  EXPECT_EQ(includes[1].time, "*|sun|*|*");
}

TEST(PlanLoader, odd_includes_are_said) {
  const auto loaded =
      load("[a]\ninclude => nowhere\ninclude => b\ninclude => b\ninclude => b,99:00-1:00\n[b]\n");
  EXPECT_TRUE(says(loaded, "extensions.conf:2:", "includes 'nowhere', which does not exist"));
  EXPECT_TRUE(says(loaded, "extensions.conf:4:", "is included in 'a' already"));
  EXPECT_TRUE(says(loaded, "extensions.conf:5:", "is not a time"));
  EXPECT_EQ(loaded.said.size(), 3U);
}

TEST(PlanLoader, keeps_switches_ignore_patterns_and_auto_hints) {
  const auto loaded = load(
      "[a]\nswitch => Realtime/ctx@ext\nlswitch => Loopback/1${EXTEN}\neswitch => IAX2/${X}\nignorepat => "
      "9\nautohints = yes\n");
  const Context& context = *loaded.plan->context("a");
  ASSERT_EQ(context.switches.size(), 3U);
  EXPECT_EQ(context.switches[1].data, "1${EXTEN}");
  EXPECT_TRUE(context.switches[2].evaluate);
  EXPECT_EQ(context.ignore_patterns, (std::vector<std::string>{"9"}));
  EXPECT_TRUE(context.auto_hints);
  EXPECT_EQ(loaded.said.size(), 3U);
  EXPECT_TRUE(says(loaded, "extensions.conf:2:", "switch => Realtime is not done by polyfon yet"));
}

TEST(PlanLoader, unknown_directives_are_ignored_and_said) {
  EXPECT_EQ(only_warning(load("[a]\nextent => 1,1,A()\n")),
            "extensions.conf:2: warning: unknown directive 'extent': ignored");
}

TEST(PlanLoader, names_that_are_too_long_are_errors) {
  EXPECT_TRUE(load("[a]\nexten => " + std::string(81, '1') + ",1,A()\n").has_errors);
  EXPECT_TRUE(load("[" + std::string(81, 'c') + "]\nexten => 1,1,A()\n").has_errors);
  EXPECT_FALSE(load("[a]\nexten => " + std::string(80, '1') + ",1,A()\n").has_errors);
}

TEST(PlanLoader, an_application_with_a_very_long_name_is_said) {
  EXPECT_NE(only_warning(load("[a]\nexten => 1,1," + std::string(33, 'A') + "()\n"))
                .find("no application has a name"),
            std::string::npos);
}

TEST(PlanLoader, an_empty_extension_is_said) {
  EXPECT_NE(only_warning(load("[a]\nexten => ,1,A()\n")).find("without an extension"), std::string::npos);
}

TEST(PlanLoader, reads_the_plan_of_a_small_office) {
  const auto plan = plan_of(R"([incoming]
exten => _X.,1,Goto(menu,s,1)
[outcoling]
exten => _1001,1,Answer()
exten => _1001,n,Dial(SIP/1001,10,t&m)
exten => _1001,n,FollowMe(1001)
exten => _X.,1,Set(fname=${STRFTIME(${EPOCH},,%Y%m%d%H%M)}-${CALLERID(number)}-${EXTEN})
exten => _X.,2,MixMonitor(/records/${fname}.wav,b)
exten => _XXXXXXXXXXX,3,Dial(SIP/zadarma/${EXTEN})
exten => _XXXX,3,Dial(SIP/${EXTEN},,t&m,)
exten => 7777,3,Goto(menu,s,1,t&m)
[menu]
exten => s,1,Background(voicemenu)
)");
  EXPECT_EQ(step_at(*plan, "outcoling", "1001", 2), "Dial(SIP/1001,10,t&m)");
  EXPECT_EQ(step_at(*plan, "outcoling", "1002", 2), "MixMonitor(/records/${fname}.wav,b)");
  EXPECT_EQ(step_at(*plan, "outcoling", "1002", 3), "Dial(SIP/${EXTEN},,t&m,)");
  EXPECT_EQ(step_at(*plan, "outcoling", "7777", 3), "Goto(menu,s,1,t&m)");
  EXPECT_EQ(step_at(*plan, "outcoling", "79001234567", 3), "Dial(SIP/zadarma/${EXTEN})");
  EXPECT_EQ(step_at(*plan, "outcoling", "123", 3), "");
}

}  // namespace
}  // namespace polyfon::dialplan
