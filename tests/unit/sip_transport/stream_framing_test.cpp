// What a connection carries, cut into messages: case 13 of SIP over streams.
#include "sip/transport/stream_framing.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace polyfon::sip {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Kind = StreamFraming::Kind;

std::string message(std::string_view body = {}, std::string_view length_line = {}) {
  std::string line =
      length_line.empty() ? fmt::format("Content-Length: {}\r\n", body.size()) : std::string(length_line);
  return fmt::format(
      "MESSAGE sip:bob@b.example SIP/2.0\r\nVia: SIP/2.0/TCP 192.0.2.9;branch=z9hG4bKa\r\n"
      "From: <sip:a@a.example>;tag=1\r\nTo: <sip:b@b.example>\r\nCall-ID: c\r\nCSeq: 1 MESSAGE\r\n{}\r\n{}",
      line, body);
}

// Feeds in pieces and tells what came: messages as they stand, "ping", "broken".
std::vector<std::string> frames(std::string_view bytes, std::size_t piece = 1 << 20) {
  StreamFraming framing;
  std::vector<std::string> found;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    auto part = bytes.substr(at, piece);
    framing.append({part.data(), part.size()});
    for (auto frame = framing.next(); frame.kind != Kind::kMore; frame = framing.next()) {
      if (frame.kind == Kind::kPing) found.emplace_back("ping");
      if (frame.kind == Kind::kBroken) found.emplace_back("broken");
      if (frame.kind == Kind::kMessage) found.emplace_back(frame.bytes.data(), frame.bytes.size());
    }
  }
  return found;
}

TEST(StreamFraming, finds_a_message) { EXPECT_THAT(frames(message("hi")), ElementsAre(message("hi"))); }

TEST(StreamFraming, survives_one_byte_at_a_time) {
  const std::string two = message("one") + message("two");
  EXPECT_THAT(frames(two, 1), ElementsAre(message("one"), message("two")));
}

TEST(StreamFraming, gives_the_same_for_every_split) {
  const std::string all = message("a\r\n\r\nb") + "\r\n\r\n" + message() + "\r\n" + message("c");
  const auto whole = frames(all);
  EXPECT_EQ(whole.size(), 4u);
  for (std::size_t piece = 1; piece < all.size(); ++piece) EXPECT_EQ(frames(all, piece), whole) << piece;
}

TEST(StreamFraming, takes_pipelined_messages_apart) {
  EXPECT_THAT(frames(message() + message("x") + message()), ElementsAre(message(), message("x"), message()));
}

TEST(StreamFraming, waits_for_the_body) {
  const std::string text = message("0123456789");
  EXPECT_THAT(frames(text.substr(0, text.size() - 1)), IsEmpty());
}

TEST(StreamFraming, rfc5626_4_4_1_two_crlf_are_a_ping) {
  EXPECT_THAT(frames("\r\n\r\n"), ElementsAre("ping"));
  EXPECT_THAT(frames("\r\n\r\n", 1), ElementsAre("ping"));
  EXPECT_THAT(frames("\r\n\r\n\r\n\r\n"), ElementsAre("ping", "ping"));
}

TEST(StreamFraming, rfc3261_7_5_an_empty_line_before_a_message_is_nothing) {
  EXPECT_THAT(frames("\r\n" + message() + "\r\n" + message()), ElementsAre(message(), message()));
}

TEST(StreamFraming, a_message_between_two_empty_lines_makes_no_ping_of_them) {
  EXPECT_THAT(frames("\r\n" + message() + "\r\n"), ElementsAre(message()));
}

TEST(StreamFraming, knows_the_compact_name_and_odd_spelling) {
  for (std::string_view line :
       {"l: 2\r\n", "L:2\r\n", "content-length :   2\r\n", "CONTENT-LENGTH:\r\n 2\r\n"})
    EXPECT_THAT(frames(message("hi", line)), ElementsAre(message("hi", line))) << line;
}

TEST(StreamFraming, rfc3261_18_3_a_missing_content_length_breaks_the_stream) {
  EXPECT_THAT(frames(message("hi", "X: 1\r\n") + message()), ElementsAre("broken"));
}

TEST(StreamFraming, two_content_lengths_break_the_stream) {
  EXPECT_THAT(frames(message("hi", "Content-Length: 2\r\nl: 2\r\n")), ElementsAre("broken"));
  EXPECT_THAT(frames(message("hi", "Content-Length: 2\r\nContent-Length: 0\r\n")), ElementsAre("broken"));
}

TEST(StreamFraming, a_content_length_that_is_no_number_breaks_the_stream) {
  for (std::string_view line :
       {"Content-Length: -2\r\n", "Content-Length: two\r\n", "Content-Length: 2,2\r\n",
        "Content-Length: 99999999999\r\n", "Content-Length:\r\n"})
    EXPECT_THAT(frames(message("hi", line)), ElementsAre("broken")) << line;
}

TEST(StreamFraming, takes_65535_bytes_and_no_more) {
  const std::size_t head = message(std::string(60'000, 'x')).size() - 60'000;
  const std::string most(StreamFraming::kMaxMessage - head, 'x');
  EXPECT_EQ(message(most).size(), StreamFraming::kMaxMessage);
  EXPECT_THAT(frames(message(most)), ElementsAre(message(most)));
  EXPECT_THAT(frames(message(most + "x")), ElementsAre("broken"));
}

TEST(StreamFraming, a_head_without_an_end_breaks_the_stream) {
  std::string endless = "MESSAGE sip:b SIP/2.0\r\n";
  while (endless.size() < 70'000) endless += "X: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n";
  EXPECT_THAT(frames(endless), ElementsAre("broken"));
  EXPECT_THAT(frames(endless, 999), ElementsAre("broken"));
}

TEST(StreamFraming, a_line_without_an_end_breaks_the_stream_early) {
  EXPECT_THAT(frames(std::string(9000, 'x')), ElementsAre("broken"));
}

TEST(StreamFraming, other_protocols_break_the_stream) {
  EXPECT_THAT(frames("GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"), ElementsAre("broken"));
}

TEST(StreamFraming, nothing_follows_a_broken_message) {
  StreamFraming framing;
  const std::string bad = message("", "X: 1\r\n"), good = message();
  framing.append({bad.data(), bad.size()});
  EXPECT_EQ(framing.next().kind, Kind::kBroken);
  framing.append({good.data(), good.size()});
  EXPECT_EQ(framing.next().kind, Kind::kMore);
  EXPECT_TRUE(framing.broken());
}

TEST(StreamFraming, a_message_without_its_headers_is_whole_and_not_valid) {
  StreamFraming framing;
  const std::string text = "OPTIONS sip:b SIP/2.0\r\nContent-Length: 0\r\n\r\n";
  framing.append({text.data(), text.size()});
  auto frame = framing.next();
  EXPECT_EQ(frame.kind, Kind::kMessage);
  EXPECT_FALSE(frame.valid);
}

TEST(StreamFraming, a_good_message_is_valid_though_its_body_came_later) {
  StreamFraming framing;
  const std::string text = message("body");
  framing.append({text.data(), text.size() - 2});
  EXPECT_EQ(framing.next().kind, Kind::kMore);
  EXPECT_GT(framing.pending(), 0u);
  framing.append({text.data() + text.size() - 2, 2});
  EXPECT_TRUE(framing.next().valid);
  EXPECT_EQ(framing.pending(), 0u);
}

}  // namespace
}  // namespace polyfon::sip
