// Each named limit at its edge: the last value that passes, the first that does not.
#include "sample.h"

namespace polyfon::sip {
namespace {

std::string repeated(std::string_view text, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += text;
  return out;
}

TEST(Limits, headers_of_a_message) {
  EXPECT_EQ(error_of(sample(repeated("X: 1\r\n", Message::kMaxHeaders - 5))), ParseError::kNone);
  EXPECT_EQ(error_of(sample(repeated("X: 1\r\n", Message::kMaxHeaders - 4))), ParseError::kTooManyHeaders);
}

TEST(Limits, the_lines_before_the_limit_are_kept) {
  const std::string text = sample(repeated("X: 1\r\n", 1000));
  EXPECT_TRUE(Message(text).has_response_headers());
  EXPECT_EQ(Message(text).lines().size(), Message::kMaxHeaders);
}

TEST(Limits, bytes_of_a_header_line) {
  EXPECT_EQ(error_of(sample("X: " + std::string(Message::kMaxLine - 3, 'x') + "\r\n")), ParseError::kNone);
  EXPECT_EQ(error_of(sample("X: " + std::string(Message::kMaxLine - 2, 'x') + "\r\n")),
            ParseError::kLineTooLong);
}

TEST(Limits, folds_do_not_stretch_a_line) {
  const std::string fold = "\r\n " + std::string(997, 'x');
  EXPECT_EQ(error_of(sample("X: " + repeated(fold, 8) + "\r\n")), ParseError::kNone);
  EXPECT_EQ(error_of(sample("X: " + repeated(fold, 9) + "\r\n")), ParseError::kLineTooLong);
}

TEST(Limits, bytes_of_the_start_line) {
  const std::size_t rest = std::string_view("OPTIONS  SIP/2.0").size();
  for (std::size_t over : {0U, 1U}) {
    const std::string uri(Message::kMaxLine - rest + over, 'u');
    EXPECT_EQ(error_of(replaced(sample(), "sip:1002@pbx.example", uri)),
              over == 0 ? ParseError::kNone : ParseError::kLineTooLong);
  }
}

TEST(Limits, bytes_of_a_message) {
  const std::size_t head = sample().size();
  EXPECT_EQ(error_of(sample({}, std::string(Message::kMaxBytes - head, 'b'))), ParseError::kNone);
  EXPECT_EQ(error_of(sample({}, std::string(Message::kMaxBytes - head + 1, 'b'))), ParseError::kLineTooLong);
}

TEST(Limits, parameters_of_a_header) {
  const std::string via = "SIP/2.0/UDP h";
  EXPECT_TRUE(parse_via(via + repeated(";a=1", kMaxHeaderParameters)));
  const auto refused = parse_via(via + repeated(";a=1", kMaxHeaderParameters + 1));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, base::ErrorCode::kLimit);
  EXPECT_TRUE(parse_name_addr("<sip:a@b>" + repeated(";a", kMaxHeaderParameters)));
  EXPECT_FALSE(parse_name_addr("<sip:a@b>" + repeated(";a", kMaxHeaderParameters + 1)));
}

TEST(Limits, pairs_of_credentials) {
  EXPECT_TRUE(parse_auth("Digest " + repeated("a=1,", kMaxHeaderParameters)));
  EXPECT_FALSE(parse_auth("Digest " + repeated("a=1,", kMaxHeaderParameters + 1)));
}

TEST(Limits, vias_of_a_message) {
  auto essentials = [](std::size_t more) {
    const std::string text = sample(repeated("Via: SIP/2.0/UDP h\r\n", more));
    return parse_essentials(Message(text)).has_value();
  };
  EXPECT_TRUE(essentials(kMaxVias - 1));
  EXPECT_FALSE(essentials(kMaxVias));
}

TEST(Limits, bytes_of_a_uri) {
  const std::string head = "sip:@h";
  EXPECT_TRUE(Uri::parse("sip:" + std::string(Uri::kMaxBytes - head.size(), 'u') + "@h"));
  const auto refused = Uri::parse("sip:" + std::string(Uri::kMaxBytes - head.size() + 1, 'u') + "@h");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, base::ErrorCode::kLimit);
}

TEST(Limits, parameters_and_headers_of_a_uri) {
  EXPECT_TRUE(Uri::parse("sip:h" + repeated(";a", Uri::kMaxParameters)));
  EXPECT_FALSE(Uri::parse("sip:h" + repeated(";a", Uri::kMaxParameters + 1)));
  EXPECT_TRUE(Uri::parse("sip:h?a=1" + repeated("&a=1", Uri::kMaxParameters - 1)));
  EXPECT_FALSE(Uri::parse("sip:h?a=1" + repeated("&a=1", Uri::kMaxParameters)));
}

}  // namespace
}  // namespace polyfon::sip
