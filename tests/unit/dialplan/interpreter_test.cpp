// Interpreter: whole calls through the plan (asterisk 1.4).
#include "dialplan/interpreter.h"

#include "dialplan/variables.h"
#include "small_exchange.h"

namespace polyfon::dialplan {
namespace {

using namespace std::chrono_literals;
using Steps = std::vector<std::string>;

base::Task<AppResult> run_step(AppContext, std::string) { co_return AppResult::go_on(); }
base::Task<AppResult> run_hang(AppContext, std::string) { co_return AppResult::hangup(); }
base::Task<AppResult> run_rest(AppContext context, std::string arguments) {
  co_await context.channel.wait(parse_time_length(arguments).value_or(1s));
  co_return AppResult::go_on();
}
base::Task<AppResult> run_jump(AppContext context, std::string arguments) {
  co_return context.interpreter.go_to(context.channel, arguments, context.where) ? AppResult::jump()
                                                                                 : AppResult::hangup();
}
base::Task<AppResult> run_put(AppContext context, std::string arguments) {
  if (auto set = assign(context.interpreter.expansion_context(context.channel), arguments); !set)
    context.interpreter.warn_once(context.where, set.error().text);
  co_return AppResult::go_on();
}
base::Task<AppResult> run_menu(AppContext context, std::string) {
  if (!context.channel.answer()) co_return AppResult::hangup();
  const auto digit = co_await context.channel.wait_digit(3s);
  co_return digit ? AppResult::dialled(*digit) : AppResult::go_on();
}
base::Task<AppResult> run_again(AppContext context, std::string arguments) {
  const std::string text =
      co_await context.interpreter.expand(context.channel.id(), "<" + arguments + "${EXTEN}>");
  co_return set_variable(context.channel, "AGAIN", text) ? AppResult::go_on() : AppResult::hangup();
}

constexpr ApplicationInfo named(std::string_view name) { return {name, {}, {}, {}, {}, {}}; }
const Registration kStep{named("Step"), run_step};
const Registration kHang{named("Hang"), run_hang};
const Registration kRest{named("Rest"), run_rest};
const Registration kJump{named("Jump"), run_jump};
const Registration kPut{named("Put"), run_put};
const Registration kMenu{named("Menu"), run_menu};
const Registration kAgain{named("Again"), run_again};

using InterpreterTest = SmallExchange;

TEST_F(InterpreterTest, runs_the_steps_of_the_extension_that_was_dialled) {
  plan(
      "[a]\nexten => 100,1,Step(one)\nsame => n,STEP(${EXTEN}/${PRIORITY})\nsame => n,Hang()\nsame => "
      "n,Step(never)\n");
  call("100");
  EXPECT_EQ(steps, (Steps{"a,100,1 Step(one)", "a,100,2 STEP(100/2)", "a,100,3 Hang()", "hung up"}));
  EXPECT_EQ(exchange.channel_count(), 0U);
}

TEST_F(InterpreterTest, a_step_may_wait) {
  plan("[a]\nexten => 100,1,Rest(5)\nsame => n,Step()\n");
  call("100");
  EXPECT_EQ(steps.size(), 1U);
  EXPECT_EQ(channel()->application, "Rest");
  EXPECT_EQ(channel()->application_data, "5");
  advance(4s);
  EXPECT_EQ(steps.size(), 1U);
  advance(2s);
  EXPECT_EQ(steps, (Steps{"a,100,1 Rest(5)", "a,100,2 Step()", "hung up"}));
}

TEST_F(InterpreterTest, what_is_dialled_and_not_there_is_refused) {
  plan("[a]\nexten => 100,1,Step()\nexten => _2XX,1,Step()\n");
  EXPECT_EQ(interpreter.reach("a", "100", ""), call::ScriptRunner::Reach::kYes);
  EXPECT_EQ(interpreter.reach("a", "10", ""), call::ScriptRunner::Reach::kMoreDigits);
  EXPECT_EQ(interpreter.reach("a", "999", ""), call::ScriptRunner::Reach::kNo);
  EXPECT_EQ(interpreter.reach("b", "100", ""), call::ScriptRunner::Reach::kNo);
}

TEST_F(InterpreterTest, goto_goes_on_elsewhere) {
  plan(
      "[a]\nexten => 100,1,Jump(b,7,2)\n[b]\nexten => 7,1,Step(never)\nsame => n,Jump(end)\nsame => "
      "n,Step(never)\nsame => n(end),Hang()\n");
  call("100");
  EXPECT_EQ(steps, (Steps{"a,100,1 Jump(b,7,2)", "b,7,2 Jump(end)", "b,7,4 Hang()", "hung up"}));
}

TEST_F(InterpreterTest, a_label_that_does_not_exist_ends_the_call) {
  plan("[a]\nexten => 100,1,Jump(nowhere)\nsame => n,Step(never)\n");
  call("100");
  EXPECT_EQ(steps, (Steps{"a,100,1 Jump(nowhere)", "hung up"}));
}

TEST_F(InterpreterTest, an_unknown_extension_goes_to_i_with_its_name) {
  plan("[a]\nexten => 100,1,Jump(b,77,1)\n[b]\nexten => i,1,Step(${INVALID_EXTEN})\n");
  call("100");
  EXPECT_EQ(steps, (Steps{"a,100,1 Jump(b,77,1)", "b,i,1 Step(77)", "hung up"}));
}

TEST_F(InterpreterTest, an_application_that_nobody_knows_ends_the_call) {
  plan("[a]\nexten => 100,1,Konference(1)\nsame => n,Step(never)\n");
  call("100");
  EXPECT_EQ(steps, (Steps{"a,100,1 Konference(1)", "hung up"}));
}

TEST_F(InterpreterTest, an_application_that_is_planned_is_passed) {
  plan("[a]\nexten => 100,1,MixMonitor(/x.wav)\nsame => n,followme(1)\nsame => n,Step(on)\n");
  call("100");
  EXPECT_EQ(steps,
            (Steps{"a,100,1 MixMonitor(/x.wav)", "a,100,2 followme(1)", "a,100,3 Step(on)", "hung up"}));
}

TEST_F(InterpreterTest, the_h_extension_runs_when_the_call_has_ended) {
  plan("[a]\nexten => 100,1,Hang()\nexten => h,1,Step(${EXTEN})\nsame => n,Rest(2)\nsame => n,Step(last)\n");
  call("100");
  EXPECT_EQ(steps, (Steps{"a,100,1 Hang()", "hung up", "a,h,1 Step(h)", "a,h,2 Rest(2)"}));
  advance(3s);
  EXPECT_EQ(steps.back(), "a,h,3 Step(last)");
  EXPECT_EQ(exchange.channel_count(), 0U);
}

TEST_F(InterpreterTest, an_application_that_ends_the_call_ends_h) {
  plan("[a]\nexten => 100,1,Hang()\nexten => h,1,Hang()\nsame => n,Step(never)\n");
  call("100");
  EXPECT_EQ(steps, (Steps{"a,100,1 Hang()", "hung up", "a,h,1 Hang()"}));
}

TEST_F(InterpreterTest, hanging_up_stops_the_plan_where_it_waits) {
  plan("[a]\nexten => 100,1,Rest(50)\nsame => n,Step(never)\nexten => h,1,Step(bye)\n");
  call("100");
  exchange.hangup(channel()->id(), call::HangupCause::kNormalClearing);
  advance(60s);
  EXPECT_EQ(steps, (Steps{"a,100,1 Rest(50)", "hung up", "a,h,1 Step(bye)"}));
  EXPECT_EQ(exchange.channel_count(), 0U);
}

TEST_F(InterpreterTest, the_next_step_comes_from_the_plan_that_is_current) {
  plan("[a]\nexten => 100,1,Rest(5)\nsame => n,Step(old)\n");
  call("100");
  plan("[a]\nexten => 100,2,Step(new)\nexten => 100,1,Step(never)\n");
  advance(6s);
  EXPECT_EQ(steps, (Steps{"a,100,1 Rest(5)", "a,100,2 Step(new)", "hung up"}));
}

TEST_F(InterpreterTest, falls_through_with_the_congestion_tone) {
  plan("[a]\nexten => 100,1,Put(DIALSTATUS=CHANUNAVAIL)\n");
  call("100");
  advance(11s);
  EXPECT_EQ(steps, (Steps{"a,100,1 Put(DIALSTATUS=CHANUNAVAIL)", "hung up"}));
  EXPECT_NE(std::ranges::find(sink.sent, "SIP/2.0 503 Service Unavailable"), sink.sent.end());
}

TEST_F(InterpreterTest, falls_through_busy) {
  plan("[a]\nexten => 100,1,Put(DIALSTATUS=BUSY)\n");
  call("100");
  advance(11s);
  EXPECT_NE(std::ranges::find(sink.sent, "SIP/2.0 486 Busy Here"), sink.sent.end());
  EXPECT_EQ(exchange.channel_count(), 0U);
}

TEST_F(InterpreterTest, a_call_that_is_up_hears_the_tone_before_it_ends) {
  plan("[a]\nexten => 100,1,Menu()\nsame => n,Put(DIALSTATUS=BUSY)\n");
  call("100");
  advance(4s);
  EXPECT_EQ(steps.size(), 2U);
  advance(8s);
  EXPECT_EQ(steps.size(), 2U);
  advance(2s);
  EXPECT_EQ(steps.back(), "hung up");
}

TEST_F(InterpreterTest, digits_lead_to_another_extension) {
  plan("[a]\nexten => 100,1,Menu()\nexten => 5,1,Step(five)\nexten => 56,1,Step(fifty-six)\n");
  call("100");
  engine.dial('5');
  EXPECT_EQ(steps.size(), 1U);
  engine.dial('6');
  EXPECT_EQ(steps[1], "a,56,1 Step(fifty-six)");
}

TEST_F(InterpreterTest, the_shorter_number_is_taken_when_no_digit_follows) {
  plan("[a]\nexten => 100,1,Menu()\nexten => 5,1,Step(five)\nexten => 56,1,Step(fifty-six)\n");
  call("100");
  engine.dial('5');
  advance(4900ms);
  EXPECT_EQ(steps.size(), 1U);
  advance(200ms);
  EXPECT_EQ(steps[1], "a,5,1 Step(five)");
}

TEST_F(InterpreterTest, a_wrong_digit_goes_to_i) {
  plan("[a]\nexten => 100,1,Menu()\nexten => 5,1,Step(five)\nexten => i,1,Step(${INVALID_EXTEN} is wrong)\n");
  call("100");
  engine.dial('8');
  EXPECT_EQ(steps[1], "a,i,1 Step(8 is wrong)");
}

TEST_F(InterpreterTest, without_autofallthrough_nothing_dialled_goes_to_t) {
  plan(
      "[general]\nautofallthrough=no\n[a]\nexten => 100,1,Menu()\nexten => 5,1,Step(five)\nexten => "
      "t,1,Step(too late)\nsame => n,Hang()\n");
  call("100");
  advance(3s);
  advance(9s);
  EXPECT_EQ(steps.size(), 1U);
  advance(2s);
  EXPECT_EQ(steps, (Steps{"a,100,1 Menu()", "a,t,1 Step(too late)", "a,t,2 Hang()", "hung up"}));
}

TEST_F(InterpreterTest, a_plan_that_goes_round_in_circles_is_stopped) {
  plan("[a]\nexten => 100,1,Step()\nsame => n,Jump(1)\n");
  call("100");
  EXPECT_LT(steps.size(), 1000U);  // other calls have their turn
  advance(2s);
  EXPECT_EQ(steps.back(), "hung up");
  EXPECT_GE(steps.size(), static_cast<std::size_t>(kMaxStepsWithoutWaiting));
  EXPECT_EQ(exchange.channel_count(), 0U);
}

TEST_F(InterpreterTest, a_plan_that_goes_round_but_waits_is_not) {
  plan("[a]\nexten => 100,1,Rest(1)\nsame => n,Jump(1)\n");
  call("100");
  advance(1000s);
  EXPECT_EQ(exchange.channel_count(), 1U);
  EXPECT_GE(steps.size(), 1990U);
}

TEST_F(InterpreterTest, digits_that_lead_nowhere_for_ever_are_stopped_too) {
  // '!' ends the collection at once, and matches t.
  interpreter.set_plan(load("[general]\nautofallthrough=no\n[a]\nexten => _!,1,Step()\n").plan);
  call("100");
  advance(2s);
  EXPECT_EQ(exchange.channel_count(), 0U);
}

TEST_F(InterpreterTest, globals_of_the_plan_are_there_and_last_over_a_reload) {
  plan("[globals]\nX=1\nY=2\n[a]\nexten => 100,1,Step(${X}${Y})\n");
  interpreter.globals().insert_or_assign("Z", "3");
  plan("[globals]\nX=9\n[a]\nexten => 100,1,Step(${X}${Y}${Z})\n");
  call("100");
  EXPECT_EQ(steps[0], "a,100,1 Step(923)");
}

TEST_F(InterpreterTest, a_reload_clears_globals_when_it_is_told_to) {
  plan("[globals]\nX=1\n[a]\n");
  plan("[general]\nclearglobalvars=yes\n[a]\nexten => 100,1,Step(${X})\n");
  call("100");
  EXPECT_EQ(steps[0], "a,100,1 Step()");
}

TEST_F(InterpreterTest, applications_may_expand_texts_of_their_own) {
  plan("[a]\nexten => 100,1,Again(x)\nsame => n,Step(${AGAIN})\n");
  call("100");
  EXPECT_EQ(steps[1], "a,100,2 Step(<x100>)");
}

TEST_F(InterpreterTest, callers_are_told_apart) {
  plan("[a]\nexten => 100/200,1,Step(two hundred)\nexten => 100,1,Step(anybody)\n");
  call("100", "200");
  call("100", "201");
  EXPECT_EQ(steps[0], "a,100,1 Step(two hundred)");
  EXPECT_EQ(steps[2], "a,100,1 Step(anybody)");
}

}  // namespace
}  // namespace polyfon::dialplan
