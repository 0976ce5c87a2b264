// Expansion: ${...} in texts (asterisk 1.5).
#include "dialplan/expansion.h"

#include <algorithm>

#include "dialplan/variables.h"
#include "small_exchange.h"

namespace polyfon::dialplan {
namespace {

base::Task<std::string> read_echo(ExpansionContext, std::string arguments) {
  co_return "<" + arguments + ">";
}
bool refuse(ExpansionContext, std::string_view, std::string_view) { return false; }
bool write_stored(ExpansionContext context, std::string_view arguments, std::string_view value) {
  return set_variable(context, "STORED_" + std::string(arguments), value).has_value();
}

const FunctionRegistration kEcho{{{"ECHO", {}, {}, {}}, read_echo, nullptr}};
const FunctionRegistration kStored{{{"STORED", {}, {}, {}}, nullptr, write_stored}};
const FunctionRegistration kStubborn{{{"STUBBORN", {}, {}, {}}, read_echo, refuse}};

class Listener final : public Reporter {
 public:
  void warn(std::string text) override { said.push_back(std::move(text)); }
  std::vector<std::string> said;
};

class Expansion : public testing::Test {
 public:
  Expansion() {
    globals["A"] = "alpha";
    globals["B"] = "A";
    globals["N"] = "123456789";
    globals["E"] = "";
  }
  std::string expanded(std::string_view text) {
    listener.said.clear();
    return expand_now(context, std::string(text));
  }
  Globals globals;
  Listener listener;
  SmallClock clock;
  ExpansionContext context{.globals = &globals, .clock = &clock, .reporter = &listener};
};

TEST_F(Expansion, a_text_without_a_dollar_is_itself) {
  EXPECT_EQ(expanded("plain {text} [1]"), "plain {text} [1]");
}

TEST_F(Expansion, names_become_values) { EXPECT_EQ(expanded("x${A}y${A}"), "xalphayalpha"); }

TEST_F(Expansion, what_is_not_set_is_empty) {
  EXPECT_EQ(expanded("<${NOTHING}>"), "<>");
  EXPECT_EQ(expanded("<${E}>"), "<>");
  EXPECT_EQ(expanded("<${}>"), "<>");
  EXPECT_TRUE(listener.said.empty());
}

TEST_F(Expansion, names_have_case) { EXPECT_EQ(expanded("${a}"), ""); }

TEST_F(Expansion, names_nest) {
  EXPECT_EQ(expanded("${${B}}"), "alpha");
  globals["ARG1"] = "one";
  globals["n"] = "1";
  EXPECT_EQ(expanded("${ARG${n}}"), "one");
}

TEST_F(Expansion, values_are_not_expanded_again) {
  globals["X"] = "${A}";
  EXPECT_EQ(expanded("${X}"), "${A}");
}

TEST_F(Expansion, a_dollar_alone_is_a_dollar) {
  EXPECT_EQ(expanded("$5 and $"), "$5 and $");
  EXPECT_EQ(expanded("$${A}"), "$alpha");
}

struct Part {
  std::string_view text, want;
};
class SubstringVectors : public Expansion, public testing::WithParamInterface<Part> {};
TEST_P(SubstringVectors, agree_with_asterisk) { EXPECT_EQ(expanded(GetParam().text), GetParam().want); }
INSTANTIATE_TEST_SUITE_P(
    All, SubstringVectors,
    testing::Values(Part{"${N:1}", "23456789"}, Part{"${N:0}", "123456789"}, Part{"${N:3:2}", "45"},
                    Part{"${N:0:1}", "1"}, Part{"${N:0:0}", ""}, Part{"${N:-4}", "6789"},
                    Part{"${N:-4:2}", "67"}, Part{"${N:-4:-1}", "678"}, Part{"${N:0:-1}", "12345678"},
                    Part{"${N:2:-3}", "3456"}, Part{"${N:8}", "9"}, Part{"${N:9}", ""}, Part{"${N:99}", ""},
                    Part{"${N:-99}", "123456789"}, Part{"${N:-99:3}", "123"}, Part{"${N:5:99}", "6789"},
                    Part{"${N:0:-9}", ""}, Part{"${N:5:-4}", ""}, Part{"${N:5:-3}", "6"},
                    Part{"${N:}", "123456789"}, Part{"${N::5}", "123456789"}, Part{"${N:x}", "123456789"},
                    Part{"${N: 2 }", "3456789"}, Part{"${N:+2}", "3456789"}, Part{"${N:1:2:3}", "23"},
                    Part{"${NOTHING:1}", ""}, Part{"${N:2147483647}", ""},
                    Part{"${N:-2147483648}", "123456789"}, Part{"${ECHO(a:b):1:2}", "a:"},
                    Part{"${ECHO(123):-2}", "3>"}, Part{"${${B}:1:3}", "lph"},
                    Part{"${N:${ONE}2}", "3456789"}));

TEST_F(Expansion, functions_get_what_is_between_the_outer_parentheses) {
  EXPECT_EQ(expanded("${ECHO(x)}"), "<x>");
  EXPECT_EQ(expanded("${ECHO()}"), "<>");
  EXPECT_EQ(expanded("${ECHO(a(b)c)}"), "<a(b)c>");
  EXPECT_EQ(expanded("${ECHO(a)b)}"), "<a)b>");
}

TEST_F(Expansion, arguments_are_expanded_first) {
  EXPECT_EQ(expanded("${ECHO(${A},${ECHO(2)})}"), "<alpha,<2>>");
}

TEST_F(Expansion, a_missing_parenthesis_of_a_function_is_said) {
  EXPECT_EQ(expanded("${ECHO(x}"), "<x>");
  EXPECT_EQ(listener.said.size(), 1U);
}

TEST_F(Expansion, functions_have_case) {
  EXPECT_EQ(expanded("${echo(x)}"), "");
  EXPECT_EQ(listener.said,
            (std::vector<std::string>{"echo() is no function that is known: it gives nothing"}));
}

TEST_F(Expansion, a_function_that_is_only_written_is_said) {
  EXPECT_EQ(expanded("${STORED(x)}"), "");
  EXPECT_EQ(listener.said, (std::vector<std::string>{"STORED() is only to be written: it gives nothing"}));
}

TEST_F(Expansion, a_missing_brace_is_said_and_the_rest_taken) {
  EXPECT_EQ(expanded("x${A"), "xalpha");
  ASSERT_EQ(listener.said.size(), 1U);
  EXPECT_NE(listener.said[0].find("'}' of ${A is missing"), std::string::npos);
}

TEST_F(Expansion, braces_are_counted) {
  EXPECT_EQ(expanded("${ECHO({x})}y"), "<{x}>y");
  EXPECT_EQ(expanded("${ECHO({x)}"), "<{x>");  // the '}' closes the '{'
}

TEST_F(Expansion, expressions_are_calculated_after_their_values_are_put_in) {
  globals["a"] = "4";
  EXPECT_EQ(expanded("$[${a}+1]"), "5");
  EXPECT_EQ(expanded("<$[ ${a} * $[${a} + 1] ]>"), "<20>");
  EXPECT_EQ(expanded("${N:$[1 + 1]:$[${a} / 2]}"), "34");
  EXPECT_EQ(expanded("${ECHO($[1=1])}"), "<1>");
  EXPECT_EQ(expanded("$[]"), "");
  EXPECT_TRUE(listener.said.empty());
}

TEST_F(Expansion, an_expression_without_its_bracket_is_said_and_the_rest_taken) {
  EXPECT_EQ(expanded("$[1 + 1"), "2");
  EXPECT_EQ(listener.said.size(), 1U);
}

TEST_F(Expansion, an_expression_asks_dialplan_functions) {
  EXPECT_EQ(expanded("$[ECHO(a)]"), "<a>") << "what it returns is a text, whatever it holds";
  EXPECT_EQ(expanded("$[NOTHING(a)]"), "0");
  EXPECT_EQ(listener.said.size(), 1U);
}

TEST_F(Expansion, a_quote_in_a_value_does_not_end_the_text_it_stands_in) {
  globals["NAME"] = "x\" = \"x\" | \"1";
  EXPECT_EQ(expanded("$[\"${NAME}\" = \"boss\"]"), "0");
  EXPECT_EQ(expanded("$[\"${NAME}\" = \"${NAME}\"]"), "1");
  EXPECT_EQ(expanded("$[\"${NAME}\" ~~ \"\"]"), globals["NAME"]);
  EXPECT_EQ(expanded("$[\"${NAME}\" =~ \"= (.)\"]"), "\"");
  EXPECT_TRUE(listener.said.empty());
}

TEST_F(Expansion, depth_is_limited) {
  std::string text = "A";
  for (int i = 0; i < kMaxExpansionDepth - 1; ++i) text = "${ECHO(" + text + ")}";
  EXPECT_EQ(expanded(text).find("<<<"), 0U);
  EXPECT_TRUE(listener.said.empty());
  for (int i = 0; i < 10; ++i) text = "${ECHO(" + text + ")}";
  EXPECT_EQ(expanded(text),
            std::string(kMaxExpansionDepth - 1, '<') + std::string(kMaxExpansionDepth - 1, '>'));
  EXPECT_EQ(listener.said.size(), 1U);
}

TEST_F(Expansion, length_is_limited) {
  globals["LONG"] = std::string(5000, 'x');
  EXPECT_EQ(expanded("${LONG}${LONG}${LONG}").size(), kMaxExpandedBytes);
  EXPECT_FALSE(listener.said.empty());
}

TEST_F(Expansion, knows_the_time) {
  EXPECT_EQ(expanded("${EPOCH}"), "1772452800");
  context.clock = nullptr;
  EXPECT_EQ(expanded("${EPOCH}"), "");
}

TEST_F(Expansion, without_a_channel_it_knows_nothing_of_one) {
  EXPECT_EQ(expanded("<${EXTEN}${CHANNEL}>"), "<>");
}

TEST_F(Expansion, variables_without_a_channel_are_global) {
  EXPECT_TRUE(set_variable(context, "NEW", "1"));
  EXPECT_EQ(globals["NEW"], "1");
}

TEST_F(Expansion, setting_splits_at_the_first_equals_sign_and_keeps_the_rest) {
  EXPECT_TRUE(assign(context, " X =a=\"b\" "));
  EXPECT_EQ(globals["X"], "a=\"b\" ");
  EXPECT_FALSE(assign(context, "X"));
  EXPECT_FALSE(assign(context, "=1"));
}

TEST_F(Expansion, underscores_before_a_name_are_not_part_of_it) {
  EXPECT_TRUE(assign(context, "_X=1"));
  EXPECT_EQ(globals["X"], "1");
  EXPECT_TRUE(assign(context, "__X=2"));
  EXPECT_EQ(globals["X"], "2");
  EXPECT_EQ(plain_name("___X"), "_X");
}

TEST_F(Expansion, functions_can_be_written) {
  EXPECT_TRUE(assign(context, "STORED(a)=b=c"));
  EXPECT_EQ(globals["STORED_a"], "b=c");
  EXPECT_EQ(assign(context, "ECHO(x)=1").error().text, "ECHO() is read-only");
  EXPECT_EQ(assign(context, "NOSUCH(x)=1").error().text, "there is no function NOSUCH()");
  EXPECT_EQ(assign(context, "STUBBORN(x)=1").error().text, "STUBBORN(x) cannot be set to '1'");
}

TEST_F(Expansion, values_have_a_limit) {
  EXPECT_EQ(set_variable(context, "X", std::string(kMaxExpandedBytes + 1, 'x')).error().code,
            base::ErrorCode::kLimit);
}

TEST_F(Expansion, nothing_to_set_in_is_an_error) { EXPECT_FALSE(set_variable(ExpansionContext{}, "X", "1")); }

TEST(Functions, are_listed_by_name) {
  const auto all = functions();
  ASSERT_GE(all.size(), 3U);
  EXPECT_TRUE(std::ranges::is_sorted(all, {}, [](const Function* f) { return f->info.name; }));
}

class ChannelExpansion : public SmallExchange {
 protected:
  ChannelExpansion() {
    plan("[a]\nexten => 100,1,Queue()\nsame => n,Rest(100)\nexten => 100,hint,SIP/100,Custom:x\n");
    call("100");
    EXPECT_TRUE(channel());
  }
  std::string expanded(std::string_view text) {
    return expand_now(interpreter.expansion_context(*channel()), std::string(text));
  }
};

TEST_F(ChannelExpansion, knows_the_channel) {
  EXPECT_EQ(expanded("${EXTEN} ${CONTEXT} ${PRIORITY}"), "100 a 2");
  EXPECT_EQ(expanded("${CHANNEL}"), channel()->name);
  EXPECT_EQ(expanded("${UNIQUEID}"), channel()->unique_id);
  EXPECT_EQ(expanded("${HANGUPCAUSE}"), "0");
  EXPECT_EQ(expanded("${HINT}|${HINTNAME}"), "SIP/100|Custom:x");
  EXPECT_EQ(expanded("${CALLINGPRES}"), "0");
}

TEST_F(ChannelExpansion, builtins_go_before_variables_and_these_before_globals) {
  channel()->variables["EXTEN"] = "variable";
  channel()->variables["X"] = "variable";
  interpreter.globals()["X"] = "global";
  interpreter.globals()["Y"] = "global";
  EXPECT_EQ(expanded("${EXTEN} ${X} ${Y}"), "100 variable global");
}

TEST_F(ChannelExpansion, an_empty_variable_hides_a_global) {
  interpreter.globals()["X"] = "global";
  EXPECT_TRUE(set_variable(*channel(), "X", ""));
  EXPECT_EQ(expanded("<${X}>"), "<>");
}

TEST_F(ChannelExpansion, the_number_of_variables_has_a_limit) {
  for (std::size_t i = channel()->variables.size(); i < call::kMaxVariables; ++i)
    ASSERT_TRUE(set_variable(*channel(), "V" + std::to_string(i), "x"));
  EXPECT_EQ(set_variable(*channel(), "ONE_MORE", "x").error().code, base::ErrorCode::kLimit);
  EXPECT_TRUE(set_variable(*channel(), "V500", "changed"));
}

}  // namespace
}  // namespace polyfon::dialplan
