// Our offers, and the answers to them.
#include <set>

#include "samples.h"

namespace polyfon::sdp {
namespace {

using base::ErrorCode;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

TEST(Offer, lists_our_codecs_in_our_order_with_telephone_event_last) {
  Negotiation n(42, "polyfon");
  EXPECT_EQ(n.make_offer(ours({pcma(), pcmu(), g729()})),
            "v=0\r\no=polyfon 42 1 IN IP4 198.51.100.1\r\ns=-\r\nc=IN IP4 198.51.100.1\r\nt=0 0\r\n"
            "m=audio 10000 RTP/AVP 8 0 18 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\n"
            "a=rtpmap:18 G729/8000\r\na=fmtp:18 annexb=no\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 "
            "0-16\r\n"
            "a=ptime:20\r\na=sendrecv\r\n");
}

TEST(Offer, leaves_telephone_event_out_when_told) {
  LocalMedia local = ours();
  local.telephone_event = false;
  Negotiation n(1);
  EXPECT_THAT(n.make_offer(local), Not(HasSubstr("telephone-event")));
}

TEST(Offer, has_a_telephone_event_for_each_clock) {
  Negotiation n(1);
  Media audio = parsed(n.make_offer(ours({opus(), pcma()}))).media.at(0);
  ASSERT_EQ(audio.formats.size(), 4u);
  EXPECT_EQ(audio.formats[2].clock_rate, 48000u);
  EXPECT_EQ(audio.formats[2].payload_type, 101);
  EXPECT_EQ(audio.formats[3].clock_rate, 8000u);
  EXPECT_NE(audio.formats[3].payload_type, 101);
  EXPECT_GE(audio.formats[3].payload_type, 96);
}

TEST(Offer, never_uses_a_payload_type_twice) {
  Capability clash = ilbc();
  clash.payload_type = 101;
  Capability another = opus();
  another.payload_type = 101;
  Negotiation n(1);
  std::vector<int> types = payload_types(parsed(n.make_offer(ours({clash, another, pcma()}))).media.at(0));
  EXPECT_EQ(std::set<int>(types.begin(), types.end()).size(), types.size());
}

TEST(Offer, speaks_of_ipv6) {
  LocalMedia local = ours();
  local.address = "2001:db8::1";
  local.v6 = true;
  Negotiation n(1);
  std::string offer = n.make_offer(local);
  EXPECT_THAT(offer, HasSubstr("o=- 1 1 IN IP6 2001:db8::1\r\n"));
  EXPECT_THAT(offer, HasSubstr("c=IN IP6 2001:db8::1\r\n"));
}

TEST(Offer, holds_with_the_direction_that_is_wanted) {
  LocalMedia local = ours();
  local.direction = Direction::kSendOnly;
  Negotiation n(1);
  EXPECT_THAT(n.make_offer(local), HasSubstr("a=sendonly\r\n"));
}

TEST(Offer, rfc3264_5_session_id_fits_a_signed_number) {
  Negotiation n(UINT64_MAX);
  EXPECT_EQ(parsed(n.make_offer(ours())).session_id, static_cast<std::uint64_t>(INT64_MAX));
}

TEST(Offer, made_twice_alike_keeps_its_version) {
  Negotiation n(1);
  std::string first = n.make_offer(ours());
  EXPECT_EQ(n.make_offer(ours()), first);
}

struct AnswerToOurOffer : testing::Test {
  Negotiation n{1};
  std::string offer = n.make_offer(ours({pcma(), pcmu(), ilbc()}));
};

TEST_F(AnswerToOurOffer, gives_where_and_how_to_send) {
  Agreed a =
      must(n.accept_answer(with("m=audio 49170 RTP/AVP 8 101\r\na=rtpmap:101 telephone-event/8000\r\n")));
  EXPECT_EQ(a.remote_address, "192.0.2.10");
  EXPECT_EQ(a.remote_port, 49170);
  EXPECT_EQ(a.remote_rtcp_port, 49171);
  EXPECT_EQ(a.send.encoding, "PCMA");
  EXPECT_EQ(a.send.payload_type, 8);
  EXPECT_EQ(a.receive_payload_type, 8);
  EXPECT_EQ(a.direction, Direction::kSendRecv);
  EXPECT_EQ(a.send_event_payload_type, 101);
  EXPECT_EQ(a.receive_event_payload_type, 101);
  EXPECT_FALSE(a.held_by_peer());
  ASSERT_TRUE(n.agreed());
  EXPECT_EQ(n.agreed()->remote_port, 49170);
}

TEST_F(AnswerToOurOffer, rfc3264_7_the_first_codec_of_the_answer_is_used) {
  Agreed a = must(n.accept_answer(with("m=audio 49170 RTP/AVP 0 8\r\n")));
  EXPECT_EQ(a.send.encoding, "PCMU");
  EXPECT_THAT(encodings(a.common), ElementsAre("PCMU", "PCMA"));
}

TEST_F(AnswerToOurOffer, payload_types_may_differ_per_side) {
  Agreed a = must(
      n.accept_answer(with("m=audio 49170 RTP/AVP 120 121\r\na=rtpmap:120 ILBC/8000\r\na=fmtp:120 mode=30\r\n"
                           "a=rtpmap:121 Telephone-Event/8000\r\n")));
  EXPECT_EQ(a.send.encoding, "iLBC");
  EXPECT_EQ(a.send.payload_type, 120);
  EXPECT_EQ(a.send.parameters, "mode=30");
  EXPECT_EQ(a.receive_payload_type, 97);
  EXPECT_EQ(a.send_event_payload_type, 121);
  EXPECT_EQ(a.receive_event_payload_type, 101);
}

TEST_F(AnswerToOurOffer, a_dynamic_type_without_rtpmap_is_read_as_we_offered_it) {
  Agreed a = must(n.accept_answer(with("m=audio 49170 RTP/AVP 97 101\r\n")));
  EXPECT_EQ(a.send.encoding, "iLBC");
  EXPECT_EQ(a.send_event_payload_type, 101);
}

TEST_F(AnswerToOurOffer, without_telephone_event_has_none) {
  Agreed a = must(n.accept_answer(with("m=audio 49170 RTP/AVP 8\r\n")));
  EXPECT_FALSE(a.send_event_payload_type);
  EXPECT_FALSE(a.receive_event_payload_type);
}

TEST_F(AnswerToOurOffer, telephone_event_of_another_clock_is_not_used) {
  Agreed a =
      must(n.accept_answer(with("m=audio 49170 RTP/AVP 8 101\r\na=rtpmap:101 telephone-event/16000\r\n")));
  EXPECT_FALSE(a.send_event_payload_type);
}

TEST_F(AnswerToOurOffer, telephone_event_alone_is_no_codec) {
  EXPECT_EQ(
      error_of(n.accept_answer(with("m=audio 49170 RTP/AVP 101\r\na=rtpmap:101 telephone-event/8000\r\n"))),
      ErrorCode::kUnsupported);
}

TEST_F(AnswerToOurOffer, port_0_is_a_refusal) {
  EXPECT_EQ(error_of(n.accept_answer(with("m=audio 0 RTP/AVP 8\r\n"))), ErrorCode::kUnsupported);
}

TEST_F(AnswerToOurOffer, a_codec_that_was_not_offered_is_refused) {
  EXPECT_EQ(error_of(n.accept_answer(with("m=audio 49170 RTP/AVP 18\r\n"))), ErrorCode::kUnsupported);
}

TEST_F(AnswerToOurOffer, srtp_that_was_not_offered_is_refused) {
  EXPECT_EQ(error_of(n.accept_answer(with("m=audio 49170 RTP/SAVP 8\r\n"))), ErrorCode::kUnsupported);
}

TEST_F(AnswerToOurOffer, without_audio_is_invalid) {
  EXPECT_EQ(error_of(n.accept_answer(with(""))), ErrorCode::kInvalid);
  EXPECT_EQ(error_of(n.accept_answer(with("m=video 4 RTP/AVP 31\r\n"))), ErrorCode::kInvalid);
}

TEST_F(AnswerToOurOffer, with_more_streams_than_offered_is_tolerated) {
  EXPECT_EQ(must(n.accept_answer(with("m=audio 49170 RTP/AVP 8\r\nm=video 5 RTP/AVP 31\r\n"))).remote_port,
            49170);
}

TEST_F(AnswerToOurOffer, that_breaks_the_grammar_is_invalid) {
  EXPECT_EQ(error_of(n.accept_answer("nonsense")), ErrorCode::kInvalid);
}

TEST_F(AnswerToOurOffer, repeated_gives_the_same) {
  std::string answer = with("m=audio 49170 RTP/AVP 8 101\r\na=rtpmap:101 telephone-event/8000\r\n");
  Agreed first = must(n.accept_answer(answer));
  Agreed second = must(n.accept_answer(answer));
  EXPECT_EQ(first, second);
  EXPECT_EQ(n.make_offer(ours({pcma(), pcmu(), ilbc()})), offer);
}

TEST_F(AnswerToOurOffer, of_another_fork_replaces_the_first) {
  must(n.accept_answer(with("m=audio 49170 RTP/AVP 8\r\n")));
  EXPECT_EQ(must(n.accept_answer(with("m=audio 5000 RTP/AVP 0\r\n"))).send.encoding, "PCMU");
  EXPECT_EQ(n.agreed()->remote_port, 5000);
}

TEST_F(AnswerToOurOffer, that_is_refused_leaves_the_agreement) {
  must(n.accept_answer(with("m=audio 49170 RTP/AVP 8\r\n")));
  EXPECT_FALSE(n.accept_answer(with("m=audio 0 RTP/AVP 8\r\n")));
  EXPECT_EQ(n.agreed()->remote_port, 49170);
}

TEST_F(AnswerToOurOffer, says_the_rtcp_port) {
  EXPECT_EQ(must(n.accept_answer(with("m=audio 49170 RTP/AVP 8\r\na=rtcp:53020\r\n"))).remote_rtcp_port,
            53020);
}

TEST_F(AnswerToOurOffer, mux_that_was_not_offered_is_not_used) {
  Agreed a = must(n.accept_answer(with("m=audio 49170 RTP/AVP 8\r\na=rtcp-mux\r\n")));
  EXPECT_FALSE(a.rtcp_mux);
  EXPECT_EQ(a.remote_rtcp_port, 49171);
}

TEST(AnswerWithoutOffer, is_invalid) {
  Negotiation n(1);
  EXPECT_EQ(error_of(n.accept_answer(with(kPhone))), ErrorCode::kInvalid);
}

TEST(RtcpMux, rfc5761_5_1_1_is_used_when_both_say_so) {
  LocalMedia local = ours();
  local.rtcp_mux = true;
  Negotiation n(1);
  EXPECT_THAT(n.make_offer(local), HasSubstr("a=rtcp-mux\r\n"));
  Agreed a = must(n.accept_answer(with("m=audio 49170 RTP/AVP 8\r\na=rtcp-mux\r\na=rtcp:49999\r\n")));
  EXPECT_TRUE(a.rtcp_mux);
  EXPECT_EQ(a.remote_rtcp_port, 49170);
}

// The ptime that we send: the answer's wish, where it can be framed.
struct PtimeCase {
  std::string_view attributes;
  std::uint16_t ptime;
};
struct Ptime : testing::TestWithParam<PtimeCase> {};
TEST_P(Ptime, follows_the_peer_within_reason) {
  Negotiation n(1);
  n.make_offer(ours());
  EXPECT_EQ(
      must(n.accept_answer(with("m=audio 4000 RTP/AVP 8\r\n" + std::string(GetParam().attributes)))).ptime,
      GetParam().ptime);
}
INSTANTIATE_TEST_SUITE_P(Answers, Ptime,
                         testing::Values(PtimeCase{"", 20}, PtimeCase{"a=ptime:30\r\n", 30},
                                         PtimeCase{"a=ptime:0\r\n", 20}, PtimeCase{"a=ptime:65000\r\n", 20},
                                         PtimeCase{"a=ptime:25\r\n", 20}, PtimeCase{"a=ptime:x\r\n", 20},
                                         PtimeCase{"a=maxptime:10\r\n", 10},
                                         PtimeCase{"a=ptime:40\r\na=maxptime:35\r\n", 30},
                                         PtimeCase{"a=maxptime:5\r\n", 20},
                                         PtimeCase{"a=maxptime:150\r\n", 20}));

}  // namespace
}  // namespace polyfon::sdp
