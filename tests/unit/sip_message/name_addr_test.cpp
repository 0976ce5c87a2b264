#include <gtest/gtest.h>

#include "sip/message/headers.h"

namespace polyfon::sip {
namespace {

TEST(NameAddr, decodes_a_quoted_display_name) {
  const auto address = parse_name_addr(R"("A \"B\" <x>, C" <sip:a@b;lr>;tag=1;expires=60)");
  ASSERT_TRUE(address);
  EXPECT_EQ(address->display_name, R"(A \"B\" <x>, C)");
  EXPECT_EQ(address->uri_text, "sip:a@b;lr");
  EXPECT_EQ(address->uri.user, "a");
  EXPECT_TRUE(address->uri.parameter("lr"));
  EXPECT_EQ(address->tag(), "1");
  EXPECT_EQ(address->parameters.find("expires"), "60");
  EXPECT_FALSE(address->parameters.find("lr"));
}

TEST(NameAddr, decodes_bare_display_names) {
  EXPECT_EQ(parse_name_addr("Alice Smith <sip:a@b>")->display_name, "Alice Smith");
  EXPECT_EQ(parse_name_addr("Alice\r\n Smith<sip:a@b>")->display_name, "Alice\r\n Smith");
  EXPECT_EQ(parse_name_addr("<sip:a@b>")->display_name, "");
  EXPECT_EQ(parse_name_addr("\"\" <sip:a@b>")->display_name, "");
  EXPECT_EQ(parse_name_addr("Алиса <sip:a@b>")->display_name, "Алиса");
}

TEST(NameAddr, rfc3261_20_parameters_behind_a_bare_uri_are_the_headers) {
  const auto address = parse_name_addr("sip:a@b:5070;user=phone ; tag = x");
  ASSERT_TRUE(address);
  EXPECT_EQ(address->uri_text, "sip:a@b:5070");
  EXPECT_FALSE(address->uri.parameter("user"));
  EXPECT_EQ(address->parameters.find("user"), "phone");
  EXPECT_EQ(address->tag(), "x");
}

TEST(NameAddr, takes_blanks_around_its_parts) {
  const auto address = parse_name_addr(" \r\n \"A\"\r\n <sip:a@b> \r\n ; tag\r\n = 1 ");
  ASSERT_TRUE(address);
  EXPECT_EQ(address->tag(), "1");
}

TEST(NameAddr, a_uri_in_brackets_may_hold_what_a_bare_one_may_not) {
  EXPECT_EQ(parse_name_addr("<sip:a,b@c?d=e>")->uri.headers, "d=e");
  EXPECT_FALSE(parse_name_addr("sip:a,b@c"));
  EXPECT_FALSE(parse_name_addr("sip:a@c?d=e"));
}

TEST(NameAddr, keeps_quoted_parameters) {
  const auto address = parse_name_addr(R"(<sip:a@b>;+sip.instance="<urn:uuid:0>";reg-id=1)");
  ASSERT_TRUE(address);
  EXPECT_EQ(address->parameters.find("+sip.instance"), "<urn:uuid:0>");
  EXPECT_EQ(address->parameters.find("reg-id"), "1");
}

TEST(NameAddr, has_no_tag_when_none_is_given) {
  EXPECT_EQ(parse_name_addr("<sip:a@b>")->tag(), "");
  EXPECT_EQ(parse_name_addr("<sip:a@b;tag=uris>")->tag(), "");
}

TEST(NameAddr, refuses_what_is_wrong) {
  for (std::string_view text : {"",
                                "*",
                                "<",
                                "<>",
                                "<sip:a@b",
                                "sip:a@b>",
                                "\"A <sip:a@b>",
                                "\"A\" sip:a@b",
                                "\"A\\\" <sip:a@b>",
                                "A, B <sip:a@b>",
                                "< sip:a@b>",
                                "<sip:a@b >",
                                "<sip:a@b>x",
                                "<sip:a@b>,<sip:c@d>",
                                "<sip:a@b>;",
                                "<sip:a@b>;;tag=1",
                                "<sip:a@b>;=1",
                                "A (B) <sip:a@b>",
                                "sip:a@b c",
                                "a@b",
                                "A",
                                "<sip:a@b>;tag=\"x",
                                "A <B> <sip:a@b>",
                                "\"A\"\"B\" <sip:a@b>"}) {
    EXPECT_FALSE(parse_name_addr(text)) << text;
  }
}

TEST(NameAddr, a_star_is_asked_for_apart) {
  EXPECT_TRUE(is_star("*"));
  EXPECT_TRUE(is_star(" *\r\n "));
  EXPECT_FALSE(is_star("**"));
  EXPECT_FALSE(is_star("*;expires=0"));
  EXPECT_FALSE(is_star(""));
}

}  // namespace
}  // namespace polyfon::sip
