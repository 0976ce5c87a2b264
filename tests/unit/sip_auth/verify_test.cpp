// The server's side: what stands in Authorization must prove the secret.
#include <fmt/format.h>

#include "base/text.h"
#include "samples.h"

namespace polyfon::sip {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::string_view k2617 =
    R"(Digest username="Mufasa", realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", )"
    R"(uri="/dir/index.html", qop=auth, nc=00000001, cnonce="0a4f113b", response="6629fae49393a05397450978507c4ef1", )"
    R"(opaque="5ccc069c403ebaf9f0171e9517f40e41")";

std::string rfc7616(std::string_view algorithm, std::string_view response) {
  return fmt::format(
      R"(Digest username="Mufasa", realm="http-auth@example.org", uri="/dir/index.html", algorithm={}, )"
      R"(nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", nc=00000001, )"
      R"(cnonce="f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", qop=auth, response="{}", )"
      R"(opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS")",
      algorithm, response);
}

bool accepts(std::string_view authorization, const Credentials& credentials = mufasa(),
             std::string_view realm = "testrealm@host.com") {
  return verify_response(auth(authorization), "GET", realm, credentials);
}

TEST(VerifyResponse, rfc2617_3_5_example) { EXPECT_TRUE(accepts(k2617)); }

TEST(VerifyResponse, rfc7616_3_9_1_example_with_md5) {
  EXPECT_TRUE(
      accepts(rfc7616("MD5", "8ca523f5e9506fed4657c9700eebdbec"), mufasa_of_7616(), "http-auth@example.org"));
}

