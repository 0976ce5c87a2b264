// Hold and resume in every spelling (RFC 3264 8.4, RFC 6337 5.3).
#include "samples.h"

namespace polyfon::sdp {
namespace {

using testing::HasSubstr;

constexpr auto kSendRecv = Direction::kSendRecv;
constexpr auto kSendOnly = Direction::kSendOnly;
constexpr auto kRecvOnly = Direction::kRecvOnly;
constexpr auto kInactive = Direction::kInactive;

std::string stream(std::string_view attributes) {
  return with("m=audio 4000 RTP/AVP 8\r\n" + std::string(attributes));
}

struct DirectionCase {
  Direction theirs, ours, agreed;
};
struct OfferedDirection : testing::TestWithParam<DirectionCase> {};
TEST_P(OfferedDirection, rfc3264_6_1_is_answered_with_its_complement) {
  LocalMedia local = ours();
  local.direction = GetParam().ours;
  Negotiation n(1);
  Agreed a = must(n.accept_offer(stream("a=" + std::string(to_string(GetParam().theirs)) + "\r\n"), local));
  EXPECT_EQ(a.direction, GetParam().agreed);
  EXPECT_EQ(parsed(n.answer()).media.at(0).direction, GetParam().agreed);
}
INSTANTIATE_TEST_SUITE_P(Hold, OfferedDirection,
                         testing::Values(DirectionCase{kSendRecv, kSendRecv, kSendRecv},
                                         DirectionCase{kSendOnly, kSendRecv, kRecvOnly},
                                         DirectionCase{kRecvOnly, kSendRecv, kSendOnly},
                                         DirectionCase{kInactive, kSendRecv, kInactive},
                                         DirectionCase{kSendRecv, kSendOnly, kSendOnly},
                                         DirectionCase{kSendOnly, kSendOnly, kInactive},
                                         DirectionCase{kRecvOnly, kSendOnly, kSendOnly},
                                         DirectionCase{kInactive, kSendOnly, kInactive},
                                         DirectionCase{kSendRecv, kInactive, kInactive},
                                         DirectionCase{kSendRecv, kRecvOnly, kRecvOnly}));

struct AnsweredDirection : testing::TestWithParam<DirectionCase> {};
TEST_P(AnsweredDirection, never_goes_beyond_what_was_offered) {
  LocalMedia local = ours();
  local.direction = GetParam().ours;
  Negotiation n(1);
  n.make_offer(local);
  EXPECT_EQ(
      must(n.accept_answer(stream("a=" + std::string(to_string(GetParam().theirs)) + "\r\n"))).direction,
      GetParam().agreed);
}
INSTANTIATE_TEST_SUITE_P(Hold, AnsweredDirection,
                         testing::Values(DirectionCase{kSendRecv, kSendRecv, kSendRecv},
                                         DirectionCase{kRecvOnly, kSendOnly, kSendOnly},
                                         DirectionCase{kSendRecv, kSendOnly, kSendOnly},
                                         DirectionCase{kInactive, kSendOnly, kInactive},
                                         DirectionCase{kInactive, kInactive, kInactive},
                                         DirectionCase{kSendRecv, kInactive, kInactive}));

TEST(Hold, of_the_whole_session_is_hold) {
  Negotiation n(1);
  Agreed a = must(n.accept_offer(with("a=sendonly\r\nm=audio 4000 RTP/AVP 8\r\n"), ours()));
  EXPECT_TRUE(a.held_by_peer());
  EXPECT_EQ(a.remote_address, "192.0.2.10");
}

TEST(Hold, rfc3264_8_4_the_unspecified_address_means_no_media_to_the_peer) {
  Negotiation n(1);
  Agreed a = must(n.accept_offer(stream("c=IN IP4 0.0.0.0\r\n"), ours()));
  EXPECT_TRUE(a.held_by_peer());
  EXPECT_EQ(a.remote_address, "");
  EXPECT_EQ(a.direction, kRecvOnly);
  EXPECT_THAT(n.answer(), HasSubstr("a=recvonly\r\n"));
}

TEST(Hold, the_unspecified_address_of_the_session_is_hold_too) {
  Negotiation n(1);
  EXPECT_EQ(must(n.accept_offer("v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\n"
                                "m=audio 4000 RTP/AVP 8\r\n",
                                ours()))
                .remote_address,
            "");
}

TEST(Hold, the_unspecified_address_with_inactive_is_inactive) {
  Negotiation n(1);
  EXPECT_EQ(must(n.accept_offer(stream("c=IN IP4 0.0.0.0\r\na=inactive\r\n"), ours())).direction, kInactive);
  EXPECT_EQ(must(n.accept_offer(stream("c=IN IP4 0.0.0.0\r\na=recvonly\r\n"), ours())).direction, kInactive);
}

TEST(Hold, the_unspecified_ipv6_address_is_hold) {
  Negotiation n(1);
  Agreed a = must(n.accept_offer(stream("c=IN IP6 ::\r\n"), ours()));
  EXPECT_TRUE(a.held_by_peer());
  EXPECT_EQ(a.remote_address, "");
}

TEST(Hold, in_an_answer_with_the_unspecified_address_stops_sending) {
  Negotiation n(1);
  n.make_offer(ours());
  Agreed a = must(n.accept_answer(stream("c=IN IP4 0.0.0.0\r\n")));
  EXPECT_FALSE(sends(a.direction));
  EXPECT_EQ(a.remote_address, "");
}

TEST(Hold, resumes_with_sendrecv_and_an_address) {
  Negotiation n(1);
  must(n.accept_offer(stream(""), ours()));
  EXPECT_TRUE(must(n.accept_offer(stream("c=IN IP4 0.0.0.0\r\na=sendonly\r\n"), ours())).held_by_peer());
  Agreed a = must(n.accept_offer(stream("a=sendrecv\r\n"), ours()));
  EXPECT_FALSE(a.held_by_peer());
  EXPECT_EQ(a.remote_address, "192.0.2.10");
  EXPECT_EQ(a.direction, kSendRecv);
}

TEST(Hold, by_both_sides_is_inactive_until_both_resume) {
  LocalMedia holding = ours();
  holding.direction = kSendOnly;
  Negotiation n(1);
  n.make_offer(holding);
  EXPECT_EQ(must(n.accept_answer(stream("a=recvonly\r\n"))).direction, kSendOnly);
  EXPECT_EQ(must(n.accept_offer(stream("a=sendonly\r\n"), holding)).direction, kInactive);
  EXPECT_EQ(must(n.accept_offer(stream("a=sendrecv\r\n"), holding)).direction, kSendOnly);
  n.make_offer(ours());
  EXPECT_EQ(must(n.accept_answer(stream("a=sendrecv\r\n"))).direction, kSendRecv);
}

}  // namespace
}  // namespace polyfon::sdp
