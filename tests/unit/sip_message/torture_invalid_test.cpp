// RFC 4475 3.1.2: messages that are wrong, each with the error it must get and whether it can be answered.
#include "sample.h"

namespace polyfon::sip {
namespace {

// The scan lets it pass, and parse_essentials() refuses it with that text.
void expect_refused(std::string_view name, std::string_view text) {
  const std::string bytes = corpus(name);
  const Message message(bytes);
  EXPECT_EQ(message.error(), ParseError::kNone) << to_string(message.error());
  EXPECT_TRUE(message.has_response_headers());
  const auto essentials = parse_essentials(message);
  ASSERT_FALSE(essentials);
  EXPECT_EQ(essentials.error().text, text);
}

void expect_error(std::string_view name, ParseError error) {
  const std::string bytes = corpus(name);
  const Message message(bytes);
  EXPECT_EQ(message.error(), error) << to_string(message.error());
  EXPECT_TRUE(message.has_response_headers());
}

TEST(TortureInvalid, rfc4475_3_1_2_1_badinv01_has_empty_parameters) {
  expect_refused("badinv01", "Via: bad parameter, expected ;name=value");
  const std::string bytes = corpus("badinv01");
  EXPECT_FALSE(parse_name_addr(*Message(bytes).header(Header::kContact)));
}

TEST(TortureInvalid, rfc4475_3_1_2_2_clerr_promises_more_than_came) {
  expect_error("clerr", ParseError::kContentLength);
}

TEST(TortureInvalid, rfc4475_3_1_2_3_ncl_is_negative) { expect_error("ncl", ParseError::kContentLength); }

TEST(TortureInvalid, rfc4475_3_1_2_4_scalar02_overflows) {
  expect_refused("scalar02", "CSeq: bad number, expected 0 to 2147483647");
  const std::string bytes = replaced(corpus("scalar02"), "36893488147419103232", "1");
  const Message message(bytes);
  EXPECT_EQ(parse_essentials(message).error().text, "Max-Forwards: expected 0 to 255");
  EXPECT_EQ(parse_delta_seconds(*message.header(Header::kExpires)), 0xffffffffU);
}

TEST(TortureInvalid, rfc4475_3_1_2_5_scalarlg_overflows_in_a_response) {
  expect_refused("scalarlg", "CSeq: bad number, expected 0 to 2147483647");
  const std::string bytes = corpus("scalarlg");
  EXPECT_EQ(Message(bytes).method(), Method::kUnknown);
}

TEST(TortureInvalid, rfc4475_3_1_2_6_quotbal_never_closes_its_quote) {
  expect_refused("quotbal", "To: address: quote that never closes");
}

TEST(TortureInvalid, rfc4475_3_1_2_7_ltgtruri_has_brackets) {
  expect_refused("ltgtruri", "Request-URI: URI: bad scheme or character");
}

TEST(TortureInvalid, rfc4475_3_1_2_8_lwsruri_has_a_blank_in_the_uri) {
  expect_error("lwsruri", ParseError::kStartLine);
  const std::string bytes = corpus("lwsruri");
  EXPECT_TRUE(Message(bytes).is_request());
  EXPECT_EQ(Message(bytes).method(), Method::kInvite);
}

TEST(TortureInvalid, rfc4475_3_1_2_9_lwsstart_has_two_blanks) {
  expect_error("lwsstart", ParseError::kStartLine);
}

TEST(TortureInvalid, rfc4475_3_1_2_10_trws_has_blanks_at_the_end) {
  expect_error("trws", ParseError::kStartLine);
}

TEST(TortureInvalid, rfc4475_3_1_2_11_escruri_has_headers_in_the_request_uri) {
  expect_refused("escruri", "Request-URI: headers are not allowed");
}

// The RFC lets only those reject it who need the date; nobody here does.
TEST(TortureInvalid, rfc4475_3_1_2_12_baddate_is_left_to_who_reads_dates) {
  const std::string bytes = corpus("baddate");
  const Message message(bytes);
  EXPECT_EQ(message.error(), ParseError::kNone);
  EXPECT_TRUE(parse_essentials(message));
  EXPECT_EQ(message.header(Header::kDate), "Fri, 01 Jan 2010 16:00:00 EST");
}

TEST(TortureInvalid, rfc4475_3_1_2_13_regbadct_has_a_bare_uri_with_headers) {
  const std::string bytes = corpus("regbadct");
  const Message message(bytes);
  EXPECT_TRUE(parse_essentials(message));
  const auto contact = parse_name_addr(*message.header(Header::kContact));
  ASSERT_FALSE(contact);
  EXPECT_EQ(contact.error().text, "address: a URI with ',' or '?' must stand in <>");
}

TEST(TortureInvalid, rfc4475_3_1_2_14_badaspec_has_blanks_in_the_uri) {
  expect_refused("badaspec", "To: URI: bad scheme or character");
}

TEST(TortureInvalid, rfc4475_3_1_2_15_baddn_has_a_comma_in_a_bare_display_name) {
  expect_refused("baddn", "From: address: expected '<' after the display name");
}

TEST(TortureInvalid, rfc4475_3_1_2_16_badvers_can_be_answered_505) {
  expect_error("badvers", ParseError::kVersion);
  const std::string bytes = corpus("badvers");
  const Message message(bytes);
  EXPECT_TRUE(message.is_request());
  EXPECT_EQ(message.method(), Method::kOptions);
  EXPECT_EQ(message.request_uri(), "sip:t.watson@example.org");
}

TEST(TortureInvalid, rfc4475_3_1_2_17_mismatch01) {
  expect_refused("mismatch01", "CSeq: the method is not that of the request");
}

// The method is unknown too: 501 as well as 400 is right.
TEST(TortureInvalid, rfc4475_3_1_2_18_mismatch02) {
  expect_refused("mismatch02", "CSeq: the method is not that of the request");
  const std::string bytes = corpus("mismatch02");
  EXPECT_EQ(Message(bytes).method(), Method::kUnknown);
}

TEST(TortureInvalid, rfc4475_3_1_2_19_bigcode) {
  expect_error("bigcode", ParseError::kStartLine);
  const std::string bytes = corpus("bigcode");
  EXPECT_FALSE(Message(bytes).is_request());
  EXPECT_EQ(Message(bytes).status(), 0);
}

}  // namespace
}  // namespace polyfon::sip
