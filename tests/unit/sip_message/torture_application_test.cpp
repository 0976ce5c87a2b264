// RFC 4475 3.2 to 3.4: messages whose syntax is right (but for three): here, what the layers above must be
// able to see.
#include "sample.h"

namespace polyfon::sip {
namespace {

struct Right {
  std::string text;
  Message message;
  Essentials all;

  explicit Right(std::string_view name) : text(corpus(name)), message(text) {
    EXPECT_EQ(message.error(), ParseError::kNone) << name << ": " << to_string(message.error());
    const auto decoded = parse_essentials(message);
    EXPECT_TRUE(decoded) << (decoded ? "" : decoded.error().text);
    if (decoded) all = *decoded;
  }
};

TEST(TortureApplication, rfc4475_3_2_1_badbranch_is_a_cookie_alone) {
  EXPECT_EQ(Right("badbranch").all.via.branch(), "z9hG4bK");
}

TEST(TortureApplication, rfc4475_3_3_1_insuf_misses_headers_and_cannot_be_answered) {
  const std::string text = corpus("insuf");
  const Message message(text);
  EXPECT_EQ(message.error(), ParseError::kMissing);
  EXPECT_FALSE(message.has_response_headers());
  EXPECT_EQ(message.method(), Method::kInvite);
}

TEST(TortureApplication, rfc4475_3_3_2_unkscm_names_an_unknown_scheme) {
  const Right right("unkscm");
  EXPECT_EQ(right.all.request_uri.scheme, Scheme::kOther);
  EXPECT_EQ(right.all.request_uri.opaque, "nobodyKnowsThisScheme:totallyopaquecontent");
  EXPECT_TRUE(right.all.request_uri.host.empty());
}

TEST(TortureApplication, rfc4475_3_3_3_novelsc_names_an_atypical_scheme) {
  EXPECT_EQ(Right("novelsc").all.request_uri.scheme, Scheme::kOther);
}

TEST(TortureApplication, rfc4475_3_3_4_unksm2_has_unknown_schemes_in_addresses) {
  const Right right("unksm2");
  EXPECT_EQ(right.all.to.uri.opaque, "isbn:2983792873");
  EXPECT_EQ(right.all.from.uri.opaque, "http://www.example.com");
  EXPECT_EQ(right.all.from.tag(), "3234233");
  EXPECT_EQ(parse_name_addr(*right.message.header(Header::kContact))->uri.opaque, "name:John_Smith");
}

TEST(TortureApplication, rfc4475_3_3_5_bext01_requires_what_nobody_has) {
  const Right right("bext01");
  std::string names;
  each_in_list(right.message, Header::kRequire, [&](std::string_view name) {
    names.append(name).append(" ");
    return true;
  });
  EXPECT_EQ(names, "nothingSupportsThis nothingSupportsThisEither ");
  EXPECT_TRUE(list_contains(right.message, Header::kProxyRequire, "NORDOANYPROXIESSUPPORTTHIS"));
}

TEST(TortureApplication, rfc4475_3_3_6_invut_has_an_unknown_body) {
  const Right right("invut");
  EXPECT_EQ(right.message.header(Header::kContentType), "application/unknownformat");
  EXPECT_TRUE(right.message.body().starts_with("<audio>"));
}

TEST(TortureApplication, rfc4475_3_3_7_regaut01_has_an_unknown_authentication_scheme) {
  const Right right("regaut01");
  const auto auth = parse_auth(*right.message.header(Header::kAuthorization));
  ASSERT_TRUE(auth);
  EXPECT_EQ(auth->scheme, "NoOneKnowsThisScheme");
  EXPECT_EQ(auth->find("opaque-data"), "here");
}

TEST(TortureApplication, rfc4475_3_3_8_multi01_repeats_single_headers) {
  const std::string text = corpus("multi01");
  const Message message(text);
  EXPECT_EQ(message.error(), ParseError::kDuplicate);
  EXPECT_TRUE(message.has_response_headers());
  EXPECT_EQ(message.header(Header::kCSeq), "5 INVITE");  // the first counts
}

TEST(TortureApplication, rfc4475_3_3_9_mcl01_repeats_content_length) {
  const std::string text = corpus("mcl01");
  EXPECT_EQ(Message(text).error(), ParseError::kDuplicate);
}

TEST(TortureApplication, rfc4475_3_3_10_bcast_names_a_broadcast_address_in_its_second_via) {
  const Right right("bcast");
  std::string_view last;
  int vias = 0;
  right.message.each(Header::kVia, [&](std::string_view value) {
    last = value;
    ++vias;
  });
  EXPECT_EQ(vias, 2);
  EXPECT_EQ(parse_via(last)->host, "255.255.255.255");
}

TEST(TortureApplication, rfc4475_3_3_11_zeromf) { EXPECT_EQ(Right("zeromf").all.max_forwards, 0); }

TEST(TortureApplication, rfc4475_3_3_12_cparam01_the_parameter_is_the_headers) {
  const Right right("cparam01");
  const auto contact = parse_name_addr(*right.message.header(Header::kContact));
  ASSERT_TRUE(contact);
  EXPECT_TRUE(contact->parameters.find("unknownparam"));
  EXPECT_FALSE(contact->uri.parameter("unknownparam"));
}

TEST(TortureApplication, rfc4475_3_3_13_cparam02_the_parameter_is_the_uris) {
  const Right right("cparam02");
  const auto contact = parse_name_addr(*right.message.header(Header::kContact));
  ASSERT_TRUE(contact);
  EXPECT_FALSE(contact->parameters.find("unknownparam"));
  EXPECT_TRUE(contact->uri.parameter("unknownparam"));
}

TEST(TortureApplication, rfc4475_3_3_14_regescrt_keeps_the_escaped_header) {
  const Right right("regescrt");
  const auto contact = parse_name_addr(*right.message.header(Header::kContact));
  ASSERT_TRUE(contact);
  EXPECT_EQ(unescape(contact->uri.headers), "Route=<sip:sip.example.com>");
}

TEST(TortureApplication, rfc4475_3_3_15_sdp01) {
  EXPECT_EQ(Right("sdp01").message.header(Header::kAccept), "text/nobodyKnowsThis");
}

TEST(TortureApplication, rfc4475_3_4_1_inv2543_has_neither_branch_nor_max_forwards_nor_content_length) {
  const Right right("inv2543");
  EXPECT_EQ(right.all.via.branch(), "");
  EXPECT_FALSE(right.all.max_forwards);
  EXPECT_EQ(right.all.from.tag(), "");
  EXPECT_EQ(right.message.body().size(), 150U);  // to the end of the datagram
  EXPECT_EQ(right.all.to.parameters.find("user"), "phone");
}

}  // namespace
}  // namespace polyfon::sip
