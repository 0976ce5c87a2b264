#include "sip/message/builder.h"

#include "sample.h"

namespace polyfon::sip {
namespace {

std::string respond(const std::string& request, int status = 200, std::string_view to_tag = "t",
                    std::string_view host = "192.0.2.1", std::uint16_t port = 5060,
                    bool record_route = false) {
  std::string out;
  Builder builder(out);
  builder.response_to(Message(request), status, {}, to_tag, host, port, record_route).body();
  return out;
}

std::string top_via(const std::string& via, std::string_view host, std::uint16_t port) {
  const std::string request = replaced(sample(), "SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1", via);
  const std::string response = respond(request, 200, "t", host, port);
  return std::string(Message(response).header(Header::kVia).value_or("none"));
}

TEST(Builder, writes_a_request) {
  std::string out = "left over";
  Builder builder(out);
  builder.request("INVITE", "sip:a@b")
      .header(Header::kMaxForwards, 70)
      .header(Header::kTo, "<sip:a@b>")
      .header("X-Own", "1");
  EXPECT_EQ(builder.body("application/sdp", "v=0\r\n"),
            "INVITE sip:a@b SIP/2.0\r\nMax-Forwards: 70\r\nTo: <sip:a@b>\r\nX-Own: 1\r\n"
            "Content-Type: application/sdp\r\nContent-Length: 5\r\n\r\nv=0\r\n");
}

TEST(Builder, rfc3261_7_3_3_writes_short_names_when_asked) {
  std::string out;
  Builder builder(out, HeaderForm::kCompact);
  builder.request("INVITE", "sip:a@b")
      .header(Header::kVia, "SIP/2.0/UDP h")
      .header(Header::kMaxForwards, 70)
      .header(Header::kCallId, "c");
  EXPECT_EQ(builder.body("application/sdp", "x"),
            "INVITE sip:a@b SIP/2.0\r\nv: SIP/2.0/UDP h\r\nMax-Forwards: 70\r\ni: c\r\n"
            "c: application/sdp\r\nl: 1\r\n\r\nx");
}

TEST(Builder, every_short_name_is_read_as_it_is_meant) {
  for (std::size_t i = 1; i < static_cast<std::size_t>(Header::kCount); ++i) {
    const auto header = static_cast<Header>(i);
    EXPECT_EQ(parse_header_name(compact_header_name(header)), header);
  }
}

TEST(Builder, writes_a_response_without_a_body) {
  std::string out;
  EXPECT_EQ(Builder(out).response(486, "Busy Here").body(),
            "SIP/2.0 486 Busy Here\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(Builder(out).response(180).body(), "SIP/2.0 180 Ringing\r\nContent-Length: 0\r\n\r\n");
}

TEST(Builder, no_header_can_be_smuggled_in) {
  std::string out;
  Builder builder(out);
  builder.request("BYE\r\nX: 1", "sip:a\r\n@b SIP/2.0\r\nX: 2")
      .header("Y\r\nX", "a\r\nX: 3\n\nX: 4\rb")
      .header(Header::kSubject, "\r\n");
  EXPECT_EQ(builder.body("t\r\nX: 5"),
            "BYEX: 1 sip:a@b SIP/2.0X: 2 SIP/2.0\r\nYX: aX: 3X: 4b\r\nSubject: \r\nContent-Type: tX: "
            "5\r\nContent-Length: 0\r\n\r\n");
}

TEST(Builder, answers_with_the_headers_of_the_request) {
  const std::string request =
      sample("Via: SIP/2.0/TCP second;branch=2\r\nRecord-Route: <sip:p;lr>\r\nTimestamp: 5\r\n");
  EXPECT_EQ(respond(request),
            "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1\r\nVia: SIP/2.0/TCP "
            "second;branch=2\r\n"
            "From: <sip:1001@pbx.example>;tag=a\r\nTo: <sip:1002@pbx.example>;tag=t\r\nCall-ID: c1\r\nCSeq: "
            "1 OPTIONS\r\n"
            "Content-Length: 0\r\n\r\n");
}

TEST(Builder, copies_record_route_when_asked) {
  const std::string request =
      sample("Record-Route: <sip:p1;lr>,\r\n <sip:p2;lr>\r\nRecord-Route: <sip:p3;lr>\r\n");
  const std::string response = respond(request, 200, "t", "192.0.2.1", 5060, true);
  EXPECT_NE(response.find("Record-Route: <sip:p1;lr>, <sip:p2;lr>\r\nRecord-Route: <sip:p3;lr>\r\n"),
            std::string::npos);
}

TEST(Builder, rfc3261_8_2_6_1_a_100_carries_the_timestamp) {
  EXPECT_NE(respond(sample("Timestamp: 5\r\n"), 100, {}).find("Timestamp: 5\r\n"), std::string::npos);
}

TEST(Builder, rfc3261_8_2_6_2_adds_the_to_tag_only_where_none_is) {
  EXPECT_EQ(Message(respond(sample())).header(Header::kTo), "<sip:1002@pbx.example>;tag=t");
  const std::string tagged =
      replaced(sample(), "To: <sip:1002@pbx.example>", "To: <sip:1002@pbx.example>;tag=own");
  EXPECT_EQ(Message(respond(tagged)).header(Header::kTo), "<sip:1002@pbx.example>;tag=own");
  EXPECT_EQ(Message(respond(sample(), 100, {})).header(Header::kTo), "<sip:1002@pbx.example>");
}

TEST(Builder, a_to_that_cannot_be_read_is_sent_back_as_it_came) {
  const std::string request = replaced(sample(), "To: <sip:1002@pbx.example>", "To: \"x <sip:y>");
  EXPECT_EQ(Message(respond(request)).header(Header::kTo), "\"x <sip:y>");
}

TEST(Builder, rfc3261_18_2_1_received_is_added_when_sent_by_is_not_the_source) {
  EXPECT_EQ(top_via("SIP/2.0/UDP 192.0.2.1;branch=b", "192.0.2.1", 5060), "SIP/2.0/UDP 192.0.2.1;branch=b");
  EXPECT_EQ(top_via("SIP/2.0/UDP 10.0.0.1;branch=b", "192.0.2.1", 5060),
            "SIP/2.0/UDP 10.0.0.1;branch=b;received=192.0.2.1");
  EXPECT_EQ(top_via("SIP/2.0/UDP host", "192.0.2.1", 5060), "SIP/2.0/UDP host;received=192.0.2.1");
  EXPECT_EQ(top_via("SIP/2.0/UDP [2001:DB8::1]", "2001:db8:0::1", 5060), "SIP/2.0/UDP [2001:DB8::1]");
}

TEST(Builder, rfc3581_4_rport_gets_the_source_port_and_received_always) {
  EXPECT_EQ(top_via("SIP/2.0/UDP 192.0.2.1:5060;rport;branch=b", "192.0.2.1", 40000),
            "SIP/2.0/UDP 192.0.2.1:5060;rport=40000;branch=b;received=192.0.2.1");
  EXPECT_EQ(top_via("SIP/2.0/UDP 10.0.0.1 ; RPORT ; branch = b", "192.0.2.1", 40000),
            "SIP/2.0/UDP 10.0.0.1;rport=40000; branch = b;received=192.0.2.1");
}

TEST(Builder, what_the_sender_claims_of_itself_does_not_count) {
  EXPECT_EQ(top_via("SIP/2.0/UDP 10.0.0.1;received=8.8.8.8;rport=1;branch=b;rport", "192.0.2.1", 7),
            "SIP/2.0/UDP 10.0.0.1;rport=7;branch=b;received=192.0.2.1");
  EXPECT_EQ(top_via("SIP/2.0/UDP 192.0.2.1;received=8.8.8.8", "192.0.2.1", 7), "SIP/2.0/UDP 192.0.2.1");
}

TEST(Builder, only_the_first_via_of_a_list_is_touched) {
  EXPECT_EQ(top_via("SIP/2.0/UDP a;rport;branch=1 , SIP/2.0/UDP b;rport", "192.0.2.1", 7),
            "SIP/2.0/UDP a;rport=7;branch=1;received=192.0.2.1, SIP/2.0/UDP b;rport");
  EXPECT_EQ(top_via("SIP/2.0/UDP a, SIP/2.0/UDP b", "192.0.2.1", 7),
            "SIP/2.0/UDP a;received=192.0.2.1, SIP/2.0/UDP b");
}

TEST(Builder, a_via_that_cannot_be_read_is_sent_back_as_it_came) {
  EXPECT_EQ(top_via("SIP/2.0/UDP 192.0.2.15;;,;,,", "192.0.2.1", 7), "SIP/2.0/UDP 192.0.2.15;;,;,,");
}

TEST(Builder, without_a_source_via_stays_as_it_is) {
  EXPECT_EQ(top_via("SIP/2.0/UDP a;rport", {}, 7), "SIP/2.0/UDP a;rport");
}

TEST(Builder, answers_to_every_message_that_can_be_answered_are_right) {
  for (std::string_view name :
       {"wsinv", "intmeth", "esc01", "longreq", "dblreq", "badinv01", "quotbal", "badvers", "multi01",
        "lwsruri", "scalar02", "register_digest", "prack", "inv2543"}) {
    const std::string request = corpus(name);
    ASSERT_TRUE(Message(request).has_response_headers()) << name;
    const std::string response = respond(request, 400, "t", "203.0.113.5", 1024, true);
    const Message message(response, Message::Framing::kStream);
    EXPECT_EQ(message.error(), ParseError::kNone) << response;
    EXPECT_EQ(message.status(), 400);
    EXPECT_EQ(message.header(Header::kCallId), Message(request).header(Header::kCallId));
  }
}

TEST(ReasonPhrase, every_code_that_is_sent_has_one) {
  for (int status : {100, 180, 181, 182, 183, 200, 202, 300, 301, 302, 305, 380,
                     430, 439, 440, 469, 491, 493, 513, 600, 603, 604, 606}) {
    EXPECT_NE(reason_phrase(status), "Unknown") << status;
  }
  for (const auto& [first, last] :
       {std::pair(400, 416), std::pair(420, 423), std::pair(480, 489), std::pair(500, 505)}) {
    for (int status = first; status <= last; ++status) EXPECT_NE(reason_phrase(status), "Unknown") << status;
  }
}

TEST(ReasonPhrase, says_what_the_registry_says) {
  EXPECT_EQ(reason_phrase(100), "Trying");
  EXPECT_EQ(reason_phrase(486), "Busy Here");
  EXPECT_EQ(reason_phrase(608), "Rejected");
  EXPECT_EQ(reason_phrase(299), "Unknown");
  EXPECT_EQ(reason_phrase(0), "Unknown");
  EXPECT_EQ(reason_phrase(700), "Unknown");
}

}  // namespace
}  // namespace polyfon::sip
