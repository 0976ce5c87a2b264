// Sessions that go on: RFC 3264 8, versions, payload types and m-lines that stay.
#include "samples.h"

namespace polyfon::sdp {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::uint64_t version_of(std::string_view text) { return parsed(text).version; }

TEST(Version, starts_at_1_and_grows_by_one_with_each_change) {
  Negotiation n(5);
  EXPECT_EQ(version_of(n.make_offer(ours())), 1u);
  LocalMedia moved = ours();
  moved.port = 10002;
  EXPECT_EQ(version_of(n.make_offer(moved)), 2u);
  EXPECT_EQ(version_of(n.make_offer(moved)), 2u);
  moved.direction = Direction::kInactive;
  EXPECT_EQ(version_of(n.make_offer(moved)), 3u);
}

TEST(Version, rfc3264_8_grows_over_offers_and_answers_together) {
  Negotiation n(5);
  must(n.accept_offer(with(kPhone), ours()));
  EXPECT_EQ(version_of(n.answer()), 1u);
  std::string offer = n.make_offer(ours());  // lists more than the answer did
  EXPECT_EQ(version_of(offer), 2u);
  EXPECT_EQ(parsed(offer).session_id, 5u);
}

TEST(Version, stays_when_the_peer_moves_and_we_do_not) {
  Negotiation n(5);
  must(n.accept_offer(with("m=audio 4000 RTP/AVP 8\r\n"), ours()));
  Agreed a = must(n.accept_offer(with("m=audio 4100 RTP/AVP 8\r\n"), ours()));
  EXPECT_EQ(a.remote_port, 4100);
  EXPECT_EQ(version_of(n.answer()), 1u);
}

TEST(Version, is_not_used_up_by_an_offer_that_was_refused) {
  Negotiation n(5);
  must(n.accept_offer(with("m=audio 4000 RTP/AVP 8\r\n"), ours()));
  std::string answer = n.answer();
  EXPECT_FALSE(n.accept_offer(with("m=audio 4000 RTP/AVP 18\r\n"), ours()));
  EXPECT_EQ(n.answer(), answer);
  must(n.accept_offer(with("m=audio 4000 RTP/AVP 8\r\na=sendonly\r\n"), ours()));
  EXPECT_EQ(version_of(n.answer()), 2u);
}

TEST(ReOffer, that_is_refused_leaves_the_agreement) {
  Negotiation n(1);
  must(n.accept_offer(with("m=audio 4000 RTP/AVP 8\r\n"), ours()));
  for (std::string_view bad :
       {"m=audio 5000 RTP/AVP 18\r\n", "m=audio 5000 RTP/AVP 8\r\nc=IN IP4 host.example\r\n", "m=\r\n"})
    EXPECT_FALSE(n.accept_offer(with(bad), ours()));
  EXPECT_EQ(n.agreed()->remote_port, 4000);
  EXPECT_EQ(parsed(n.make_offer(ours())).media.size(), 1u);
}

TEST(ReOffer, rfc3264_8_keeps_count_and_order_of_the_streams) {
  Negotiation n(1);
  must(n.accept_offer(
      with("m=video 5000 RTP/AVP 31 34\r\nm=audio 4000 RTP/AVPF 8\r\nm=image 5002 udptl t38\r\n"), ours()));
  SessionDescription offer = parsed(n.make_offer(ours()));
  ASSERT_EQ(offer.media.size(), 3u);
  EXPECT_EQ(offer.media[0].type, "video");
  EXPECT_EQ(offer.media[0].port, 0);
  EXPECT_EQ(offer.media[0].format_list, "31 34");
  EXPECT_EQ(offer.media[1].port, 10000);
  EXPECT_EQ(offer.media[1].transport, "RTP/AVPF");
  EXPECT_EQ(offer.media[2].transport, "udptl");
  Agreed a = must(
      n.accept_answer(with("m=video 0 RTP/AVP 31\r\nm=audio 4400 RTP/AVPF 8\r\nm=image 0 udptl t38\r\n")));
  EXPECT_EQ(a.remote_port, 4400);
}

TEST(ReOffer, an_answer_that_leaves_refused_streams_out_is_understood) {
  Negotiation n(1);
  must(n.accept_offer(with("m=video 5000 RTP/AVP 31\r\nm=audio 4000 RTP/AVP 8\r\n"), ours()));
  n.make_offer(ours());
  EXPECT_EQ(must(n.accept_answer(with("m=audio 4400 RTP/AVP 8\r\n"))).remote_port, 4400);
}

TEST(ReOffer, rfc3264_8_3_2_keeps_the_payload_types_that_the_peer_chose) {
  Negotiation n(1);
  must(n.accept_offer(
      with("m=audio 4000 RTP/AVP 110 111 8 96\r\na=rtpmap:110 iLBC/8000\r\na=rtpmap:111 opus/48000/2\r\n"
           "a=rtpmap:96 telephone-event/8000\r\n"),
      ours({ilbc(), opus(), pcma()})));
  Media audio = parsed(n.make_offer(ours({pcma(), opus(), ilbc()}))).media.at(0);
  ASSERT_GE(audio.formats.size(), 4u);
  EXPECT_EQ(audio.formats[0].payload_type, 8);
  EXPECT_EQ(audio.formats[1].payload_type, 111);
  EXPECT_EQ(audio.formats[2].payload_type, 110);
  EXPECT_EQ(audio.formats[3], (Format{96, "telephone-event", 8000, 1, "0-16"}));
}

TEST(ReOffer, keeps_our_payload_types_when_the_peer_answered_with_others) {
  Negotiation n(1);
  n.make_offer(ours({ilbc()}));
  must(n.accept_answer(with("m=audio 4000 RTP/AVP 120\r\na=rtpmap:120 iLBC/8000\r\n")));
  EXPECT_THAT(payload_types(parsed(n.make_offer(ours({ilbc()}))).media.at(0)), ElementsAre(97, 101));
}

TEST(ReOffer, a_new_codec_does_not_take_a_payload_type_that_was_used) {
  Negotiation n(1);
  must(n.accept_offer(with("m=audio 4000 RTP/AVP 107\r\na=rtpmap:107 iLBC/8000\r\n"), ours({ilbc()})));
  Media audio = parsed(n.make_offer(ours({ilbc(), opus()}))).media.at(0);
  EXPECT_EQ(audio.formats.at(0).payload_type, 107);
  EXPECT_EQ(audio.formats.at(1).encoding, "opus");
  EXPECT_NE(audio.formats.at(1).payload_type, 107);
}

TEST(ReOffer, of_the_peer_may_change_codec_port_and_address) {
  Negotiation n(1);
  n.make_offer(ours());
  must(n.accept_answer(with("m=audio 4000 RTP/AVP 8\r\n")));
  Agreed a = must(n.accept_offer(with("m=audio 6000 RTP/AVP 0\r\nc=IN IP4 203.0.113.4\r\n"), ours()));
  EXPECT_EQ(a.send.encoding, "PCMU");
  EXPECT_EQ(a.remote_address, "203.0.113.4");
  EXPECT_EQ(a.remote_port, 6000);
  EXPECT_EQ(n.agreed()->remote_port, 6000);
}

TEST(ReOffer, of_the_peer_may_add_a_stream) {
  Negotiation n(1);
  n.make_offer(ours());
  must(n.accept_answer(with("m=audio 4000 RTP/AVP 8\r\n")));
  must(n.accept_offer(with("m=audio 4000 RTP/AVP 8\r\nm=video 5000 RTP/AVP 31\r\n"), ours()));
  EXPECT_EQ(parsed(n.answer()).media.size(), 2u);
  EXPECT_EQ(parsed(n.make_offer(ours())).media.size(), 2u);
}

TEST(ReOffer, moves_all_streams_to_our_new_address) {
  Negotiation n(1);
  must(n.accept_offer(with("m=audio 4000 RTP/AVP 8\r\nm=video 5000 RTP/AVP 31\r\n"), ours()));
  LocalMedia moved = ours();
  moved.address = "198.51.100.99";
  std::string offer = n.make_offer(moved);
  EXPECT_THAT(offer, HasSubstr("IN IP4 198.51.100.99\r\ns=-\r\nc=IN IP4 198.51.100.99\r\n"));
  EXPECT_EQ(offer.find("198.51.100.1\r\n"), std::string::npos);
}

}  // namespace
}  // namespace polyfon::sdp
