#include "sip/message/message.h"

#include "sample.h"

namespace polyfon::sip {
namespace {

TEST(Message, finds_start_line_headers_and_body) {
  const std::string text = sample("Content-Length: 4\r\nX-Own: 1\r\n", "body");
  const Message message(text);
  EXPECT_EQ(message.error(), ParseError::kNone);
  EXPECT_TRUE(message.is_request());
  EXPECT_EQ(message.method(), Method::kOptions);
  EXPECT_EQ(message.method_name(), "OPTIONS");
  EXPECT_EQ(message.request_uri(), "sip:1002@pbx.example");
  EXPECT_EQ(message.status(), 0);
  EXPECT_EQ(message.header(Header::kCallId), "c1");
  EXPECT_EQ(message.header("x-own"), "1");
  EXPECT_FALSE(message.header("X-Other"));
  EXPECT_FALSE(message.header(Header::kContact));
  EXPECT_EQ(message.body(), "body");
  EXPECT_EQ(message.bytes(), text);
}

TEST(Message, lists_its_lines_in_order) {
  const std::string text = sample("X-Own: 1\r\nv: SIP/2.0/UDP second\r\n");
  const Message message(text);
  ASSERT_EQ(message.lines().size(), 7U);
  EXPECT_EQ(message.lines()[5].id, Header::kOther);
  EXPECT_EQ(message.lines()[5].name, "X-Own");
  std::string ids;
  for (const Message::Line line : message.lines()) ids.append(line.name).append(" ");
  EXPECT_EQ(ids, "Via From To Call-ID CSeq X-Own v ");
  std::string vias;
  message.each(Header::kVia, [&](std::string_view value) { vias.append(value).append("|"); });
  EXPECT_EQ(vias, "SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1|SIP/2.0/UDP second|");
}

TEST(Message, reads_a_response_and_its_method_from_cseq) {
  const std::string text =
      replaced(sample(), "OPTIONS sip:1002@pbx.example SIP/2.0", "SIP/2.0 486 Busy Here");
  const Message message(text);
  EXPECT_EQ(message.error(), ParseError::kNone);
  EXPECT_FALSE(message.is_request());
  EXPECT_EQ(message.status(), 486);
  EXPECT_EQ(message.reason(), "Busy Here");
  EXPECT_EQ(message.method(), Method::kOptions);
}

TEST(Message, can_be_copied) {
  const std::string text = sample();
  const Message message(text);
  const Message copy = message;
  EXPECT_EQ(copy.header(Header::kTo), message.header(Header::kTo));
}

TEST(Message, is_small_enough_for_the_stack) { EXPECT_LE(sizeof(Message), 1536U); }

TEST(Message, keep_alives_are_empty) {
  for (std::string_view text : {"", "\r\n", "\r\n\r\n", "\n"}) EXPECT_EQ(error_of(text), ParseError::kEmpty);
}

TEST(Message, rfc3261_7_5_skips_line_ends_before_the_start_line) {
  EXPECT_EQ(error_of("\r\n\r\n" + sample()), ParseError::kNone);
}

TEST(Message, takes_bare_line_feeds) {
  std::string text = sample("Content-Length: 2\r\n", "ab");
  std::erase(text, '\r');
  const Message message(text);
  EXPECT_EQ(message.error(), ParseError::kNone);
  EXPECT_EQ(message.header(Header::kCSeq), "1 OPTIONS");
  EXPECT_EQ(message.body(), "ab");
}

TEST(Message, blanks_before_the_colon_do_not_hide_a_header) {  // CVE-2020-28361
  const std::string text = replaced(sample(), "From:", "From \t :");
  const Message message(text);
  EXPECT_EQ(message.error(), ParseError::kNone);
  EXPECT_EQ(message.header(Header::kFrom), "<sip:1001@pbx.example>;tag=a");
  EXPECT_EQ(error_of(replaced(text, "To:", "From:")), ParseError::kDuplicate);
}

TEST(Message, refuses_broken_start_lines) {
  for (std::string_view line : {"OPTIONS",
                                "OPTIONS ",
                                "OPTIONS sip:a@b",
                                "OPTIONS sip:a@b ",
                                "OPTIONS  sip:a@b SIP/2.0",
                                "OPTIONS sip:a@b  SIP/2.0",
                                " OPTIONS sip:a@b SIP/2.0",
                                "OPTIONS sip:a@b SIP/2.0 ",
                                "OPTIONS sip:a@b SIP/2.0\t",
                                "OPT/IONS sip:a@b SIP/2.0",
                                "OPTIONS\tsip:a@b SIP/2.0",
                                "OPTIONS sip:a\t@b SIP/2.0",
                                "OPTIONS sip:a@b HTTP/1.1",
                                "OPTIONS sip:a@b SIP/2",
                                "OPTIONS sip:a@b SIP/.0",
                                "OPTIONS sip:a@b SIP/2.",
                                "OPTIONS sip:a@b SIP/2.0.0",
                                "OPTIONS sip:a@b SIP/2.x",
                                "SIP/2.0",
                                "SIP/2.0 ",
                                "SIP/2.0 20",
                                "SIP/2.0 2000 OK",
                                "SIP/2.0 99 x",
                                "SIP/2.0 700 x",
                                "SIP/2.0 -20 x",
                                "SIP/2.0 200OK",
                                "SIP/2.0  200 OK",
                                "SIP/2.0 +20 OK",
                                "SIP/x 200 OK",
                                "SIP/ 200 OK",
                                "SIP/2.0 099 x"}) {
    const std::string text = replaced(sample(), "OPTIONS sip:1002@pbx.example SIP/2.0", line);
    EXPECT_EQ(error_of(text), ParseError::kStartLine) << line;
    EXPECT_TRUE(Message(text).has_response_headers()) << line;
  }
}

TEST(Message, refuses_control_characters_in_the_start_line) {
  EXPECT_EQ(error_of(replaced(sample(), "sip:1002", std::string_view("sip:\0002", 6))),
            ParseError::kStartLine);
  EXPECT_EQ(error_of(replaced(sample(), "sip:1002", "sip:\r02")), ParseError::kStartLine);
}

TEST(Message, rfc3261_7_1_the_version_compares_without_case) {
  EXPECT_EQ(error_of(replaced(sample(), "SIP/2.0\r", "sip/2.0\r")), ParseError::kNone);
  EXPECT_EQ(error_of(replaced(sample(), "SIP/2.0\r", "SIP/3.0\r")), ParseError::kVersion);
  EXPECT_EQ(error_of(replaced(sample(), "OPTIONS sip:1002@pbx.example SIP/2.0", "SIP/3.0 200 OK")),
            ParseError::kVersion);
}

TEST(Message, methods_compare_with_case) {
  const std::string text = replaced(sample(), "OPTIONS", "options");
  EXPECT_EQ(Message(text).method(), Method::kUnknown);
  EXPECT_EQ(Message(text).method_name(), "options");
}

TEST(Message, a_status_line_may_end_behind_its_number) {
  EXPECT_EQ(error_of(replaced(sample(), "OPTIONS sip:1002@pbx.example SIP/2.0", "SIP/2.0 200")),
            ParseError::kNone);
}

TEST(Message, refuses_broken_header_lines_and_keeps_the_others) {
  for (std::string_view line :
       {std::string_view("no colon"), std::string_view(": empty name"), std::string_view("two words: x"),
        std::string_view("X-\0: nul", 8), std::string_view("X: nu\0l", 7), std::string_view("X: bare\rcr"),
        std::string_view("X\r: bare cr"), std::string_view("X(: x"), std::string_view("X: bell\a"),
        std::string_view("Call\rID: x")}) {
    const std::string text = sample(std::string(line) + "\r\nX-After: 1\r\n");
    const Message message(text);
    EXPECT_EQ(message.error(), ParseError::kHeaderLine) << line;
    EXPECT_TRUE(message.has_response_headers()) << line;
    EXPECT_EQ(message.header("X-After"), "1") << line;
    EXPECT_EQ(message.lines().size(), 6U) << line;
  }
}

TEST(Message, a_control_character_may_stand_in_a_quoted_pair_only) {
  EXPECT_EQ(error_of(sample("X: \"\\\x01\"\r\n")), ParseError::kNone);
  EXPECT_EQ(error_of(sample("X: \"\\\\\x01\"\r\n")), ParseError::kHeaderLine);
  EXPECT_EQ(error_of(sample("X: \"\\\rx\"\r\n")), ParseError::kHeaderLine);
}

TEST(Message, the_first_header_line_cannot_be_a_continuation) {
  const std::string text = replaced(sample(), "\r\nVia:", "\r\n X: smuggled\r\nVia:");
  const Message message(text);
  EXPECT_EQ(message.error(), ParseError::kHeaderLine);
  EXPECT_FALSE(message.header("X"));
}

TEST(Message, singletons_may_not_repeat) {
  for (std::string_view line : {"Call-ID: x", "i: x", "CSeq: 2 OPTIONS", "From: <sip:x@y>", "f: <sip:x@y>",
                                "To: <sip:x@y>", "t : <sip:x@y>"}) {
    const std::string text = sample(std::string(line) + "\r\n");
    EXPECT_EQ(error_of(text), ParseError::kDuplicate) << line;
    EXPECT_EQ(Message(text).header(Header::kCallId), "c1");
  }
  EXPECT_EQ(error_of(sample("Max-Forwards: 1\r\nMax-Forwards: 1\r\n")), ParseError::kDuplicate);
  EXPECT_EQ(error_of(sample("l: 0\r\nContent-Length: 0\r\n")), ParseError::kDuplicate);
  EXPECT_EQ(error_of(sample("Contact: <sip:a@b>\r\nContact: <sip:c@d>\r\n")), ParseError::kNone);
}

TEST(Message, every_header_that_a_response_needs_must_be_there) {
  for (std::string_view name : {"Via", "From", "To", "Call-ID", "CSeq"}) {
    const std::string text = replaced(sample(), std::string("\r\n").append(name).append(":"), "\r\nX-Gone:");
    EXPECT_EQ(error_of(text), ParseError::kMissing) << name;
    EXPECT_FALSE(Message(text).has_response_headers()) << name;
  }
}

TEST(Message, without_an_empty_line_it_is_truncated) {
  const std::string text = sample("Content-Length: 0\r\n");
  for (std::size_t cut = 1; cut <= 2; ++cut) {
    EXPECT_EQ(error_of(std::string_view(text).substr(0, text.size() - cut)), ParseError::kTruncated) << cut;
  }
  EXPECT_EQ(error_of("OPTIONS sip:a@b SIP/2.0"), ParseError::kStartLine);
}

TEST(Message, rfc3261_18_3_a_datagram_ends_its_body_when_no_length_is_given) {
  const std::string text = sample({}, "all of it");
  EXPECT_EQ(Message(text).body(), "all of it");
}

TEST(Message, rfc3261_18_3_a_datagram_may_hold_more_than_its_body) {
  const std::string text = sample("Content-Length: 3\r\n", "all of it");
  EXPECT_EQ(Message(text).body(), "all");
  EXPECT_EQ(Message(text).error(), ParseError::kNone);
}

TEST(Message, refuses_lengths_that_cannot_be) {
  for (std::string_view length : {"10", "-1", "+1", "", "1 2", "0x1", "99999999999999999999", "1,1"}) {
    EXPECT_EQ(error_of(sample("Content-Length: " + std::string(length) + "\r\n", "all of it")),
              ParseError::kContentLength)
        << length;
  }
}

TEST(Message, a_stream_needs_an_exact_length) {
  constexpr auto kStream = Message::Framing::kStream;
  EXPECT_EQ(error_of(sample("Content-Length: 3\r\n", "abc"), kStream), ParseError::kNone);
  EXPECT_EQ(error_of(sample("Content-Length: 2\r\n", "abc"), kStream), ParseError::kContentLength);
  EXPECT_EQ(error_of(sample("Content-Length: 4\r\n", "abc"), kStream), ParseError::kContentLength);
  EXPECT_EQ(error_of(sample({}, "abc"), kStream), ParseError::kContentLength);
}

TEST(Message, errors_have_names) {
  for (int i = 0; i <= static_cast<int>(ParseError::kTruncated); ++i) {
    EXPECT_NE(to_string(static_cast<ParseError>(i)), "unknown error");
  }
}

// Every prefix, and every message with one byte changed: no view leaves the buffer (ASan watches), and none
// is invented.
TEST(Message, every_view_stays_inside_the_buffer) {
  for (std::string_view name : {"wsinv", "intmeth", "register_digest"}) {
    const std::string whole = corpus(name);
    auto check = [](const std::string& text) {
      const Message message(text);
      auto inside = [&](std::string_view view) {
        return view.data() == nullptr ||
               (view.data() >= text.data() && view.data() + view.size() <= text.data() + text.size());
      };
      bool ok = inside(message.body()) && inside(message.reason()) && inside(message.request_uri()) &&
                inside(message.method_name());
      for (const Message::Line line : message.lines()) ok = ok && inside(line.name) && inside(line.value);
      return ok;
    };
    for (std::size_t size = 0; size <= whole.size(); size += 3)
      ASSERT_TRUE(check(whole.substr(0, size))) << size;
    for (std::size_t at = 0; at < whole.size(); at += 2) {
      for (char c : std::string_view("\0\r\n\" :<", 7)) {
        std::string changed = whole;
        changed[at] = c;
        ASSERT_TRUE(check(changed)) << at;
      }
    }
  }
}

}  // namespace
}  // namespace polyfon::sip
