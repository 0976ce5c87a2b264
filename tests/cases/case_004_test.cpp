// Case 4: Content-Length in a datagram: RFC 3261 18.3, 20.14.
#include "house.h"

namespace polyfon::sim {
namespace {

using namespace std::chrono_literals;

using Case004 = House;

std::string options(std::string_view length_line, std::string_view body) {
  return crlf(
             "OPTIONS sip:192.0.2.1 SIP/2.0\n"
             "Via: SIP/2.0/UDP 192.0.2.20;branch=z9hG4bK4\n"
             "From: <sip:a@192.0.2.20>;tag=1\nTo: <sip:192.0.2.1>\nCall-ID: 4\nCSeq: 1 OPTIONS\n"
             "Content-Type: text/plain\n") +
         crlf(length_line) + "\r\n" + std::string(body);
}

TEST_F(Case004, rfc3261_18_3_a_body_shorter_than_promised_gets_400) {
  open();
  caller_.send_bytes(kHouse, options("Content-Length: 6\n", "12345"));
  world_.run_for(20ms);
  EXPECT_EQ(caller_.story(), "400");
}

TEST_F(Case004, rfc3261_18_3_what_follows_the_body_is_ignored) {
  open();
  caller_.send_bytes(kHouse, options("Content-Length: 2\n", "12345"));
  caller_.send_bytes(kHouse, options("Content-Length: 0\n", "BYE sip:x SIP/2.0\r\n\r\n"));
  world_.run_for(20ms);
  EXPECT_EQ(caller_.story(), "200 200");
}

TEST_F(Case004, rfc3261_18_3_without_it_the_body_fills_the_datagram) {
  open("exten => 100,1,Answer()\n same => n,Wait(60)");
  Words words;
  std::string text = written(words);
  const auto line = text.find("Content-Length");
  text.erase(line, text.find("\r\n", line) + 2 - line);
  caller_.send_bytes(kHouse, text);
  world_.run_for(20ms);
  EXPECT_EQ(caller_.story(), "200");  // the offer was read
  EXPECT_THAT(caller_.last(200).body(), testing::HasSubstr("m=audio"));
}

TEST_F(Case004, numbers_that_are_none_get_400) {
  open();
  for (const char* value : {"-1", "+1", "1x", "0x1", "4294967296", "18446744073709551616", "1 2", ""}) {
    caller_.clear();
    caller_.send_bytes(kHouse, options("Content-Length: " + std::string(value) + "\n", "1"));
    world_.run_for(20ms);
    EXPECT_EQ(caller_.story(), "400") << value;
  }
}

TEST_F(Case004, leading_zeros_are_a_number) {
  open();
  caller_.send_bytes(kHouse, options("Content-Length: 0001\n", "1"));
  world_.run_for(20ms);
  EXPECT_EQ(caller_.story(), "200");
}

TEST_F(Case004, twice_is_400_even_when_both_agree_and_in_any_spelling) {
  open();
  for (const char* second : {"Content-Length: 1\n", "l: 1\n", "L : 1\n", "CONTENT-LENGTH\t: 1\n"}) {
    caller_.clear();
    caller_.send_bytes(kHouse, options("Content-Length: 1\n" + std::string(second), "1"));
    world_.run_for(20ms);
    EXPECT_EQ(caller_.story(), "400") << second;
  }
}

TEST_F(Case004, an_ack_with_a_wrong_length_is_not_answered) {
  open();
  std::string ack = options("Content-Length: 9\n", "");
  ack.replace(0, 7, "ACK");
  ack.replace(ack.find("1 OPTIONS"), 9, "1 ACK");
  caller_.send_bytes(kHouse, ack);
  world_.run_for(1s);
  EXPECT_EQ(caller_.story(), "");
}

}  // namespace
}  // namespace polyfon::sim
