// The dialplan functions, each through ${...} and Set() as a plan uses it.
#include "dialplan/variables.h"
#include "unit/dialplan/small_exchange.h"

namespace polyfon::dialplan {
namespace {

class FuncTest : public SmallExchange {
 protected:
  FuncTest() {
    plan("[globals]\nTRUNK=SIP/out\n[a]\nexten => 100,1,Answer()\nsame => n,Rest(100)\n");
    call("100", "200");
    EXPECT_TRUE(channel());
  }
  std::string expanded(std::string_view text) { return expand_now(context(), std::string(text)); }
  bool set(std::string_view assignment) { return assign(context(), assignment).has_value(); }
  ExpansionContext context() {
    ExpansionContext context = interpreter.expansion_context(*channel());
    context.reporter = &said;
    return context;
  }

 public:
  class Said final : public Reporter {
   public:
    void warn(std::string text) override { lines.push_back(std::move(text)); }
    std::vector<std::string> lines;
  } said;
};

base::Task<AppResult> run_answer(AppContext context, std::string) {
  co_return context.channel.answer() ? AppResult::go_on() : AppResult::hangup();
}
base::Task<AppResult> run_rest(AppContext context, std::string) {
  co_await context.channel.wait_for_ever();
  co_return AppResult::hangup();
}
const Registration kAnswer{{"Answer", {}, {}, {}, {}, {}}, run_answer};
const Registration kRest{{"Rest", {}, {}, {}, {}, {}}, run_rest};

TEST_F(FuncTest, caller_id_is_read) {
  EXPECT_EQ(expanded("${CALLERID(num)}"), "200");
  EXPECT_EQ(expanded("${CALLERID(number)}"), "200");
  EXPECT_EQ(expanded("${CALLERID(name)}"), "Caller");
  EXPECT_EQ(expanded("${CALLERID(all)}"), "\"Caller\" <200>");
  EXPECT_EQ(expanded("${CALLERID(ani)}"), "200");
  EXPECT_EQ(expanded("${CALLERID(dnid)}"), "100");
  EXPECT_EQ(expanded("${CALLERID(rdnis)}"), "");
  EXPECT_EQ(expanded("${CALLERID(pres)}"), "allowed_not_screened");
  EXPECT_EQ(expanded("${CALLERID(NUM):-2}"), "00");
  EXPECT_TRUE(said.lines.empty());
}

TEST_F(FuncTest, caller_id_may_come_from_a_text) {
  EXPECT_EQ(expanded("${CALLERID(num,Anna <300>)}"), "300");
  EXPECT_EQ(expanded("${CALLERID(name,Anna <300>)}"), "Anna");
}

TEST_F(FuncTest, caller_id_is_written) {
  EXPECT_TRUE(set("CALLERID(num)=301"));
  EXPECT_TRUE(set("CALLERID(name)=Boris"));
  EXPECT_EQ(expanded("${CALLERID(all)}"), "\"Boris\" <301>");
  EXPECT_TRUE(set("CALLERID(all)=\"Vera\" <302>"));
  EXPECT_EQ(channel()->caller_id.name, "Vera");
  EXPECT_EQ(channel()->caller_id.number, "302");
  EXPECT_TRUE(set("CALLERID(dnid)=5"));
  EXPECT_EQ(channel()->dialed_number, "5");
  EXPECT_FALSE(set("CALLERID(colour)=blue"));
}

TEST_F(FuncTest, an_unknown_part_of_the_caller_id_is_said) {
  EXPECT_EQ(expanded("${CALLERID(colour)}"), "");
  EXPECT_EQ(said.lines.size(), 1U);
}

TEST_F(FuncTest, channel_is_read) {
  EXPECT_EQ(expanded("${CHANNEL(name)}"), channel()->name);
  EXPECT_EQ(expanded("${CHANNEL(uniqueid)}"), channel()->unique_id);
  EXPECT_EQ(expanded("${CHANNEL(linkedid)}"), channel()->linked_id);
  EXPECT_EQ(expanded("${CHANNEL(State)}"), "Up");
  EXPECT_EQ(expanded("${CHANNEL(exten)}@${CHANNEL(context)}"), "100@a");
  EXPECT_EQ(expanded("${CHANNEL(channeltype)}"), "SIP");
  EXPECT_EQ(expanded("${CHANNEL(wheels)}"), "");
  EXPECT_EQ(said.lines.size(), 1U);
}

TEST_F(FuncTest, channel_is_written) {
  EXPECT_TRUE(set("CHANNEL(language)=ru"));
  EXPECT_TRUE(set("CHANNEL(musicclass)=jazz"));
  EXPECT_TRUE(set("CHANNEL(accountcode)=7"));
  EXPECT_EQ(expanded("${CHANNEL(language)} ${CHANNEL(musicclass)} ${CHANNEL(accountcode)}"), "ru jazz 7");
  EXPECT_FALSE(set("CHANNEL(name)=other"));
}

TEST_F(FuncTest, global_sees_through_the_channel) {
  EXPECT_TRUE(set("TRUNK=mine"));
  EXPECT_EQ(expanded("${TRUNK} ${GLOBAL(TRUNK)}"), "mine SIP/out");
}

TEST_F(FuncTest, global_is_set_for_all) {
  EXPECT_TRUE(set("GLOBAL(COUNT)=1"));
  EXPECT_EQ(interpreter.globals().at("COUNT"), "1");
  EXPECT_FALSE(channel()->variables.contains("COUNT"));
  EXPECT_EQ(expanded("${GLOBAL(NOTHING)}"), "");
}

TEST_F(FuncTest, len_counts_bytes) {
  EXPECT_EQ(expanded("${LEN(${EXTEN})}"), "3");
  EXPECT_EQ(expanded("${LEN(${NOTHING})}"), "0");
  EXPECT_EQ(expanded("${LEN(a,b)}"), "3");
  EXPECT_FALSE(set("LEN(x)=1"));
}

TEST_F(FuncTest, strftime_formats_a_moment_in_a_zone) {
  EXPECT_EQ(expanded("${STRFTIME(86400,UTC,%Y-%m-%d)}"), "1970-01-02");
  EXPECT_EQ(expanded("${STRFTIME(0,Europe/Moscow,%H:%M)}"), "03:00");
  EXPECT_EQ(expanded("${STRFTIME(0.25,UTC,%S.%q)}"), "00.250");
}

TEST_F(FuncTest, strftime_takes_now_by_default) {
  EXPECT_EQ(expanded("${STRFTIME(,UTC,%Y%m%d%H%M)}"), "202603021200");
  EXPECT_EQ(expanded("${STRFTIME(${EPOCH},UTC,%Y%m%d%H%M)}"), "202603021200");
  EXPECT_EQ(expanded("${STRFTIME(${EPOCH},,%Y%m)}"), "202603");
}

TEST_F(FuncTest, strftime_formats_as_the_c_library_by_default) {
  EXPECT_EQ(expanded("${STRFTIME(0,UTC)}"), "Thu Jan  1 00:00:00 1970");
  EXPECT_FALSE(expanded("${STRFTIME()}").empty());
}

TEST_F(FuncTest, the_format_of_strftime_may_hold_commas) {
  EXPECT_EQ(expanded("${STRFTIME(0,UTC,%d,%m)}"), "01,01");
}

TEST_F(FuncTest, strftime_says_what_it_does_not_understand) {
  EXPECT_EQ(expanded("${STRFTIME(yesterday,UTC,%Y)}"), "2026");
  EXPECT_EQ(expanded("${STRFTIME(1e300,UTC,%Y)}"), "2026");
  EXPECT_EQ(expanded("${STRFTIME(99999999999999,UTC,%Y)}"), "2026");
  EXPECT_EQ(expanded("${STRFTIME(0,Atlantis,%H)}"), "00");
  EXPECT_EQ(said.lines.size(), 4U);
}

TEST_F(FuncTest, without_a_channel_nothing_breaks) {
  ExpansionContext none;
  none.reporter = &said;
  for (std::string_view text : {"${CALLERID(num)}", "${CHANNEL(name)}", "${GLOBAL(X)}", "${STRFTIME()}"})
    EXPECT_EQ(expand_now(none, std::string(text)), "") << text;
  EXPECT_FALSE(assign(none, "CALLERID(num)=1"));
  EXPECT_FALSE(assign(none, "CHANNEL(language)=ru"));
  EXPECT_FALSE(assign(none, "GLOBAL(x)=1"));
}

TEST(Functions, all_have_their_manual) {
  EXPECT_GE(functions().size(), 40U);
  for (const Function* function : functions()) {
    EXPECT_FALSE(function->info.synopsis.empty()) << function->info.name;
    EXPECT_TRUE(function->info.syntax.starts_with(function->info.name)) << function->info.name;
    EXPECT_FALSE(function->info.description.empty()) << function->info.name;
  }
}

}  // namespace
}  // namespace polyfon::dialplan
