// RFC 4475 3.1.1: strange messages that are right, each with what it must decode to.
#include "sample.h"
#include "sip/message/uri.h"

namespace polyfon::sip {
namespace {

struct Decoded {
  std::string text;
  Message message;
  base::Result<Essentials> essentials;

  explicit Decoded(std::string_view name)
      : text(corpus(name)), message(text), essentials(parse_essentials(message)) {
    EXPECT_EQ(message.error(), ParseError::kNone) << name << ": " << to_string(message.error());
    EXPECT_TRUE(essentials) << (essentials ? "" : essentials.error().text);
  }
};

TEST(TortureValid, rfc4475_3_1_1_1_wsinv_start_line_and_numbers) {
  const Decoded decoded("wsinv");
  const Essentials& all = *decoded.essentials;
  EXPECT_EQ(decoded.message.method(), Method::kInvite);
  EXPECT_EQ(all.request_uri.user, "vivekg");
  EXPECT_EQ(all.request_uri.host, "chair-dnrc.example.com");
  EXPECT_EQ(all.request_uri.parameter("unknownparam"), "");
  EXPECT_EQ(all.cseq.number, 9U);
  EXPECT_EQ(all.cseq.method, Method::kInvite);
  EXPECT_EQ(all.max_forwards, 68);
  EXPECT_EQ(all.call_id, "wsinv.ndaksdj@192.0.2.1");
  EXPECT_EQ(decoded.message.body().size(), 150U);
}

TEST(TortureValid, rfc4475_3_1_1_1_wsinv_addresses) {
  const Decoded decoded("wsinv");
  const Essentials& all = *decoded.essentials;
  EXPECT_EQ(all.to.uri.user, "vivekg");
  EXPECT_EQ(all.to.tag(), "1918181833n");
  EXPECT_TRUE(all.to.display_name.empty());
  EXPECT_EQ(all.from.display_name, R"(J Rosenberg \\\")");
  EXPECT_EQ(all.from.uri.user, "jdrosen");
  EXPECT_EQ(all.from.tag(), "98asjd8");
  const auto contact = parse_name_addr(*decoded.message.header(Header::kContact));
  ASSERT_TRUE(contact);
  EXPECT_EQ(contact->display_name, R"(Quoted string \"\")");
  EXPECT_EQ(contact->parameters.find("newparam"), "newvalue");
  EXPECT_EQ(contact->parameters.find("secondparam"), "");
  EXPECT_EQ(contact->parameters.find("q"), "0.33");
}

TEST(TortureValid, rfc4475_3_1_1_1_wsinv_vias_joined_and_repeated) {
  const Decoded decoded("wsinv");
  std::vector<std::string> seen;
  each_in_list(decoded.message, Header::kVia, [&](std::string_view element) {
    const auto via = parse_via(element);
    EXPECT_TRUE(via) << element;
    if (via)
      seen.push_back(
          std::string(via->transport).append(" ").append(via->host).append(" ").append(via->branch()));
    return true;
  });
  EXPECT_EQ(seen, (std::vector<std::string>{"UDP 192.0.2.2 390skdjuw", "TCP spindle.example.com z9hG4bK9ikj8",
                                            "UDP 192.168.255.111 z9hG4bK30239"}));
}

TEST(TortureValid, rfc4475_3_1_1_1_wsinv_other_headers) {
  const Decoded decoded("wsinv");
  EXPECT_EQ(decoded.message.header(Header::kSubject), "");
  EXPECT_EQ(decoded.message.header("newfangledheader"), "newfangled value\r\n continued newfangled value");
  EXPECT_EQ(decoded.message.header("UnknownHeaderWithUnusualValue"), ";;,,;;,;");
  const auto route = parse_name_addr(*decoded.message.header(Header::kRoute));
  ASSERT_TRUE(route);
  EXPECT_TRUE(route->uri.parameter("lr"));
  EXPECT_EQ(route->uri.parameter("unknownwith"), "value");
}

TEST(TortureValid, rfc4475_3_1_1_2_intmeth) {
  const Decoded decoded("intmeth");
  const Essentials& all = *decoded.essentials;
  EXPECT_EQ(decoded.message.method(), Method::kUnknown);
  EXPECT_EQ(decoded.message.method_name(), "!interesting-Method0123456789_*+`.%indeed'~");
  EXPECT_EQ(all.request_uri.user, "1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*");
  EXPECT_EQ(all.request_uri.password, "&it+has=1,weird!*pas$wo~d_too.(doesn't-it)");
  EXPECT_EQ(all.request_uri.host, "example.com");
  EXPECT_EQ(all.via.branch(), "z9hG4bK-.!%66*_+`'~");
  EXPECT_EQ(all.to.display_name, std::string_view("BEL:\\\x07 NUL:\\\0 DEL:\\\x7f", 20));
  EXPECT_EQ(all.from.display_name, "token1~` token2'+_ token3*%!.-");
  EXPECT_EQ(all.from.parameters.find("fromParam''~+*_!.-%"), "работающий");
  EXPECT_EQ(all.from.tag(), "_token~1'+`*%!-.");
  EXPECT_EQ(all.call_id, R"(intmeth.word%ZK-!.*_+'@word`~)(><:\/"][?}{)");
  EXPECT_EQ(all.max_forwards, 255);
  EXPECT_EQ(decoded.message.header("extensionHeader-!.%*+_`'~"), "\xEF\xBB\xBF大停電");
}

TEST(TortureValid, rfc4475_3_1_1_3_esc01) {
  const Decoded decoded("esc01");
  const Essentials& all = *decoded.essentials;
  EXPECT_EQ(all.request_uri.scheme, Scheme::kSip);
  EXPECT_EQ(unescape(all.request_uri.user), "sips:user@example.com");
  EXPECT_EQ(all.request_uri.host, "example.net");
  EXPECT_EQ(unescape(all.to.uri.user), "user");
  EXPECT_EQ(unescape(all.from.uri.user), "I have spaces");
  const auto contact = parse_name_addr(*decoded.message.header(Header::kContact));
  ASSERT_TRUE(contact);
  EXPECT_EQ(unescape(contact->uri.user), "caller");
  EXPECT_EQ(contact->uri.parameter("lr"), "");
  // Unescaped once, never again: "value%41" is not "valueA".
  EXPECT_EQ(unescape(*contact->uri.parameter("name")), "value%41");
}

TEST(TortureValid, rfc4475_3_1_1_4_escnull) {
  const Decoded decoded("escnull");
  EXPECT_EQ(unescape(decoded.essentials->to.uri.user), std::string_view("null-\0-null", 11));
  std::vector<std::string> users;
  decoded.message.each(Header::kContact, [&](std::string_view value) {
    users.push_back(unescape(parse_name_addr(value).value().uri.user));
  });
  EXPECT_EQ(users, (std::vector<std::string>{std::string(1, '\0'), std::string(2, '\0')}));
}

TEST(TortureValid, rfc4475_3_1_1_5_esc02) {
  const Decoded decoded("esc02");
  EXPECT_EQ(decoded.message.method(), Method::kUnknown);  // not REGISTER
  EXPECT_EQ(decoded.message.method_name(), "RE%47IST%45R");
  EXPECT_EQ(decoded.essentials->to.display_name, "%Z%45");
  EXPECT_EQ(decoded.essentials->via.branch(), "z9hG4bK209%fzsnel234");
  int contacts = 0;
  decoded.message.each(Header::kContact, [&](std::string_view) { ++contacts; });
  EXPECT_EQ(contacts, 2);  // C%6Fntact is another header
}

TEST(TortureValid, rfc4475_3_1_1_6_lwsdisp) {
  const Decoded decoded("lwsdisp");
  EXPECT_EQ(decoded.essentials->from.display_name, "caller");
  EXPECT_EQ(decoded.essentials->from.uri_text, "sip:caller@example.com");
}

TEST(TortureValid, rfc4475_3_1_1_7_longreq) {
  const Decoded decoded("longreq");
  const Essentials& all = *decoded.essentials;
  EXPECT_EQ(all.to.uri.port, 6000);
  EXPECT_EQ(all.to.display_name.size(), 103U);
  EXPECT_EQ(all.from.uri.user.size(), 115U);
  EXPECT_EQ(all.from.tag().size(), 155U);
  EXPECT_EQ(all.via.host, "sip33.example.com");
  std::string_view last;
  int count = 0;
  decoded.message.each(Header::kVia, [&](std::string_view value) {
    last = value;
    ++count;
  });
  EXPECT_EQ(count, 34);
  EXPECT_EQ(parse_via(last)->branch().size(), 215U);
  EXPECT_EQ(parse_via(last)->parameters.find("received"), "192.0.2.5");
}

TEST(TortureValid, rfc4475_3_1_1_8_dblreq_ignores_what_follows_in_the_datagram) {
  const Decoded decoded("dblreq");
  EXPECT_EQ(decoded.message.method(), Method::kRegister);
  EXPECT_EQ(decoded.essentials->call_id, "dblreq.0ha0isndaksdj99sdfafnl3lk233412");
  EXPECT_TRUE(decoded.message.body().empty());
}

TEST(TortureValid, rfc4475_3_1_1_9_semiuri) {
  const Decoded decoded("semiuri");
  EXPECT_EQ(decoded.essentials->request_uri.user, "user;par=u%40example.net");
  EXPECT_EQ(decoded.essentials->request_uri.host, "example.com");
  EXPECT_TRUE(decoded.essentials->request_uri.parameters.empty());
  EXPECT_TRUE(list_contains(decoded.message, Header::kAccept, "message/sipfrag"));
}

TEST(TortureValid, rfc4475_3_1_1_10_transports) {
  const Decoded decoded("transports");
  std::string transports;
  decoded.message.each(Header::kVia, [&](std::string_view value) {
    transports.append(parse_via(value).value().transport).append(" ");
  });
  EXPECT_EQ(transports, "UDP SCTP TLS UNKNOWN TCP ");
}

TEST(TortureValid, rfc4475_3_1_1_11_mpart01_keeps_a_binary_body) {
  const Decoded decoded("mpart01");
  EXPECT_EQ(decoded.message.method(), Method::kMessage);
  EXPECT_NE(decoded.message.body().find('\0'), std::string_view::npos);
  EXPECT_TRUE(decoded.message.body().ends_with("--7a9cbec02ceef655--\r\n"));
}

TEST(TortureValid, rfc4475_3_1_1_12_unreason) {
  const Decoded decoded("unreason");
  EXPECT_FALSE(decoded.message.is_request());
  EXPECT_EQ(decoded.message.status(), 200);
  EXPECT_EQ(decoded.message.method(), Method::kInvite);
  EXPECT_EQ(decoded.message.reason(), "= 2**3 * 5**2 но сто девяносто девять - простое");
}

TEST(TortureValid, rfc4475_3_1_1_13_noreason) {
  const Decoded decoded("noreason");
  EXPECT_EQ(decoded.message.status(), 100);
  EXPECT_EQ(decoded.message.reason(), "");
}

}  // namespace
}  // namespace polyfon::sip
