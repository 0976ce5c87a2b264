// Functions that only calculate: question and answer, as they stand in a plan.
#include "dialplan/variables.h"
#include "unit/dialplan/small_exchange.h"

namespace polyfon::dialplan {
namespace {

class Said final : public Reporter {
 public:
  void warn(std::string text) override { all += text + "\n"; }
  std::string all;
};

struct Case {
  std::string_view question, answer, warning = {};
};

class TextFunctions : public testing::TestWithParam<Case> {
 protected:
  TextFunctions() {
    globals_ = {{"list", "a-b-c"},
                {"commas", "1,2,3"},
                {"empty", ""},
                {"one", "1"},
                {"num", "41"},
                {"text", "hello"},
                {"phone", "+7 (916) 123-45-67"}};
  }
  Globals globals_;
  SmallClock clock_;
};

TEST_P(TextFunctions, answer) {
  Said said;
  const ExpansionContext context{.globals = &globals_, .clock = &clock_, .reporter = &said};
  EXPECT_EQ(expand_now(context, std::string(GetParam().question)), GetParam().answer) << GetParam().question;
  if (GetParam().warning.empty())
    EXPECT_EQ(said.all, "") << GetParam().question;
  else
    EXPECT_NE(said.all.find(GetParam().warning), std::string::npos) << GetParam().question << "\n"
                                                                    << said.all;
}

INSTANTIATE_TEST_SUITE_P(
    Lists, TextFunctions,
    testing::Values(Case{"${CUT(list,-,2)}", "b"}, Case{"${CUT(list,-,2-)}", "b-c"},
                    Case{"${CUT(list,-,-2)}", "a-b"}, Case{"${CUT(list,-,1&3)}", "a-c"},
                    Case{"${CUT(list,-,1-2)}", "a-b"}, Case{"${CUT(list,-,9)}", ""},
                    Case{"${CUT(list,,2)}", "b"}, Case{"${CUT(commas,\\,,2)}", "2"},
                    Case{"${CUT(commas,\",\",3)}", "3"}, Case{"${CUT(empty,-,1)}", ""},
                    Case{"${CUT(PASSTHRU(x-y),-,2)}", "y"}, Case{"${CUT(list)}", "", "expected CUT"},
                    Case{"${FIELDQTY(list,-)}", "3"}, Case{"${FIELDQTY(empty,-)}", "0"},
                    Case{"${FIELDQTY(commas,\\,)}", "3"}, Case{"${FIELDQTY(text,-)}", "1"},
                    Case{"${FIELDNUM(list,-,b)}", "2"}, Case{"${FIELDNUM(list,-,x)}", "0"},
                    Case{"${LISTFILTER(list,-,b)}", "a-c"}, Case{"${LISTFILTER(list,-,x)}", "a-b-c"},
                    Case{"${SHIFT(commas)}-${commas}", "1-2,3"}, Case{"${POP(commas)}-${commas}", "3-1,2"},
                    Case{"${SHIFT(text)}-${text}", "hello-"}, Case{"${SHIFT(list,-)}:${list}", "a:b-c"}));

INSTANTIATE_TEST_SUITE_P(
    Texts, TextFunctions,
    testing::Values(Case{"${REPLACE(phone, ()-)}", "+79161234567"}, Case{"${REPLACE(text,l,L)}", "heLLo"},
                    Case{"${REPLACE(text)}", "", "expected REPLACE"},
                    Case{"${STRREPLACE(text,l,LL)}", "heLLLLo"}, Case{"${STRREPLACE(text,l,x,1)}", "hexlo"},
                    Case{"${STRREPLACE(text,ell)}", "ho"},
                    Case{"${STRREPLACE(text)}", "", "expected STRREPLACE"},
                    Case{"${FILTER(0-9,${phone})}", "79161234567"},
                    Case{"${FILTER(0-9+,${phone})}", "+79161234567"}, Case{"${FILTER(a-c\\-,a-d-c)}", "a--c"},
                    Case{"${FILTER(\\x41,ABA)}", "AA"}, Case{"${FILTER(abc)}", "", "expected FILTER"},
                    Case{"${REGEX(\"^hel\" ${text})}", "1"}, Case{"${REGEX(\"^el\" ${text})}", "0"},
                    Case{"${REGEX(\"[\" ${text})}", "", "no regular expression"},
                    Case{"${REGEX(abc)}", "", "expected REGEX"}, Case{"${TOUPPER(${text})}", "HELLO"},
                    Case{"${TOLOWER(HeLLo)}", "hello"}, Case{"${QUOTE(a\"b\\c)}", "\"a\\\"b\\\\c\""},
                    Case{"${CSV_QUOTE(a\"b)}", "\"a\"\"b\""}, Case{"${PASSTHRU(a,b)}", "a,b"}));

INSTANTIATE_TEST_SUITE_P(
    Logic, TextFunctions,
    testing::Values(
        Case{"${IF(1?a:b)}", "a"}, Case{"${IF(0?a:b)}", "b"}, Case{"${IF($[${num} > 40]?many:few)}", "many"},
        Case{"${IF(0?a)}", ""}, Case{"${IF(1?\"x:y\":z)}", "x:y"}, Case{"${IF(?a:b)}", "", "expected IF"},
        Case{"${IFTIME(*,*,*,*?yes:no)}", "yes"}, Case{"${IFTIME(11:00-13:00,mon,*,*,UTC?yes:no)}", "yes"},
        Case{"${IFTIME(13:00-14:00,*,*,*,UTC?yes:no)}", "no"}, Case{"${IFMODULE(chan_sip.so)}", "1"},
        Case{"${IFMODULE(func_cut.so)}", "1"}, Case{"${IFMODULE(app_nonsense.so)}", "0"},
        Case{"${ISNULL(${empty})}", "1"}, Case{"${ISNULL(${text})}", "0"}, Case{"${EXISTS(${text})}", "1"},
        Case{"${EXISTS(${empty})}", "0"}, Case{"${SET(x=5)}${x}", "55"}, Case{"${SET(x)}", "", "no '='"},
        Case{"${EVAL($\\{num})}", "$\\{num}"}));

INSTANTIATE_TEST_SUITE_P(
    Numbers, TextFunctions,
    testing::Values(Case{"${MATH(1+2)}", "3.000000"}, Case{"${MATH(1+2,int)}", "3"},
                    Case{"${MATH(7/2,i)}", "3"}, Case{"${MATH(7%4,i)}", "3"}, Case{"${MATH(2**8,i)}", "256"},
                    Case{"${MATH(1<<4,i)}", "16"}, Case{"${MATH(16>>2,i)}", "4"},
                    Case{"${MATH(6AND3,i)}", "2"}, Case{"${MATH(6OR3,i)}", "7"},
                    Case{"${MATH(6XOR3,i)}", "5"}, Case{"${MATH(255+0,hex)}", "ff"},
                    Case{"${MATH(64+1,char)}", "A"}, Case{"${MATH(3>2)}", "TRUE"},
                    Case{"${MATH(3<=2)}", "FALSE"}, Case{"${MATH(2==2)}", "TRUE"},
                    Case{"${MATH(-3--2,i)}", "-1"}, Case{"${MATH(1/0)}", "", "division by zero"},
                    Case{"${MATH(abc)}", "", "expected number"}, Case{"${INC(num)}${num}", "4242"},
                    Case{"${DEC(num)}${num}", "4040"}, Case{"${INC(text)}", "", "not a number"},
                    Case{"${MAX(3,5)}", "5"}, Case{"${MIN(3,5.5)}", "3"}, Case{"${ABS(-2.5)}", "2.5"},
                    Case{"${MAX(a,1)}", "", "expected two numbers"},
                    Case{"${ABS(x)}", "", "expected a number"}, Case{"$[ABS(-3) + 1]", "4"}));

INSTANTIATE_TEST_SUITE_P(
    Codings, TextFunctions,
    testing::Values(Case{"${MD5(hello)}", "5d41402abc4b2a76b9719d911017c592"},
                    Case{"${SHA1(hello)}", "aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d"},
                    Case{"${BASE64_ENCODE(hello)}", "aGVsbG8="}, Case{"${BASE64_DECODE(aGVsbG8=)}", "hello"},
                    Case{"${BASE64_DECODE(a)}", "", "not base64"}, Case{"${BASE64_ENCODE()}", ""},
                    Case{"${URIENCODE(a b/c)}", "a%20b%2Fc"}, Case{"${URIDECODE(a%20b%2Fc)}", "a b/c"},
                    Case{"${URIDECODE(100%)}", "100%"}, Case{"${URIDECODE(%zz)}", "%zz"},
                    Case{"${SPRINTF(%03d,7)}", "007"}, Case{"${SPRINTF(%s-%5.2f%%,x,1.5)}", "x- 1.50%"},
                    Case{"${SPRINTF(%x,255)}", "ff"}, Case{"${SPRINTF(%d)}", "", "fewer arguments"},
                    Case{"${SPRINTF(%n,1)}", "", "not known"}, Case{"${SPRINTF(%999999d,1)}", "", "wider"},
                    Case{"${STRPTIME(2026-03-02 15:00:00,Europe/Moscow,%Y-%m-%d %H:%M:%S)}", "1772452800"},
                    Case{"${STRPTIME(nonsense,UTC,%Y)}", "", "expected STRPTIME"}));

class Hashes : public SmallExchange {
 protected:
  Hashes() {
    plan("[a]\nexten => 100,1,Rest(100)\n");
    call("100");
  }
  std::string ask(std::string_view text) {
    return expand_now(interpreter.expansion_context(*channel()), std::string(text));
  }
  bool set(std::string_view text) {
    return assign(interpreter.expansion_context(*channel()), text).has_value();
  }
};

TEST_F(Hashes, keep_values_by_key) {
  EXPECT_TRUE(set("HASH(h,b)=2"));
  EXPECT_TRUE(set("HASH(h,a)=1,5"));
  EXPECT_EQ(ask("${HASH(h,a)}|${HASH(h,b)}|${HASH(h,c)}"), "1,5|2|");
  EXPECT_EQ(ask("${HASHKEYS(h)}"), "a,b");
  EXPECT_EQ(ask("${HASH(h)}"), "1,5,2");
  EXPECT_FALSE(set("HASH(h)=1"));
}

TEST_F(Hashes, array_sets_several_variables) {
  EXPECT_TRUE(set("ARRAY(a,b,c)=1,2"));
  EXPECT_EQ(ask("${a}${b}${c}."), "12.");
}

TEST_F(Hashes, push_and_unshift_write_lists) {
  EXPECT_TRUE(set("PUSH(l)=b"));
  EXPECT_TRUE(set("PUSH(l)=c"));
  EXPECT_TRUE(set("UNSHIFT(l)=a"));
  EXPECT_EQ(ask("${l}"), "a,b,c");
}

TEST_F(Hashes, timeouts_are_read_and_written) {
  EXPECT_EQ(ask("${TIMEOUT(digit)} ${TIMEOUT(response)} ${TIMEOUT(absolute)}"), "5.000 10.000 0");
  EXPECT_TRUE(set("TIMEOUT(digit)=2.5"));
  EXPECT_TRUE(set("TIMEOUT(response)=3"));
  EXPECT_TRUE(set("TIMEOUT(absolute)=60"));
  EXPECT_EQ(ask("${TIMEOUT(digit)} ${TIMEOUT(response)} ${TIMEOUT(absolute)}"), "2.500 3.000 60.000");
  EXPECT_TRUE(set("TIMEOUT(absolute)=0"));
  EXPECT_EQ(ask("${TIMEOUT(absolute)}"), "0");
  EXPECT_FALSE(set("TIMEOUT(wheels)=1"));
  EXPECT_FALSE(set("TIMEOUT(digit)=soon"));
}

}  // namespace
}  // namespace polyfon::dialplan
