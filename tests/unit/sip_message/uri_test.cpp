#include "sip/message/uri.h"

#include <gtest/gtest.h>

namespace polyfon::sip {
namespace {

TEST(Uri, decodes_every_part) {
  const auto uri =
      Uri::parse("sips:al%20ice:pa$$@Host.Example:5061;transport=tcp;lr?Subject=a%20b&Priority=urgent");
  ASSERT_TRUE(uri);
  EXPECT_EQ(uri->scheme, Scheme::kSips);
  EXPECT_TRUE(uri->has_user);
  EXPECT_EQ(uri->user, "al%20ice");
  EXPECT_EQ(uri->password, "pa$$");
  EXPECT_EQ(uri->host, "Host.Example");
  EXPECT_EQ(uri->port, 5061);
  EXPECT_EQ(uri->parameters, "transport=tcp;lr");
  EXPECT_EQ(uri->headers, "Subject=a%20b&Priority=urgent");
  EXPECT_EQ(uri->parameter("TRANSPORT"), "tcp");
  EXPECT_EQ(uri->parameter("lr"), "");
  EXPECT_FALSE(uri->parameter("maddr"));
}

TEST(Uri, a_host_alone_has_no_user) {
  const auto uri = Uri::parse("sip:example.com");
  ASSERT_TRUE(uri);
  EXPECT_FALSE(uri->has_user);
  EXPECT_EQ(uri->host, "example.com");
  EXPECT_EQ(uri->port, 0);
}

TEST(Uri, takes_ipv6_in_brackets) {
  const auto uri = Uri::parse("sip:1@[2001:db8::10]:5070;lr");
  ASSERT_TRUE(uri);
  EXPECT_EQ(uri->host, "2001:db8::10");
  EXPECT_EQ(uri->port, 5070);
  EXPECT_EQ(Uri::parse("sip:[::ffff:192.0.2.1]")->host, "::ffff:192.0.2.1");
}

TEST(Uri, takes_what_is_right) {
  for (std::string_view text : {"sip:a@b",
                                "SIP:a@b",
                                "sip:b.",
                                "sip:192.0.2.1",
                                "sip:a@b:1",
                                "sip:a@b:65535",
                                "sip:a@1.example",
                                "sip:a@my_host",
                                "sip:a@b;x=%41",
                                "sip:a@b;x=[::1]:5",
                                "sip:a:@b",
                                "sip:*21#@b",
                                "sip:user;par=1@b",
                                "sip:a@b?to=sip:c%40d",
                                "sip:a@b?x=",
                                "sip:a@b;lr=",
                                "sip:a@4.com",
                                "sip:a/b?c@d",
                                "tel:+1-201-555-0123",
                                "tel:1002",
                                "tel:*21#",
                                "tel:7042;phone-context=example.com",
                                "mailto:a@b",
                                "urn:service:sos",
                                "h323:a@b"}) {
    EXPECT_TRUE(Uri::parse(text)) << text;
  }
}

TEST(Uri, refuses_what_is_wrong) {
  for (std::string_view text : {"",
                                "sip",
                                "sip:",
                                "sip:@b",
                                "sip:a@",
                                "sip:a@b:",
                                "sip:a@b:0",
                                "sip:a@b:65536",
                                "sip:a@b:-1",
                                "sip:a@b:5 ",
                                "sip:a@b;",
                                "sip:a@b;;lr",
                                "sip:a@b;=x",
                                "sip:a@b;x=a;",
                                "sip:a@b;x=<",
                                "sip:a@b?",
                                "sip:a@b?x",
                                "sip:a@b?=1",
                                "sip:a@b?x=1&",
                                "sip:a@b?x=1&&y=2",
                                "sip:a@b?x=\"",
                                "sip:a b@c",
                                "sip:a@b c",
                                "sip: a@b",
                                "sip:a\"@b",
                                "sip:a<@b",
                                "sip:%4@b",
                                "sip:%@b",
                                "sip:%4g@b",
                                "sip:a@b@c",
                                "sip:a:b:c@d",
                                "sip:a@-b",
                                "sip:a@b-",
                                "sip:a@b..c",
                                "sip:a@.b",
                                "sip:a@256.1.1.1",
                                "sip:a@1.2.3",
                                "sip:a@1.2.3.4.",
                                "sip:a@1",
                                "sip:a@[::1",
                                "sip:a@[]",
                                "sip:a@[1.2.3.4]",
                                "sip:a@[::g]",
                                "sip:a@[::1]x",
                                "sip:a@[::1]:",
                                "sip:a@::1",
                                "sip:a@[fe80::1%25eth0]",
                                "tel:",
                                "tel:+",
                                "tel:abz",
                                "tel:+1*2",
                                "tel:-",
                                "tel:1;",
                                "1x:a",
                                "x y:a",
                                "urn:",
                                "<sip:a@b>",
                                "x:a b",
                                "x:<a>"}) {
    EXPECT_FALSE(Uri::parse(text)) << text;
  }
}

TEST(Uri, host_names_have_their_limits) {
  const std::string label(63, 'a');
  EXPECT_TRUE(Uri::parse("sip:" + label));
  EXPECT_FALSE(Uri::parse("sip:" + label + "a"));
  const std::string four = label + "." + label + "." + label + "." + label;  // 255
  EXPECT_TRUE(Uri::parse("sip:" + four));
  EXPECT_FALSE(Uri::parse("sip:" + four + "."));
}

TEST(Uri, nul_is_no_part_of_any_host) {
  EXPECT_FALSE(Uri::parse(std::string_view("sip:a@b\0c", 9)));
  EXPECT_FALSE(Uri::parse(std::string_view("sip:a@[::1\0]", 12)));
}

TEST(Uri, says_what_is_wrong) {
  EXPECT_EQ(Uri::parse("sip:a@b:99999").error().text, "URI: bad port, expected 1 to 65535");
  EXPECT_EQ(Uri::parse("sip:@b").error().text, "URI: empty user before '@'");
}

TEST(Uri, an_unknown_scheme_is_kept_whole) {
  const auto uri = Uri::parse("soap.beep://192.0.2.103:3002");
  ASSERT_TRUE(uri);
  EXPECT_EQ(uri->scheme, Scheme::kOther);
  EXPECT_EQ(uri->opaque, "soap.beep://192.0.2.103:3002");
  EXPECT_TRUE(uri->host.empty());
  EXPECT_EQ(uri->to_string(), "soap.beep://192.0.2.103:3002");
}

TEST(Uri, a_tel_uri_has_a_number_and_parameters) {
  const auto uri = Uri::parse("tel:+1-201-555-0123;ext=12;phone-context=example.com");
  ASSERT_TRUE(uri);
  EXPECT_EQ(uri->scheme, Scheme::kTel);
  EXPECT_EQ(uri->user, "+1-201-555-0123");
  EXPECT_EQ(uri->parameter("ext"), "12");
  EXPECT_EQ(uri->to_string(), "tel:+1-201-555-0123;ext=12;phone-context=example.com");
}

TEST(Uri, prints_what_it_read) {
  for (std::string_view text :
       {"sip:a@b", "sips:a:b@c:1;d=e;f?g=h&i=j", "sip:[2001:db8::1]:5060", "sip:1@[::1]", "sip:host;lr"}) {
    EXPECT_EQ(Uri::parse(text)->to_string(), text);
  }
}

TEST(UriEscape, unescape_decodes_once_and_keeps_what_is_broken) {
  EXPECT_EQ(unescape("a%20b%2525"), "a b%25");
  EXPECT_EQ(unescape("%zz%4"), "%zz%4");
  EXPECT_EQ(unescape("%"), "%");
  EXPECT_EQ(unescape("%00"), std::string(1, '\0'));
}

TEST(UriEscape, escape_user_leaves_what_the_grammar_allows) {
  EXPECT_EQ(escape_user("+1-(555)*&=$,;?/"), "+1-(555)*&=$,;?/");
  EXPECT_EQ(escape_user("*21#"), "*21%23");
  EXPECT_EQ(escape_user("a b@c:d\"<%"), "a%20b%40c%3Ad%22%3C%25");
  EXPECT_EQ(escape_user("ж"), "%D0%B6");
}

TEST(UriEscape, escaping_is_undone_by_unescaping) {
  std::string all;
  for (int c = 0; c < 256; ++c) all += static_cast<char>(c);
  EXPECT_EQ(unescape(escape_user(all)), all);
  EXPECT_TRUE(Uri::parse("sip:" + escape_user(all) + "@h"));
}

}  // namespace
}  // namespace polyfon::sip
