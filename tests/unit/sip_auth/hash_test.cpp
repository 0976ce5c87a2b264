#include "sip/auth/hash.h"

#include "samples.h"
#include "sip/auth/siphash.h"

namespace polyfon::sip {
namespace {

TEST(DigestHash, rfc1321_a_5_test_suite) {
  EXPECT_EQ(digest_hash(DigestAlgorithm::kMd5, ""), "d41d8cd98f00b204e9800998ecf8427e");
  EXPECT_EQ(digest_hash(DigestAlgorithm::kMd5, "message digest"), "f96b697d7cb7938d525a2f31aaf161d0");
}

TEST(DigestHash, rfc6234_8_5_sha_256_of_abc) {
  EXPECT_EQ(digest_hash(DigestAlgorithm::kSha256, "abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(DigestHash, joins_its_parts_with_colons) {
  EXPECT_EQ(std::string_view(hash_joined(DigestAlgorithm::kMd5, {"a", "", "c"})),
            digest_hash(DigestAlgorithm::kMd5, "a::c"));
}

TEST(DigestHash, ha1_is_of_user_realm_and_password) {
  EXPECT_EQ(digest_ha1(DigestAlgorithm::kMd5, "Mufasa", "testrealm@host.com", "Circle Of Life"),
            "939e7578ed9e3c518a452acee763bce9");
}

TEST(DigestAlgorithm, is_named_in_any_case_and_md5_when_absent) {
  EXPECT_EQ(parse_digest_algorithm(std::nullopt), DigestAlgorithm::kMd5);
  EXPECT_EQ(parse_digest_algorithm("md5"), DigestAlgorithm::kMd5);
  EXPECT_EQ(parse_digest_algorithm("sha-256"), DigestAlgorithm::kSha256);
  for (std::string_view other : {"", "MD5-sess", "SHA-256-sess", "SHA-512-256", "SHA256", "MD5 "})
    EXPECT_EQ(parse_digest_algorithm(other), std::nullopt) << other;
}

// The vectors of the reference implementation: key 00 01 .. 0f, message 00 01 .. n-1.
TEST(SipHash, gives_the_reference_vectors) {
  unsigned char key[16], message[16];
  for (unsigned char i = 0; i < 16; ++i) key[i] = message[i] = i;
  auto of_length = [&](std::size_t n) { return siphash(key, std::span(message).first(n)); };
  EXPECT_EQ(of_length(0), 0x726fdb47dd0e0e31u);
  EXPECT_EQ(of_length(1), 0x74f839c593dc67fdu);
  EXPECT_EQ(of_length(8), 0x93f5f5799a932462u);
  EXPECT_EQ(of_length(15), 0xa129ca6149be45e5u);
}

}  // namespace
}  // namespace polyfon::sip
