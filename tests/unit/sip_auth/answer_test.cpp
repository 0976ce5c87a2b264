// The client's side: answers to what foreign registrars and trunks ask.
#include "base/text.h"
#include "samples.h"

namespace polyfon::sip {
namespace {

using base::ErrorCode;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

base::Result<std::string> answer(std::string_view challenge, const Credentials& credentials = alice()) {
  return answer_challenge(auth(challenge), "REGISTER", "sip:pbx.example.com", credentials, 1, "0a4f113b");
}

ErrorCode error_of(std::string_view challenge, const Credentials& credentials = alice()) {
  auto result = answer(challenge, credentials);
  EXPECT_FALSE(result) << challenge;
  return result ? ErrorCode::kIo : result.error().code;
}

std::string must(std::string_view challenge) {
  auto result = answer(challenge);
  EXPECT_TRUE(result) << (result ? "" : result.error().text);
  return result ? *result : "";
}

TEST(AnswerChallenge, rfc2617_3_5_example) {
  auto result = answer_challenge(
      auth(R"(Digest realm="testrealm@host.com", qop="auth,auth-int", )"
           R"(nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41")"),
      "GET", "/dir/index.html", mufasa(), 1, "0a4f113b");
  ASSERT_TRUE(result);
  EXPECT_EQ(
      *result,
      R"(Digest username="Mufasa", realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", )"
      R"(uri="/dir/index.html", response="6629fae49393a05397450978507c4ef1", algorithm=MD5, )"
      R"(opaque="5ccc069c403ebaf9f0171e9517f40e41", qop=auth, cnonce="0a4f113b", nc=00000001)");
}

TEST(AnswerChallenge, rfc7616_3_9_1_example_with_sha_256) {
  auto result = answer_challenge(
      auth(
          R"(Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=SHA-256, )"
          R"(nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS")"),
      "GET", "/dir/index.html", mufasa_of_7616(), 1, "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ");
  ASSERT_TRUE(result);
  EXPECT_THAT(*result, HasSubstr("753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"));
  EXPECT_THAT(*result, HasSubstr("algorithm=SHA-256"));
}

TEST(AnswerChallenge, rfc2069_without_qop_has_neither_nc_nor_cnonce) {
  std::string result = must(R"(Digest realm="r", nonce="n")");
  EXPECT_THAT(result, Not(HasSubstr("nc=")));
  EXPECT_THAT(result, Not(HasSubstr("cnonce=")));
  EXPECT_TRUE(verify_response(auth(result), "REGISTER", "r", alice()));
}

TEST(AnswerChallenge, counts_the_nonce_in_eight_hex_digits) {
  auto result = answer_challenge(auth(R"(Digest realm="r", nonce="n", qop="auth")"), "INVITE", "sip:x",
                                 alice(), 0xabcdef, "c");
  ASSERT_TRUE(result);
  EXPECT_THAT(*result, HasSubstr("nc=00abcdef"));
}

TEST(AnswerChallenge, finds_auth_among_the_qops) {
  for (std::string_view qop : {"auth", "AUTH", "auth-int,auth", "auth-int , auth", "x,auth,y"})
    EXPECT_THAT(must(R"(Digest realm="r", nonce="n", qop=")" + std::string(qop) + "\""),
                HasSubstr("qop=auth,"))
        << qop;
}

TEST(AnswerChallenge, auth_int_alone_is_not_spoken) {
  EXPECT_EQ(error_of(R"(Digest realm="r", nonce="n", qop="auth-int")"), ErrorCode::kUnsupported);
  EXPECT_EQ(error_of(R"(Digest realm="r", nonce="n", qop="")"), ErrorCode::kUnsupported);
}

TEST(AnswerChallenge, other_algorithms_and_schemes_are_not_spoken) {
  EXPECT_EQ(error_of(R"(Digest realm="r", nonce="n", algorithm=MD5-sess)"), ErrorCode::kUnsupported);
  EXPECT_EQ(error_of(R"(Digest realm="r", nonce="n", algorithm=SHA-512-256)"), ErrorCode::kUnsupported);
  EXPECT_EQ(error_of(R"(Basic realm="r")"), ErrorCode::kUnsupported);
}

