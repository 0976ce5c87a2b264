// The peer's offers, and our answers to them.
#include "samples.h"

namespace polyfon::sdp {
namespace {

using base::ErrorCode;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

TEST(Answer, has_our_best_codec_and_telephone_event_and_nothing_else) {
  Negotiation n(7);
  Agreed a = must(n.accept_offer(with(kPhone), ours({pcma(), pcmu(), g729()})));
  EXPECT_EQ(a.send.encoding, "PCMA");
  EXPECT_EQ(n.answer(),
            "v=0\r\no=- 7 1 IN IP4 198.51.100.1\r\ns=-\r\nc=IN IP4 198.51.100.1\r\nt=0 0\r\n"
            "m=audio 10000 RTP/AVP 8 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\n"
            "a=fmtp:101 0-16\r\na=ptime:20\r\na=sendrecv\r\n");
}

TEST(Answer, names_every_common_codec_in_our_order_as_the_peer_numbers_them) {
  Negotiation n(1);
  Agreed a = must(n.accept_offer(
      with("m=audio 4000 RTP/AVP 0 110 18 8\r\na=rtpmap:110 iLBC/8000\r\na=fmtp:110 mode=30\r\n"),
      ours({ilbc(), opus(), pcma(), pcmu()})));
  EXPECT_THAT(encodings(a.common), ElementsAre("iLBC", "PCMA", "PCMU"));
  EXPECT_EQ(a.common[0].payload_type, 110);
  EXPECT_EQ(a.common[0].parameters, "mode=30");
}

TEST(Answer, rfc3264_6_1_takes_over_the_payload_types_of_the_offer) {
  Negotiation n(1);
  Agreed a = must(n.accept_offer(with("m=audio 4000 RTP/AVP 111 96\r\na=rtpmap:111 OPUS/48000/2\r\n"
                                      "a=rtpmap:96 telephone-event/48000\r\n"),
                                 ours({opus()})));
  EXPECT_EQ(a.send.encoding, "opus");
  EXPECT_EQ(a.send.payload_type, 111);
  EXPECT_EQ(a.receive_payload_type, 111);
  EXPECT_EQ(a.send_event_payload_type, 96);
  EXPECT_EQ(a.receive_event_payload_type, 96);
  EXPECT_THAT(payload_types(parsed(n.answer()).media.at(0)), ElementsAre(111, 96));
}

TEST(Answer, states_our_parameters_of_the_codec) {
  Negotiation n(1);
  must(n.accept_offer(with("m=audio 4000 RTP/AVP 18\r\n"), ours({g729()})));
  EXPECT_THAT(n.answer(), HasSubstr("a=fmtp:18 annexb=no\r\n"));
}

TEST(Answer, telephone_event_must_have_the_clock_of_the_codec) {
  std::string offer = with(
      "m=audio 4000 RTP/AVP 107 8 101\r\na=rtpmap:107 opus/48000/2\r\na=rtpmap:101 telephone-event/8000\r\n");
  Negotiation n(1);
  EXPECT_FALSE(must(n.accept_offer(offer, ours({opus(), pcma()}))).send_event_payload_type);
  EXPECT_THAT(n.answer(), Not(HasSubstr("telephone-event")));
  EXPECT_EQ(must(n.accept_offer(offer, ours({pcma(), opus()}))).send_event_payload_type, 101);
}

TEST(Answer, telephone_event_is_left_out_when_we_do_not_want_it) {
  LocalMedia local = ours();
  local.telephone_event = false;
  Negotiation n(1);
  EXPECT_FALSE(must(n.accept_offer(with(kPhone), local)).receive_event_payload_type);
  EXPECT_THAT(n.answer(), Not(HasSubstr("telephone-event")));
}

TEST(Answer, channels_and_clock_are_part_of_a_codec) {
  Negotiation n(1);
  EXPECT_EQ(error_of(n.accept_offer(with("m=audio 4000 RTP/AVP 107\r\na=rtpmap:107 opus/48000\r\n"),
                                    ours({opus()}))),
            ErrorCode::kUnsupported);
  EXPECT_EQ(
      error_of(n.accept_offer(with("m=audio 4000 RTP/AVP 97\r\na=rtpmap:97 PCMA/16000\r\n"), ours({pcma()}))),
      ErrorCode::kUnsupported);
}

TEST(Answer, rfc3264_6_refuses_video_in_its_place_with_port_0) {
  Negotiation n(1);
  must(n.accept_offer(
      with("m=audio 49170 RTP/AVP 0\r\nm=video 51372 RTP/AVP 31 32\r\na=rtpmap:31 H261/90000\r\n"), ours()));
  SessionDescription answer = parsed(n.answer());
  ASSERT_EQ(answer.media.size(), 2u);
  EXPECT_EQ(answer.media[0].port, 10000);
  EXPECT_EQ(answer.media[1].type, "video");
  EXPECT_EQ(answer.media[1].port, 0);
  EXPECT_EQ(answer.media[1].transport, "RTP/AVP");
  EXPECT_EQ(answer.media[1].format_list, "31 32");
}

TEST(Answer, keeps_the_order_when_audio_is_not_first) {
  Negotiation n(1);
  Agreed a = must(n.accept_offer(with("m=video 51372 RTP/AVP 31\r\nm=application 9 UDP/DTLS/SCTP "
                                      "webrtc-datachannel\r\nm=audio 49170 RTP/AVP 0\r\n"
                                      "m=audio 49180 RTP/AVP 0\r\n"),
                                 ours()));
  EXPECT_EQ(a.remote_port, 49170);
  SessionDescription answer = parsed(n.answer());
  ASSERT_EQ(answer.media.size(), 4u);
  EXPECT_EQ(answer.media[1].transport, "UDP/DTLS/SCTP");
  EXPECT_EQ(answer.media[1].format_list, "webrtc-datachannel");
  EXPECT_EQ(answer.media[2].port, 10000);
  EXPECT_EQ(answer.media[3].port, 0);
}

TEST(Answer, rfc3264_10_1_example_takes_one_stream_of_alice) {
  Negotiation bob(2808844564, "bob");
  LocalMedia local = ours({pcmu()});
  local.telephone_event = false;
  Agreed a = must(bob.accept_offer(
      "v=0\r\no=alice 2890844526 2890844526 IN IP4 192.0.2.7\r\ns=\r\nc=IN IP4 192.0.2.7\r\nt=0 0\r\n"
      "m=audio 62986 RTP/AVP 0 4 18\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:4 G723/8000\r\na=rtpmap:18 "
      "G729/8000\r\n"
      "m=video 51372 RTP/AVP 31\r\na=rtpmap:31 H261/90000\r\nm=video 53000 RTP/AVP 32\r\na=rtpmap:32 "
      "MPV/90000\r\n",
      local));
  EXPECT_EQ(a.remote_address, "192.0.2.7");
  EXPECT_EQ(a.remote_port, 62986);
  SessionDescription answer = parsed(bob.answer());
  ASSERT_EQ(answer.media.size(), 3u);
  EXPECT_THAT(payload_types(answer.media[0]), ElementsAre(0));
  EXPECT_EQ(answer.media[1].port, 0);
  EXPECT_EQ(answer.media[2].port, 0);
}

TEST(Answer, skips_secured_audio_for_plain_audio_beside_it) {
  Negotiation n(1);
  EXPECT_EQ(
      must(n.accept_offer(with("m=audio 4000 RTP/SAVP 8\r\nm=audio 4002 RTP/AVP 8\r\n"), ours())).remote_port,
      4002);
  SessionDescription answer = parsed(n.answer());
  EXPECT_EQ(answer.media.at(0).port, 0);
  EXPECT_EQ(answer.media.at(0).transport, "RTP/SAVP");
  EXPECT_EQ(answer.media.at(1).port, 10000);
}

TEST(Answer, skips_audio_without_a_common_codec) {
  Negotiation n(1);
  EXPECT_EQ(
      must(n.accept_offer(with("m=audio 4000 RTP/AVP 18\r\nm=audio 4002 RTP/AVP 8\r\n"), ours())).remote_port,
      4002);
}

TEST(Answer, secured_audio_alone_is_refused) {
  for (std::string_view transport : {"RTP/SAVP", "RTP/SAVPF", "UDP/TLS/RTP/SAVPF", "TCP/RTP/AVP"}) {
    Negotiation n(1);
    EXPECT_EQ(error_of(n.accept_offer(with("m=audio 4000 " + std::string(transport) + " 8\r\n"), ours())),
              ErrorCode::kUnsupported)
        << transport;
  }
}

TEST(Answer, keeps_the_profile_avpf) {
  Negotiation n(1);
  must(n.accept_offer(with("m=audio 4000 RTP/AVPF 8\r\n"), ours()));
  EXPECT_THAT(n.answer(), HasSubstr("m=audio 10000 RTP/AVPF 8\r\n"));
}

TEST(Answer, is_refused_without_audio_or_codec) {
  for (std::string_view media :
       {"", "m=video 4000 RTP/AVP 31\r\n", "m=audio 0 RTP/AVP 8\r\n", "m=audio 4000 RTP/AVP 18\r\n",
        "m=audio 4000 RTP/AVP 101\r\na=rtpmap:101 telephone-event/8000\r\n", "m=audio 4000 RTP/AVP\r\n"}) {
    Negotiation n(1);
    EXPECT_EQ(error_of(n.accept_offer(with(media), ours())), ErrorCode::kUnsupported) << media;
    EXPECT_FALSE(n.agreed());
    EXPECT_EQ(n.answer(), "");
  }
}

TEST(Answer, an_address_that_is_no_unicast_literal_is_refused) {
  for (std::string_view address : {"phone.example.com", "233.252.0.1/127", "192.0.2.999"}) {
    Negotiation n(1);
    EXPECT_EQ(error_of(n.accept_offer(
                  with("m=audio 4000 RTP/AVP 8\r\nc=IN IP4 " + std::string(address) + "\r\n"), ours())),
              ErrorCode::kUnsupported)
        << address;
  }
}

TEST(Answer, ipv6_is_answered_in_ipv6) {
  LocalMedia local = ours();
  local.address = "2001:db8::5";
  local.v6 = true;
  Negotiation n(1);
  Agreed a =
      must(n.accept_offer("v=0\r\no=- 1 1 IN IP6 2001:db8::9\r\ns=-\r\nc=IN IP6 2001:db8::9\r\nt=0 0\r\n"
                          "m=audio 4000 RTP/AVP 8\r\n",
                          local));
  EXPECT_EQ(a.remote_address, "2001:db8::9");
  EXPECT_THAT(n.answer(), HasSubstr("c=IN IP6 2001:db8::5\r\n"));
}

TEST(Answer, mux_is_taken_only_when_we_can) {
  std::string offer = with("m=audio 4000 RTP/AVP 8\r\na=rtcp-mux\r\n");
  Negotiation n(1);
  EXPECT_EQ(must(n.accept_offer(offer, ours())).remote_rtcp_port, 4001);
  EXPECT_THAT(n.answer(), Not(HasSubstr("rtcp-mux")));
  LocalMedia local = ours();
  local.rtcp_mux = true;
  EXPECT_EQ(must(n.accept_offer(offer, local)).remote_rtcp_port, 4000);
  EXPECT_THAT(n.answer(), HasSubstr("a=rtcp-mux\r\n"));
}

TEST(Answer, the_same_offer_gives_the_same_answer) {
  Negotiation n(1);
  Agreed agreed = must(n.accept_offer(with(kPhone), ours()));
  std::string first = n.answer();
  EXPECT_EQ(must(n.accept_offer(with(kPhone), ours())), agreed);
  EXPECT_EQ(n.answer(), first);
}

TEST(Answer, its_author_accepts_it) {
  Negotiation caller(1), callee(2);
  std::string offer = caller.make_offer(ours({opus(), pcma(), ilbc()}));
  Agreed there = must(callee.accept_offer(offer, ours({ilbc(), pcma()})));
  Agreed here = must(caller.accept_answer(callee.answer()));
  EXPECT_EQ(here.send.encoding, there.send.encoding);
  EXPECT_EQ(here.send.payload_type, there.receive_payload_type);
  EXPECT_EQ(there.send.payload_type, here.receive_payload_type);
  EXPECT_EQ(here.send_event_payload_type, there.receive_event_payload_type);
}

}  // namespace
}  // namespace polyfon::sdp
