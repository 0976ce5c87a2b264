#include "samples.h"

namespace polyfon::sdp {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(SdpParser, reads_what_a_phone_sends) {
  SessionDescription d = parsed(with(kPhone));
  EXPECT_EQ(d.origin_user, "alice");
  EXPECT_EQ(d.session_id, 2890844526u);
  EXPECT_EQ(d.origin_address, "192.0.2.10");
  ASSERT_EQ(d.media.size(), 1u);
  const Media& audio = d.media[0];
  EXPECT_EQ(audio.type, "audio");
  EXPECT_EQ(audio.port, 49170);
  EXPECT_EQ(audio.transport, "RTP/AVP");
  EXPECT_EQ(audio.format_list, "0 8 18 101");
  EXPECT_EQ(audio.address, "192.0.2.10");
  EXPECT_EQ(audio.ptime, 20);
  EXPECT_THAT(payload_types(audio), ElementsAre(0, 8, 18, 101));
  EXPECT_EQ(audio.formats[2].parameters, "annexb=no");
  EXPECT_EQ(audio.formats[3].encoding, "telephone-event");
}

TEST(SdpParser, rfc8866_5_example_is_understood) {
  SessionDescription d = parsed(
      "v=0\r\no=jdoe 3724394400 3724394405 IN IP4 198.51.100.1\r\ns=Call to John Smith\r\n"
      "i=SDP Offer #1\r\nu=http://www.jdoe.example.com/home.html\r\n"
      "e=Jane Doe <jane@jdoe.example.com>\r\np=+1 617 555-6011\r\nc=IN IP4 198.51.100.1\r\nt=0 0\r\n"
      "m=audio 49170 RTP/AVP 0\r\nm=audio 49180 RTP/AVP 0\r\nm=video 51372 RTP/AVP 99\r\n"
      "c=IN IP6 2001:db8::2\r\na=rtpmap:99 h263-1998/90000\r\n");
  EXPECT_EQ(d.session_name, "Call to John Smith");
  EXPECT_EQ(d.version, 3724394405u);
  ASSERT_EQ(d.media.size(), 3u);
  EXPECT_EQ(d.media[1].address, "198.51.100.1");
  EXPECT_EQ(d.media[2].address, "2001:db8::2");
  EXPECT_TRUE(d.media[2].address_v6);
  EXPECT_EQ(d.media[2].formats[0].clock_rate, 90000u);
}

TEST(SdpParser, takes_lines_that_end_in_lf_alone) {
  SessionDescription d =
      parsed("v=0\no=- 1 1 IN IP4 192.0.2.1\ns=-\nc=IN IP4 192.0.2.1\nt=0 0\nm=audio 4000 RTP/AVP 8\n");
  EXPECT_EQ(d.media.at(0).formats.at(0).encoding, "PCMA");
}

TEST(SdpParser, takes_a_last_line_without_an_end) {
  EXPECT_EQ(parsed(with("m=audio 4000 RTP/AVP 8")).media.at(0).port, 4000);
}

TEST(SdpParser, ignores_blank_lines_and_blanks_at_line_ends) {
  SessionDescription d = parsed("\r\n" + with("m=audio 4000 RTP/AVP 8 \t\r\n\r\n \r\na=sendonly \r\n"));
  EXPECT_EQ(d.media.at(0).direction, Direction::kSendOnly);
  EXPECT_EQ(d.media.at(0).format_list, "8");
}

TEST(SdpParser, takes_several_blanks_between_words) {
  Media audio = parsed(with("m=audio  4000   RTP/AVP  8  0\r\n")).media.at(0);
  EXPECT_THAT(payload_types(audio), ElementsAre(8, 0));
}

TEST(SdpParser, ignores_lines_and_attributes_that_it_does_not_know) {
  SessionDescription d =
      parsed(with("z=0 0\r\nx=what\r\na=tool:something\r\nm=audio 4000 RTP/AVP 8\r\nb=AS:64\r\nk=prompt\r\n"
                  "a=candidate:1 1 UDP 1 192.0.2.1 4000 typ host\r\na=ssrc:1 cname:x\r\na=\r\na=:\r\n"));
  EXPECT_EQ(d.media.size(), 1u);
}

TEST(SdpParser, wants_v_0_first) {
  EXPECT_EQ(parse_error("o=- 1 1 IN IP4 192.0.2.1\r\nv=0\r\n"), base::ErrorCode::kInvalid);
  EXPECT_EQ(parse_error("v=1\r\n"), base::ErrorCode::kInvalid);
}

TEST(SdpParser, refuses_an_empty_text) {
  EXPECT_EQ(parse_error(""), base::ErrorCode::kInvalid);
  EXPECT_EQ(parse_error("\r\n\r\n"), base::ErrorCode::kInvalid);
}

TEST(SdpParser, refuses_a_line_that_is_none) {
  EXPECT_EQ(parse_error(with("nonsense\r\n")), base::ErrorCode::kInvalid);
  EXPECT_EQ(parse_error(with("m\r\n")), base::ErrorCode::kInvalid);
}

TEST(SdpParser, names_the_line_that_is_wrong) {
  auto description = SessionDescription::parse(with("m=audio none RTP/AVP 8\r\n"));
  ASSERT_FALSE(description);
  EXPECT_THAT(description.error().text, HasSubstr("line 6"));
}

TEST(SdpParser, refuses_nul_and_a_cr_inside_a_line) {
  EXPECT_EQ(parse_error(with(std::string("a=x\0y\r\n", 7))), base::ErrorCode::kInvalid);
  EXPECT_EQ(parse_error(with("m=video 1 RTP/AVP 31\rm=audio 2 RTP/AVP 8\r\n")), base::ErrorCode::kInvalid);
}

TEST(SdpParser, rfc8866_5_7_a_stream_without_any_connection_is_invalid) {
  EXPECT_EQ(parse_error("v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8\r\n"),
            base::ErrorCode::kInvalid);
}

TEST(SdpParser, the_missing_connection_is_found_in_every_stream) {
  EXPECT_EQ(parse_error("v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\nm=video 4000 RTP/AVP 31\r\n"
                        "m=audio 4000 RTP/AVP 8\r\nc=IN IP4 192.0.2.1\r\n"),
            base::ErrorCode::kInvalid);
}

TEST(SdpParser, a_refused_stream_needs_no_connection) {
  SessionDescription d = parsed("v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\nm=audio 0 RTP/AVP 8\r\n");
  EXPECT_EQ(d.media.at(0).address, "");
}

TEST(SdpParser, the_connection_of_a_stream_goes_before_that_of_the_session) {
  EXPECT_EQ(parsed(with("m=audio 4000 RTP/AVP 8\r\nc=IN IP4 203.0.113.7\r\n")).media.at(0).address,
            "203.0.113.7");
}

TEST(SdpParser, takes_the_ttl_off_a_connection) {
  EXPECT_EQ(parsed(with("m=audio 4000 RTP/AVP 8\r\nc=IN IP4 233.252.0.1/127/3\r\n")).media.at(0).address,
            "233.252.0.1");
}

TEST(SdpParser, refuses_a_connection_that_is_not_of_the_internet) {
  EXPECT_EQ(parse_error(with("c=ATM NSAP 47.0091\r\n")), base::ErrorCode::kInvalid);
  EXPECT_EQ(parse_error(with("c=IN IP5 192.0.2.1\r\n")), base::ErrorCode::kInvalid);
  EXPECT_EQ(parse_error(with("c=IN IP4\r\n")), base::ErrorCode::kInvalid);
  EXPECT_EQ(parse_error(with("c=IN IP4 /127\r\n")), base::ErrorCode::kInvalid);
}

TEST(SdpParser, refuses_a_broken_media_line) {
  for (std::string_view line : {"m=audio", "m=audio 4000", "m=audio 65536 RTP/AVP 8", "m=audio -1 RTP/AVP 8",
                                "m=audio x RTP/AVP 8", "m=audio /2 RTP/AVP 8"})
    EXPECT_EQ(parse_error(with(line)), base::ErrorCode::kInvalid) << line;
}

TEST(SdpParser, tolerates_a_count_of_ports) {
  EXPECT_EQ(parsed(with("m=audio 49170/2 RTP/AVP 8\r\n")).media.at(0).port, 49170);
}

TEST(SdpParser, refuses_an_origin_with_too_few_words) {
  EXPECT_EQ(parse_error("v=0\r\no=- 1 IN IP4 192.0.2.1\r\n"), base::ErrorCode::kInvalid);
}

TEST(SdpParser, an_origin_of_more_than_64_bits_is_tolerated) {
  SessionDescription d = parsed("v=0\r\no=- 99999999999999999999999 1.5 IN IP4 host.example\r\ns=-\r\n");
  EXPECT_EQ(d.session_id, 0u);
  EXPECT_EQ(d.version, 0u);
  EXPECT_EQ(d.origin_address, "host.example");
}

TEST(SdpParser, static_payload_types_need_no_rtpmap) {
  Media audio = parsed(with("m=audio 4000 RTP/AVP 0 3 4 8 9 13 18\r\n")).media.at(0);
  std::vector<std::string> names;
  for (const Format& format : audio.formats) names.push_back(format.encoding);
  EXPECT_THAT(names, ElementsAre("PCMU", "GSM", "G723", "PCMA", "G722", "CN", "G729"));
  EXPECT_EQ(audio.formats[4].clock_rate, 8000u);  // RFC 3551 4.5.2
}

TEST(SdpParser, an_rtpmap_goes_before_the_static_meaning) {
  Format format =
      parsed(with("m=audio 4000 RTP/AVP 8\r\na=rtpmap:8 L16/16000/2\r\n")).media.at(0).formats.at(0);
  EXPECT_EQ(format, (Format{8, "L16", 16000, 2, ""}));
}

TEST(SdpParser, a_dynamic_type_without_rtpmap_has_no_codec) {
  EXPECT_EQ(parsed(with("m=audio 4000 RTP/AVP 96\r\n")).media.at(0).formats.at(0).encoding, "");
}

TEST(SdpParser, reads_the_channels_of_opus) {
  Format format =
      parsed(with("m=audio 4000 RTP/AVP 96\r\na=rtpmap:96 opus/48000/2\r\na=fmtp:96 useinbandfec=1; x=2\r\n"))
          .media.at(0)
          .formats.at(0);
  EXPECT_EQ(format, (Format{96, "opus", 48000, 2, "useinbandfec=1; x=2"}));
}

TEST(SdpParser, an_rtpmap_that_cannot_be_read_names_no_codec) {
  for (std::string_view map :
       {"96", "96 opus", "96 /8000", "96 opus/0", "96 opus/x", "96 opus/48000/0", "96 opus/48000/999"})
    EXPECT_EQ(parsed(with("m=audio 4000 RTP/AVP 96\r\na=rtpmap:" + std::string(map) + "\r\n"))
                  .media.at(0)
                  .formats.at(0)
                  .encoding,
              "")
        << map;
}

TEST(SdpParser, ignores_an_rtpmap_for_a_type_that_is_not_offered) {
  EXPECT_THAT(
      payload_types(parsed(with("m=audio 4000 RTP/AVP 8\r\na=rtpmap:96 opus/48000/2\r\n")).media.at(0)),
      ElementsAre(8));
}

TEST(SdpParser, skips_formats_that_are_no_payload_type_but_keeps_them_as_written) {
  Media audio = parsed(with("m=audio 4000 RTP/AVP 8 128 abc 0 8\r\n")).media.at(0);
  EXPECT_THAT(payload_types(audio), ElementsAre(8, 0));
  EXPECT_EQ(audio.format_list, "8 128 abc 0 8");
}

TEST(SdpParser, keeps_the_formats_of_media_that_are_not_rtp) {
  Media image = parsed(with("m=image 4000 udptl t38\r\na=T38FaxVersion:0\r\n")).media.at(0);
  EXPECT_EQ(image.format_list, "t38");
  EXPECT_TRUE(image.formats.empty());
}

TEST(SdpParser, the_direction_of_the_session_holds_for_streams_without_their_own) {
  SessionDescription d =
      parsed(with("a=inactive\r\nm=audio 4000 RTP/AVP 8\r\nm=audio 4002 RTP/AVP 8\r\na=recvonly\r\n"));
  EXPECT_EQ(d.media.at(0).direction, Direction::kInactive);
  EXPECT_EQ(d.media.at(1).direction, Direction::kRecvOnly);
}

TEST(SdpParser, reads_ptime_maxptime_rtcp_and_mux) {
  Media audio =
      parsed(with("m=audio 4000 RTP/AVP 8\r\na=ptime:30\r\na=maxptime:60\r\na=rtcp:5005 IN IP4 192.0.2.9\r\n"
                  "a=rtcp-mux\r\n"))
          .media.at(0);
  EXPECT_EQ(audio.ptime, 30);
  EXPECT_EQ(audio.max_ptime, 60);
  EXPECT_EQ(audio.rtcp_port, 5005);
  EXPECT_TRUE(audio.rtcp_mux);
}

TEST(SdpParser, the_limit_of_bytes_is_named) {
  EXPECT_EQ(parse_error(with("a=x:" + std::string(kMaxBytes, 'x'))), base::ErrorCode::kLimit);
}

TEST(SdpParser, the_limit_of_streams_is_named) {
  std::string many;
  for (std::size_t i = 0; i < kMaxMedia; ++i) many += "m=audio 4000 RTP/AVP 8\r\n";
  EXPECT_EQ(parsed(with(many)).media.size(), kMaxMedia);
  EXPECT_EQ(parse_error(with(many + "m=audio 4000 RTP/AVP 8\r\n")), base::ErrorCode::kLimit);
}

TEST(SdpParser, the_limit_of_formats_is_named) {
  std::string line = "m=audio 4000 RTP/AVP";
  for (std::size_t i = 0; i < kMaxFormats; ++i) line += " " + std::to_string(i);
  EXPECT_EQ(parsed(with(line)).media.at(0).formats.size(), kMaxFormats);
  EXPECT_EQ(parse_error(with(line + " 8")), base::ErrorCode::kLimit);
}

TEST(SdpParser, the_limit_of_attributes_is_named) {
  std::string many = "m=audio 4000 RTP/AVP 8\r\n";
  for (std::size_t i = 0; i < kMaxAttributes; ++i) many += "a=x\r\n";
  parsed(with(many));
  EXPECT_EQ(parse_error(with(many + "a=x\r\n")), base::ErrorCode::kLimit);
}

TEST(SdpParser, audio_is_the_first_stream_with_a_port) {
  EXPECT_EQ(
      parsed(with("m=video 1 RTP/AVP 31\r\nm=audio 0 RTP/AVP 0\r\nm=audio 4000 RTP/AVP 8\r\n")).audio()->port,
      4000);
  EXPECT_EQ(parsed(with("m=audio 0 RTP/AVP 0\r\n")).audio()->port, 0);
  EXPECT_EQ(parsed(with("m=video 1 RTP/AVP 31\r\n")).audio(), nullptr);
}

}  // namespace
}  // namespace polyfon::sdp
