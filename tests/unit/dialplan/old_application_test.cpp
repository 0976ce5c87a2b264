// compat=1.4: steps as Asterisk 1.4 read them (asterisk 1.2, 1.7).
#include "dialplan/extension_line.h"
#include "unit/dialplan/samples.h"

namespace polyfon::dialplan {
namespace {

std::string read(std::string_view text) {
  std::vector<std::string> said;
  const ApplicationCall call = parse_old_application(text, said);
  EXPECT_TRUE(said.empty());
  return call.name + "(" + call.arguments + ")";
}

TEST(OldApplication, takes_arguments_behind_a_comma) {
  EXPECT_EQ(read("Wait,1"), "Wait(1)");
  EXPECT_EQ(read("Dial,SIP/100|30|tT"), "Dial(SIP/100,30,tT)");
  EXPECT_EQ(read("Meetme,${EXTEN}|q"), "Meetme(${EXTEN},q)");
  EXPECT_EQ(read("Answer"), "Answer()");
}

TEST(OldApplication, takes_bars_between_arguments) {
  EXPECT_EQ(read("Dial(SIP/100|30|t)"), "Dial(SIP/100,30,t)");
  EXPECT_EQ(read("Goto(a|b|1)"), "Goto(a,b,1)");
}

TEST(OldApplication, keeps_bars_of_texts_commands_and_expressions) {
  EXPECT_EQ(read("NoOp(a | b)"), "NoOp(a | b)");
  EXPECT_EQ(read("System(x | y)"), "System(x | y)");
  EXPECT_EQ(read("Playback(${SHELL(ls | head)}|skip)"), "Playback(${SHELL(ls | head)},skip)");
  EXPECT_EQ(read("GotoIf($[${a} | ${b[1]}]?x|1)"), "GotoIf($[${a} | ${b[1]}]?x,1)");
  EXPECT_EQ(read("Dial(a\\|b|c)"), "Dial(a\\|b,c)");
}

TEST(OldApplication, sets_as_mset) { EXPECT_EQ(read("Set(a=1|b=2)"), "MSet(a=1,b=2)"); }

TEST(OldSeparators, are_noticed_where_they_separate) {
  EXPECT_TRUE(has_old_separators("Dial", "SIP/100|30"));
  EXPECT_FALSE(has_old_separators("Dial", "SIP/100,30"));
  EXPECT_FALSE(has_old_separators("noop", "a | b"));
  EXPECT_FALSE(has_old_separators("GotoIfTime", "9:00-17:00|mon-fri|*|*?a"));
  EXPECT_FALSE(has_old_separators("GotoIf", "$[1 | 0]?a"));
  EXPECT_FALSE(has_old_separators("Playback", "${SHELL(ls | head)}"));
}

TEST(Compat, is_of_the_context_that_asks_for_it) {
  const auto plan = load("[old]\ncompat => 1.4\nexten => 1,1,Wait,1\n[new]\nexten => 1,1,NoOp(a|b)\n").plan;
  EXPECT_EQ(step_at(*plan, "old", "1"), "Wait(1)");
  EXPECT_EQ(step_at(*plan, "new", "1"), "NoOp(a|b)");
}

TEST(Compat, of_general_is_of_all_contexts_but_those_that_say_1_6) {
  const auto plan = plan_of(
      "[general]\ncompat=1.4\n[old]\nexten => 1,1,Dial(a|b)\n[new]\ncompat => 1.6\nexten => 1,1,Dial(a|b)\n");
  EXPECT_EQ(step_at(*plan, "old", "1"), "Dial(a,b)");
  EXPECT_EQ(step_at(*plan, "new", "1"), "Dial(a|b)");
}

TEST(Compat, of_another_version_is_said) {
  EXPECT_NE(load("[general]\ncompat=1.2\n").all_said().find("extensions.conf:2: warning: compat=1.2"),
            std::string::npos);
}

}  // namespace
}  // namespace polyfon::dialplan