TEST(AnswerChallenge, a_challenge_without_realm_or_nonce_is_invalid) {
  EXPECT_EQ(error_of(R"(Digest nonce="n")"), ErrorCode::kInvalid);
  EXPECT_EQ(error_of(R"(Digest realm="r")"), ErrorCode::kInvalid);
}

TEST(AnswerChallenge, what_could_break_out_of_the_header_is_not_echoed) {
  AuthValue folded;
  folded.scheme = "Digest";
  folded.text = "realm=\"r\", nonce=\"a\r\n b\"";
  auto result = answer_challenge(folded, "REGISTER", "sip:x", alice(), 1, "c");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kInvalid);
}

TEST(AnswerChallenge, opaque_is_echoed_as_it_came) {
  EXPECT_THAT(must(R"(Digest realm="r", nonce="n", opaque="a\"b")"), HasSubstr(R"(opaque="a\"b")"));
  EXPECT_THAT(must(R"(Digest realm="r", nonce="n", opaque="")"), HasSubstr(R"(opaque="")"));
  EXPECT_THAT(must(R"(Digest realm="r", nonce="n")"), Not(HasSubstr("opaque")));
}

TEST(AnswerChallenge, escapes_of_the_realm_are_echoed_and_hashed_without) {
  std::string result = must(R"(Digest realm="the \"best\"", nonce="n", qop="auth")");
  EXPECT_THAT(result, HasSubstr(R"(realm="the \"best\"")"));
  EXPECT_TRUE(verify_response(auth(result), "REGISTER", R"(the "best")", alice()));
}

TEST(AnswerChallenge, md5secret_answers_md5_only) {
  Credentials hashed{
      .user = "1001", .secret = {}, .ha1_md5 = digest_ha1(DigestAlgorithm::kMd5, "1001", "r", "s3cret")};
  auto md5 = answer(R"(Digest realm="r", nonce="n", qop="auth")", hashed);
  ASSERT_TRUE(md5);
  EXPECT_TRUE(verify_response(auth(*md5), "REGISTER", "r", alice()));
  EXPECT_EQ(error_of(R"(Digest realm="r", nonce="n", algorithm=SHA-256)", hashed), ErrorCode::kUnsupported);
}

TEST(AnswerChallenge, without_a_secret_there_is_no_answer) {
  EXPECT_EQ(error_of(R"(Digest realm="r", nonce="n")", {.user = "1001", .secret = {}, .ha1_md5 = {}}),
            ErrorCode::kUnsupported);
}

// Every challenge of ours, answered by our client, is accepted by our server, and by nobody who changed a
// character.
struct RoundTrip : testing::TestWithParam<DigestAlgorithm> {};
TEST_P(RoundTrip, verifies_and_does_not_when_tampered_with) {
  base::SeededRandom random(7);
  NonceSource nonces(random);
  base::Instant now(std::chrono::seconds(1000));
  for (std::uint32_t i = 1; i <= 50; ++i) {
    Credentials user{.user = random.token(1 + random.below(12)),
                     .secret = random.token(1 + random.below(40)),
                     .ha1_md5 = {}};
    std::string realm = "realm " + random.token(random.below(10));
    std::string uri = "sip:" + random.token(8) + "@example.com";
    std::string challenge = make_challenge(GetParam(), realm, nonces.make(now), i % 2 == 0);
    auto result = answer_challenge(auth(challenge), "INVITE", uri, user, i, random.token(16));
    ASSERT_TRUE(result) << result.error().text;
    EXPECT_THAT(*result, StartsWith("Digest "));
    AuthValue value = auth(*result);
    ASSERT_TRUE(verify_response(value, "INVITE", realm, user)) << *result;
    EXPECT_EQ(nonces.check(*value.find("nonce"), now), NonceSource::Verdict::kFresh);
    for (std::string_view name : {"username", "realm", "nonce", "uri", "response", "cnonce", "nc"}) {
      std::size_t at = static_cast<std::size_t>(value.find(name)->data() - result->data());
      std::string changed = *result;
      changed[at] = changed[at] == '1' ? '2' : '1';
      EXPECT_FALSE(verify_response(auth(changed), "INVITE", realm, user)) << name << " in " << changed;
    }
  }
}
INSTANTIATE_TEST_SUITE_P(AnswerChallenge, RoundTrip,
                         testing::Values(DigestAlgorithm::kMd5, DigestAlgorithm::kSha256));

}  // namespace
}  // namespace polyfon::sip
