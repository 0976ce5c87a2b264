// RFC 5118 4: IPv6 in every place of a message where an address may stand.
#include "sample.h"
#include "sip/message/builder.h"

namespace polyfon::sip {
namespace {

TEST(TortureIpv6, rfc5118_4_1_a_reference_with_brackets_is_right) {
  const auto uri = Uri::parse("sip:[2001:db8::10]");
  ASSERT_TRUE(uri);
  EXPECT_EQ(uri->host, "2001:db8::10");
}

TEST(TortureIpv6, rfc5118_4_2_a_reference_without_brackets_is_wrong) {
  EXPECT_FALSE(Uri::parse("sip:2001:db8::10"));
}

TEST(TortureIpv6, rfc5118_4_3_without_its_brackets_a_port_becomes_part_of_the_address) {
  EXPECT_EQ(Uri::parse("sip:[2001:db8::10:5070]")->host, "2001:db8::10:5070");
  EXPECT_EQ(Uri::parse("sip:[2001:db8::10:5070]")->port, 0);
}

TEST(TortureIpv6, rfc5118_4_4_with_them_it_is_a_port) {
  EXPECT_EQ(Uri::parse("sip:[2001:db8::10]:5070")->host, "2001:db8::10");
  EXPECT_EQ(Uri::parse("sip:[2001:db8::10]:5070")->port, 5070);
}

TEST(TortureIpv6, rfc5118_4_5_received_is_taken_with_and_without_brackets) {
  EXPECT_EQ(parse_via("SIP/2.0/UDP [2001:db8::9:1];received=[2001:db8::9:255];branch=b")->branch(), "b");
  EXPECT_EQ(
      parse_via("SIP/2.0/UDP [2001:db8::9:1];received=2001:db8::9:255;branch=b")->parameters.find("received"),
      "2001:db8::9:255");
}

TEST(TortureIpv6, rfc5118_4_7_both_families_may_meet_in_one_list) {
  const std::string text =
      sample("Via: SIP/2.0/UDP [2001:db8::9:1];branch=2,\r\n SIP/2.0/TCP [2001:db8::9:1]:5070;branch=3\r\n");
  std::string hosts;
  each_in_list(Message(text), Header::kVia, [&](std::string_view element) {
    const auto via = parse_via(element);
    hosts.append(via.value().host).append(":").append(std::to_string(via.value().port)).append(" ");
    return true;
  });
  EXPECT_EQ(hosts, "192.0.2.1:5060 2001:db8::9:1:0 2001:db8::9:1:5070 ");
}

TEST(TortureIpv6, rfc5118_4_9_mapped_addresses_are_addresses) {
  EXPECT_TRUE(Uri::parse("sip:user@[::ffff:192.0.2.10]:19823"));
}

// RFC 3261's own grammar made people write it.
TEST(TortureIpv6, rfc5118_4_10_the_colon_too_many_is_forgiven) {
  EXPECT_TRUE(Uri::parse("sip:user@[2001:db8:::192.0.2.1]"));
  EXPECT_FALSE(Uri::parse("sip:user@[2001:db8::::192.0.2.1]"));
  EXPECT_TRUE(Uri::parse("sip:user@[2001:db8::192.0.2.1]"));
}

TEST(TortureIpv6, received_is_written_without_brackets) {
  std::string out;
  const std::string text = sample();
  Builder(out).response_to(Message(text), 200, {}, {}, "2001:db8::1", 5060).body();
  EXPECT_TRUE(Message(out).header(Header::kVia)->ends_with(";received=2001:db8::1"));
}

}  // namespace
}  // namespace polyfon::sip
