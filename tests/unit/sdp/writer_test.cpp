#include "sdp/writer.h"

#include "samples.h"

namespace polyfon::sdp {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(SdpWriter, writes_crlf_lines_in_the_order_of_rfc_8866) {
  SessionDescription d;
  d.session_id = 7;
  d.version = 2;
  d.origin_address = "192.0.2.1";
  Media audio;
  audio.type = "audio";
  audio.port = 4000;
  audio.transport = "RTP/AVP";
  audio.address = "192.0.2.1";
  audio.formats = {{8, "PCMA", 8000, 1, ""}, {97, "iLBC", 8000, 1, "mode=20"}, {96, "opus", 48000, 2, ""}};
  audio.ptime = 20;
  d.media.push_back(audio);
  EXPECT_EQ(
      d.to_string(),
      "v=0\r\no=- 7 2 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n"
      "m=audio 4000 RTP/AVP 8 97 96\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:97 iLBC/8000\r\na=fmtp:97 mode=20\r\n"
      "a=rtpmap:96 opus/48000/2\r\na=ptime:20\r\na=sendrecv\r\n");
}

TEST(SdpWriter, what_was_parsed_is_written_and_parsed_the_same) {
  for (std::string_view media :
       {std::string_view(
            "m=audio 4000 RTP/AVP 0 96\r\na=rtpmap:96 opus/48000/2\r\na=fmtp:96 a=b\r\na=rtcp-mux\r\n"),
        std::string_view(
            "m=audio 4000 RTP/AVP 8\r\na=inactive\r\nm=video 0 RTP/AVP 31\r\nm=image 5 udptl t38\r\n"),
        std::string_view(
            "m=audio 4000 RTP/SAVP 8 x\r\nc=IN IP6 2001:db8::1\r\na=rtcp:9\r\na=maxptime:40\r\n"),
        std::string_view("m=audio 0 RTP/AVP 8\r\na=sendonly\r\n"), kPhone}) {
    SessionDescription first = parsed(with(media));
    EXPECT_EQ(parsed(first.to_string()), first) << first.to_string();
  }
}

TEST(SdpWriter, one_address_stands_in_the_session_and_several_with_their_streams) {
  std::string one = parsed(with("m=audio 1 RTP/AVP 8\r\nm=video 2 RTP/AVP 31\r\n")).to_string();
  EXPECT_LT(one.find("c=IN"), one.find("t=0 0"));
  EXPECT_EQ(one.find("c=IN"), one.rfind("c=IN"));
  std::string two =
      parsed(with("m=audio 1 RTP/AVP 8\r\nm=video 2 RTP/AVP 31\r\nc=IN IP4 192.0.2.99\r\n")).to_string();
  EXPECT_GT(two.find("c=IN IP4 192.0.2.10\r\n"), two.find("m=audio"));
  EXPECT_GT(two.find("c=IN IP4 192.0.2.99\r\n"), two.find("m=video"));
}

TEST(SdpWriter, a_refused_stream_has_no_attributes) {
  EXPECT_THAT(parsed(with("m=video 0 RTP/AVP 31\r\n")).to_string(), Not(HasSubstr("a=sendrecv")));
}

TEST(SdpWriter, an_origin_without_an_address_is_written_as_unspecified) {
  SessionDescription d;
  EXPECT_THAT(d.to_string(), HasSubstr("o=- 0 0 IN IP4 0.0.0.0\r\n"));
  d.origin_v6 = true;
  EXPECT_THAT(d.to_string(), HasSubstr("o=- 0 0 IN IP6 ::\r\n"));
}

TEST(Direction, reversing_twice_gives_the_same) {
  for (Direction d : {Direction::kSendRecv, Direction::kSendOnly, Direction::kRecvOnly, Direction::kInactive})
    EXPECT_EQ(reversed(reversed(d)), d);
  EXPECT_EQ(reversed(Direction::kSendOnly), Direction::kRecvOnly);
}

TEST(Direction, both_keeps_what_both_allow) {
  EXPECT_EQ(both(Direction::kSendRecv, Direction::kSendOnly), Direction::kSendOnly);
  EXPECT_EQ(both(Direction::kSendOnly, Direction::kRecvOnly), Direction::kInactive);
  EXPECT_EQ(both(Direction::kRecvOnly, Direction::kRecvOnly), Direction::kRecvOnly);
}

}  // namespace
}  // namespace polyfon::sdp
