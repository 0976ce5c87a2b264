// CSeq, RAck, seconds, credentials, comma lists.
#include "sample.h"

namespace polyfon::sip {
namespace {

TEST(CSeq, has_a_number_and_a_method) {
  const auto cseq = parse_cseq("0009\r\n  INVITE");
  ASSERT_TRUE(cseq);
  EXPECT_EQ(cseq->number, 9U);
  EXPECT_EQ(cseq->method, Method::kInvite);
  EXPECT_EQ(parse_cseq("1 NEWMETHOD")->method_name, "NEWMETHOD");
  EXPECT_EQ(parse_cseq("1 NEWMETHOD")->method, Method::kUnknown);
}

TEST(CSeq, rfc3261_8_1_1_5_is_below_two_to_the_31st) {
  EXPECT_EQ(parse_cseq("2147483647 ACK")->number, 2147483647U);
  EXPECT_FALSE(parse_cseq("2147483648 ACK"));
  EXPECT_FALSE(parse_cseq("4294967297 ACK"));
}

TEST(CSeq, refuses_what_is_wrong) {
  for (std::string_view text :
       {"", "1", "1 ", "ACK", "1ACK", "-1 ACK", "+1 ACK", "1 ACK x", "1 A(CK", "1,ACK", "0x1 ACK"}) {
    EXPECT_FALSE(parse_cseq(text)) << text;
  }
}

TEST(RAck, has_rseq_cseq_and_method) {
  const auto rack = parse_rack("776656 1 INVITE");
  ASSERT_TRUE(rack);
  EXPECT_EQ(rack->rseq, 776656U);
  EXPECT_EQ(rack->cseq.number, 1U);
  EXPECT_EQ(rack->cseq.method, Method::kInvite);
  EXPECT_EQ(parse_rack("4294967295 1 INVITE")->rseq, 4294967295U);
}

TEST(RAck, refuses_what_is_wrong) {
  for (std::string_view text :
       {"", "1", "1 2", "1 INVITE", "0 1 INVITE", "4294967296 1 INVITE", "1 2 INVITE x", "1 -2 INVITE"}) {
    EXPECT_FALSE(parse_rack(text)) << text;
  }
}

TEST(DeltaSeconds, are_digits_and_never_wrap) {
  EXPECT_EQ(parse_delta_seconds("0"), 0U);
  EXPECT_EQ(parse_delta_seconds(" 3600\r\n "), 3600U);
  EXPECT_EQ(parse_delta_seconds("4294967295"), 4294967295U);
  EXPECT_EQ(parse_delta_seconds("4294967296"), 4294967295U);
  EXPECT_EQ(parse_delta_seconds(std::string(100, '9')), 4294967295U);
  for (std::string_view text : {"", " ", "-1", "+1", "1s", "1 2", "1.5"})
    EXPECT_FALSE(parse_delta_seconds(text)) << text;
}

TEST(AuthValue, finds_its_pairs) {
  const auto auth =
      parse_auth(R"(Digest username="bob", realm = "a, nonce=\"x\"" ,NONCE="n", qop=auth,nc=00000001)");
  ASSERT_TRUE(auth);
  EXPECT_EQ(auth->scheme, "Digest");
  EXPECT_EQ(auth->find("username"), "bob");
  EXPECT_EQ(auth->find("realm"), R"(a, nonce=\"x\")");
  EXPECT_EQ(auth->find("nonce"), "n");
  EXPECT_EQ(auth->find("qop"), "auth");
  EXPECT_EQ(auth->find("NC"), "00000001");
  EXPECT_FALSE(auth->find("name"));
}

TEST(AuthValue, is_not_fooled_by_what_stands_in_quotes) {
  const auto auth = parse_auth(R"(Digest username="x, response=\"evil\", uri=1", response="good")");
  ASSERT_TRUE(auth);
  EXPECT_EQ(auth->find("response"), "good");
  EXPECT_FALSE(auth->find("uri"));
}

TEST(AuthValue, takes_folds_and_empty_elements) {
  const auto auth = parse_auth("Digest\r\n a=1,\r\n\tb=\"2\",,c=,");
  ASSERT_TRUE(auth);
  EXPECT_EQ(auth->find("b"), "2");
  EXPECT_EQ(auth->find("c"), "");
}

TEST(AuthValue, refuses_broken_digests) {
  for (std::string_view text : {"", "\"x\"", "Digest a", "Digest a=\"x", "Digest a=b c=d", "Digest =b",
                                "Digest a=\"b\"c", "Digest a==\"b"}) {
    EXPECT_FALSE(parse_auth(text)) << text;
  }
}

TEST(AuthValue, leaves_other_schemes_alone) {
  const auto auth = parse_auth("Bearer abc/def==");
  ASSERT_TRUE(auth);
  EXPECT_EQ(auth->scheme, "Bearer");
  EXPECT_EQ(auth->text, "abc/def==");
  EXPECT_FALSE(auth->find("abc"));
  EXPECT_TRUE(parse_auth("Negotiate"));
}

std::vector<std::string> elements(std::string_view list) {
  std::vector<std::string> out;
  while (const auto element = next_in_list(list)) out.emplace_back(*element);
  return out;
}
using Elements = std::vector<std::string>;

TEST(List, splits_at_commas) {
  EXPECT_EQ(elements("a, b ,\r\n c"), (Elements{"a", "b", "c"}));
  EXPECT_EQ(elements("one"), (Elements{"one"}));
}

TEST(List, passes_over_empty_elements) {
  EXPECT_EQ(elements(""), Elements{});
  EXPECT_EQ(elements(" , ,, "), Elements{});
  EXPECT_EQ(elements(",a,,b,"), (Elements{"a", "b"}));
}

TEST(List, commas_in_quotes_brackets_and_comments_do_not_split) {
  EXPECT_EQ(elements(R"("a,b" <sip:c,d@e>;f="g,\",h", "i)"),
            (Elements{R"("a,b" <sip:c,d@e>;f="g,\",h")", R"("i)"}));
  EXPECT_EQ(elements("a (x, (y,z)\\), w), b"), (Elements{"a (x, (y,z)\\), w)", "b"}));
  EXPECT_EQ(elements("<sip:a,b, c"), (Elements{"<sip:a,b, c"}));
}

TEST(List, an_open_parenthesis_alone_is_a_character) {
  EXPECT_EQ(elements("sip:a(b@c, sip:d@e"), (Elements{"sip:a(b@c", "sip:d@e"}));
  EXPECT_EQ(elements("a), b"), (Elements{"a)", "b"}));
}

TEST(List, a_quote_is_literal_inside_brackets) {
  EXPECT_EQ(elements("<sip:a\"@b>, <sip:c@d>"), (Elements{"<sip:a\"@b>", "<sip:c@d>"}));
}

TEST(List, is_walked_over_all_lines_until_told_to_stop) {
  const std::string text = sample("Supported: a, b\r\nk: c\r\n");
  const Message message(text);
  std::string seen;
  each_in_list(message, Header::kSupported, [&](std::string_view element) {
    seen += element;
    return true;
  });
  EXPECT_EQ(seen, "abc");
  seen.clear();
  each_in_list(message, Header::kSupported, [&](std::string_view element) {
    seen += element;
    return element != "b";
  });
  EXPECT_EQ(seen, "ab");
}

TEST(List, contains_tokens_in_any_case) {
  const std::string text = sample("Supported: 100rel , timer\r\nk: Path\r\nRequire:\r\n");
  const Message message(text);
  EXPECT_TRUE(list_contains(message, Header::kSupported, "100REL"));
  EXPECT_TRUE(list_contains(message, Header::kSupported, "path"));
  EXPECT_FALSE(list_contains(message, Header::kSupported, "time"));
  EXPECT_FALSE(list_contains(message, Header::kRequire, ""));
  EXPECT_FALSE(list_contains(message, Header::kAllow, "INVITE"));
}

}  // namespace
}  // namespace polyfon::sip