TEST(VerifyResponse, rfc7616_3_9_1_example_with_sha_256) {
  EXPECT_TRUE(accepts(rfc7616("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
                      mufasa_of_7616(), "http-auth@example.org"));
}

TEST(VerifyResponse, the_algorithm_is_named_in_any_case) {
  EXPECT_TRUE(
      accepts(rfc7616("md5", "8ca523f5e9506fed4657c9700eebdbec"), mufasa_of_7616(), "http-auth@example.org"));
}

TEST(VerifyResponse, the_response_of_one_algorithm_is_not_that_of_another) {
  EXPECT_FALSE(accepts(rfc7616("SHA-256", "8ca523f5e9506fed4657c9700eebdbec"), mufasa_of_7616(),
                       "http-auth@example.org"));
}

TEST(VerifyResponse, session_algorithms_are_refused) {
  EXPECT_FALSE(accepts(rfc7616("MD5-sess", "8ca523f5e9506fed4657c9700eebdbec"), mufasa_of_7616(),
                       "http-auth@example.org"));
}

TEST(VerifyResponse, rfc2069_without_qop) {
  std::string ha2 = digest_hash(DigestAlgorithm::kMd5, "GET:/dir/index.html");
  std::string response = digest_hash(DigestAlgorithm::kMd5, "939e7578ed9e3c518a452acee763bce9:abc:" + ha2);
  EXPECT_TRUE(accepts(fmt::format(
      R"(Digest username="Mufasa", realm="testrealm@host.com", nonce="abc", uri="/dir/index.html", response="{}")",
      response)));
}

TEST(VerifyResponse, md5secret_takes_the_place_of_the_password) {
  Credentials hashed{.user = "Mufasa", .secret = {}, .ha1_md5 = "939e7578ed9e3c518a452acee763bce9"};
  EXPECT_TRUE(accepts(k2617, hashed));
  hashed.ha1_md5 = base::upper(hashed.ha1_md5);
  EXPECT_TRUE(accepts(k2617, hashed));
  hashed.secret = "something else";
  EXPECT_TRUE(accepts(k2617, hashed));
  hashed.ha1_md5 = "939e";
  EXPECT_FALSE(accepts(k2617, hashed));
}

TEST(VerifyResponse, md5secret_proves_nothing_for_sha_256) {
  Credentials hashed{.user = "Mufasa", .secret = {}, .ha1_md5 = "3d78807defe7de2157e2b0b6573a855f"};
  EXPECT_TRUE(accepts(rfc7616("MD5", "8ca523f5e9506fed4657c9700eebdbec"), hashed, "http-auth@example.org"));
  EXPECT_FALSE(accepts(rfc7616("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
                       hashed, "http-auth@example.org"));
}

TEST(VerifyResponse, credentials_without_a_secret_verify_nothing) {
  std::string ha1 = digest_ha1(DigestAlgorithm::kMd5, "Mufasa", "testrealm@host.com", "");
  std::string ha2 = digest_hash(DigestAlgorithm::kMd5, "GET:/dir/index.html");
  std::string response = digest_hash(DigestAlgorithm::kMd5, ha1 + ":abc:" + ha2);
  EXPECT_FALSE(accepts(
      fmt::format(
          R"(Digest username="Mufasa", realm="testrealm@host.com", nonce="abc", uri="/dir/index.html", response="{}")",
          response),
      {.user = "Mufasa", .secret = {}, .ha1_md5 = {}}));
}

TEST(VerifyResponse, another_method_realm_user_or_password_is_refused) {
  EXPECT_FALSE(verify_response(auth(k2617), "POST", "testrealm@host.com", mufasa()));
  EXPECT_FALSE(accepts(k2617, mufasa(), "testrealm"));
  EXPECT_FALSE(accepts(k2617, {.user = "mufasa", .secret = "Circle Of Life", .ha1_md5 = {}}));
  EXPECT_FALSE(accepts(k2617, mufasa_of_7616()));
}

TEST(VerifyResponse, another_scheme_is_refused) {
  EXPECT_FALSE(accepts(replaced(std::string(k2617), "Digest", "Basic")));
  EXPECT_TRUE(accepts(replaced(std::string(k2617), "Digest", "DIGEST")));
}

TEST(VerifyResponse, the_response_may_be_in_upper_case) {
  EXPECT_TRUE(accepts(
      replaced(std::string(k2617), "6629fae49393a05397450978507c4ef1", "6629FAE49393A05397450978507C4EF1")));
}

TEST(VerifyResponse, auth_int_is_refused) {
  EXPECT_FALSE(accepts(replaced(std::string(k2617), "qop=auth", "qop=auth-int")));
}

TEST(VerifyResponse, qop_may_be_quoted) {
  EXPECT_TRUE(accepts(replaced(std::string(k2617), "qop=auth", "qop=\"auth\"")));
}

TEST(VerifyResponse, rfc7616_3_4_qop_wants_nc_and_cnonce) {
  EXPECT_FALSE(accepts(replaced(std::string(k2617), "nc=00000001, ", "")));
  EXPECT_FALSE(accepts(replaced(std::string(k2617), "cnonce=\"0a4f113b\", ", "")));
  EXPECT_FALSE(accepts(replaced(std::string(k2617), "\"0a4f113b\"", "\"\"")));
}

TEST(VerifyResponse, nc_has_eight_hex_digits) {
  for (std::string_view count : {"1", "0000000g", "000000001", "+0000001"}) {
    std::string ha2 = digest_hash(DigestAlgorithm::kMd5, "GET:/dir/index.html");
    std::string response = digest_hash(
        DigestAlgorithm::kMd5, fmt::format("939e7578ed9e3c518a452acee763bce9:abc:{}:x:auth:{}", count, ha2));
    EXPECT_FALSE(accepts(fmt::format(R"(Digest username="Mufasa", realm="testrealm@host.com", nonce="abc", )"
                                     R"(uri="/dir/index.html", qop=auth, nc="{}", cnonce="x", response="{}")",
                                     count, response)))
        << count;
  }
}

struct Missing : testing::TestWithParam<std::string_view> {};
TEST_P(Missing, parameter_is_refused) {
  EXPECT_FALSE(accepts(
      replaced(std::string(k2617), std::string(GetParam()) + "=", "x-" + std::string(GetParam()) + "=")));
}
INSTANTIATE_TEST_SUITE_P(VerifyResponse, Missing,
                         testing::Values("username", "realm", "nonce", "uri", "response", "nc", "cnonce"));

struct Tampered : testing::TestWithParam<std::pair<std::string_view, std::string_view>> {};
TEST_P(Tampered, value_is_refused) {
  EXPECT_FALSE(accepts(replaced(std::string(k2617), GetParam().first, GetParam().second)));
}
INSTANTIATE_TEST_SUITE_P(
    VerifyResponse, Tampered,
    testing::Values(std::pair("Mufasa", "Mufasb"), std::pair("testrealm", "testrealn"),
                    std::pair("dcd98", "dcd99"), std::pair("/dir/", "/dis/"),
                    std::pair("00000001", "00000002"), std::pair("0a4f", "0a5f"),
                    std::pair("6629fae4", "6629fae5"), std::pair("507c4ef1\"", "507c4ef\""),
                    std::pair("response=\"6629fae49393a05397450978507c4ef1\"", "response=\"\""),
                    std::pair("qop=auth, ", "")));

TEST(VerifyResponse, escapes_in_the_user_name_are_taken_off) {
  Credentials odd{.user = "a\"b\\c", .secret = "x", .ha1_md5 = {}};
  auto answer =
      answer_challenge(auth(R"(Digest realm="r", nonce="n", qop="auth")"), "GET", "sip:x", odd, 1, "c");
  ASSERT_TRUE(answer);
  EXPECT_THAT(*answer, HasSubstr(R"(username="a\"b\\c")"));
  EXPECT_TRUE(verify_response(auth(*answer), "GET", "r", odd));
}

TEST(MakeChallenge, says_realm_nonce_algorithm_and_qop) {
  EXPECT_EQ(make_challenge(DigestAlgorithm::kMd5, "asterisk", "abc", false),
            R"(Digest realm="asterisk", nonce="abc", algorithm=MD5, qop="auth")");
}

TEST(MakeChallenge, says_stale_only_when_it_was) {
  EXPECT_THAT(make_challenge(DigestAlgorithm::kSha256, "r", "n", true),
              HasSubstr("algorithm=SHA-256, qop=\"auth\", stale=true"));
  EXPECT_THAT(make_challenge(DigestAlgorithm::kSha256, "r", "n", false), Not(HasSubstr("stale")));
}

TEST(MakeChallenge, escapes_quotes_of_the_realm) {
  EXPECT_THAT(make_challenge(DigestAlgorithm::kMd5, R"(the "best" one)", "n", false),
              HasSubstr(R"(realm="the \"best\" one")"));
}

}  // namespace
}  // namespace polyfon::sip
