// Certificates, identities and sessions of TLS, without a socket.
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include "certificates.h"
#include "net/tls_context.h"
#include "net/tls_identity.h"
#include "net/tls_session.h"
#include "temp_folder.h"

namespace polyfon::net {
namespace {

using testing::HasSubstr;
using Side = TlsContext::Side;
using Status = TlsSession::Status;

CertificateNames names_of(const std::string& common_name, const std::string& alternatives) {
  static const TestAuthority authority;
  X509* certificate = authority.issue(common_name, alternatives);
  CertificateNames names = certificate_names(certificate);
  X509_free(certificate);
  return names;
}

TEST(TlsIdentity, rfc5922_7_1_a_sip_uri_is_an_identity) {
  auto names = names_of("x", "URI:sip:example.com");
  EXPECT_TRUE(speaks_for(names, "example.com"));
  EXPECT_TRUE(speaks_for(names, "EXAMPLE.com"));
  EXPECT_FALSE(speaks_for(names, "sip.example.com"));
}

TEST(TlsIdentity, rfc5922_7_1_a_uri_with_a_user_or_another_scheme_is_none) {
  EXPECT_FALSE(speaks_for(names_of("x", "URI:sip:bob@example.com"), "example.com"));
  EXPECT_FALSE(speaks_for(names_of("x", "URI:sips:example.com"), "example.com"));
  EXPECT_FALSE(speaks_for(names_of("x", "URI:https://example.com"), "example.com"));
}

TEST(TlsIdentity, rfc5922_7_1_dns_names_count_only_without_a_sip_uri) {
  EXPECT_TRUE(speaks_for(names_of("x", "DNS:sip.example.com"), "sip.example.com"));
  auto both = names_of("x", "DNS:sip.example.com,URI:sip:example.com");
  EXPECT_TRUE(speaks_for(both, "example.com"));
  EXPECT_FALSE(speaks_for(both, "sip.example.com"));
}

TEST(TlsIdentity, rfc5922_7_1_the_common_name_counts_only_without_alternatives) {
  EXPECT_TRUE(speaks_for(names_of("sip.example.com", ""), "sip.example.com"));
  EXPECT_FALSE(speaks_for(names_of("sip.example.com", "DNS:other.example"), "sip.example.com"));
  EXPECT_FALSE(speaks_for(names_of("sip.example.com", "email:a@b.example"), "sip.example.com"));
}

TEST(TlsIdentity, rfc5922_7_2_a_wildcard_matches_nothing) {
  EXPECT_FALSE(speaks_for(names_of("x", "DNS:*.example.com"), "sip.example.com"));
}

TEST(TlsIdentity, an_address_is_matched_as_an_address) {
  auto names = names_of("x", "IP:192.0.2.1,IP:2001:db8::1");
  EXPECT_TRUE(speaks_for(names, "192.0.2.1"));
  EXPECT_TRUE(speaks_for(names, "[2001:DB8:0::1]"));
  EXPECT_FALSE(speaks_for(names, "192.0.2.2"));
  EXPECT_FALSE(speaks_for(names, ""));
}

TEST(TlsIdentity, a_uri_may_have_a_port_and_parameters) {
  EXPECT_TRUE(speaks_for(names_of("x", "URI:sip:example.com:5061;transport=tls"), "example.com"));
}

class Tls : public testing::Test {
 public:
  Tls() {
    authority.write(folder / "ca.pem");
    authority.sign(folder / "server.pem", "x", "DNS:pbx.example");
    authority.sign(folder / "client.pem", "phone", "");
  }
  TlsOptions server_options() { return {.certificate_file = folder / "server.pem", .verify_peer = false}; }
  TlsOptions client_options() { return {.ca_file = folder / "ca.pem"}; }
  std::string error_of(Side side, const TlsOptions& options) {
    auto made = TlsContext::make(side, options);
    EXPECT_FALSE(made);
    return made ? "" : made.error().text;
  }
  std::shared_ptr<const TlsContext> make(Side side, const TlsOptions& options) {
    auto made = TlsContext::make(side, options);
    EXPECT_TRUE(made) << (made ? "" : made.error().text);
    return made ? *made : nullptr;
  }
  // Carries bytes until both have nothing to say, `at_once` of them in a piece.
  void shake(TlsSession& client, TlsSession& server, std::size_t at_once = 1 << 16) {
    std::string to_server, to_client;
    client.start(to_server);
    for (int round = 0; round < 20 && !(to_server.empty() && to_client.empty()); ++round) {
      carry(to_server, server, at_server, to_client, at_once);
      carry(to_client, client, at_client, to_server, at_once);
    }
  }
  static void carry(std::string& bytes, TlsSession& to, std::string& plain, std::string& back,
                    std::size_t at_once) {
    const std::string all = std::exchange(bytes, {});
    for (std::size_t at = 0; at < all.size(); at += at_once) {
      const std::string piece = all.substr(at, at_once);
      to.receive({piece.data(), piece.size()}, plain, back);
    }
  }

  TempFolder folder;
  TestAuthority authority;
  std::string at_server, at_client;
};

TEST_F(Tls, a_missing_certificate_is_named) {
  TlsOptions options = server_options();
  options.certificate_file = folder / "none.pem";
  EXPECT_THAT(error_of(Side::kServer, options), HasSubstr("none.pem cannot be read: No such file"));
}

TEST_F(Tls, a_file_without_a_certificate_is_named) {
  std::ofstream(folder / "text.pem") << "hello";
  EXPECT_THAT(error_of(Side::kServer, {.certificate_file = folder / "text.pem", .verify_peer = false}),
              HasSubstr("text.pem: holds no certificate"));
}

TEST_F(Tls, a_key_of_another_certificate_is_named) {
  TestAuthority::write_key(folder / "key.pem");
  TlsOptions options = server_options();
  options.key_file = folder / "key.pem";
  EXPECT_THAT(error_of(Side::kServer, options), HasSubstr("key.pem"));
}

TEST_F(Tls, authorities_and_ciphers_that_are_none_are_refused) {
  std::ofstream(folder / "text.pem") << "hello";
  EXPECT_THAT(error_of(Side::kClient, {.ca_file = folder / "text.pem"}), HasSubstr("text.pem"));
  EXPECT_THAT(error_of(Side::kClient, {.ca_path = folder / "nowhere"}), HasSubstr("nowhere"));
  EXPECT_THAT(error_of(Side::kClient, {.ciphers = "ROT13"}), HasSubstr("ROT13"));
}

TEST_F(Tls, a_server_needs_a_certificate) {
  EXPECT_THAT(error_of(Side::kServer, {}), HasSubstr("certificate"));
}

TEST_F(Tls, the_expiry_of_a_certificate_is_known) {
  EXPECT_THAT(make(Side::kServer, server_options())->expiry(), HasSubstr("GMT"));
}

TEST_F(Tls, carries_text_both_ways) {
  auto server_context = make(Side::kServer, server_options());
  auto client_context = make(Side::kClient, client_options());
  TlsSession client(*client_context, "pbx.example"), server(*server_context, "");
  shake(client, server);
  ASSERT_EQ(client.status(), Status::kOpen) << client.error();
  ASSERT_EQ(server.status(), Status::kOpen) << server.error();
  EXPECT_EQ(client.version(), "TLSv1.3");
  std::string wire, back;
  ASSERT_TRUE(client.send("REGISTER", wire));
  carry(wire, server, at_server, back, 1 << 16);
  EXPECT_EQ(at_server, "REGISTER");
}

TEST_F(Tls, survives_one_byte_at_a_time) {
  auto server_context = make(Side::kServer, server_options());
  auto client_context = make(Side::kClient, client_options());
  TlsSession client(*client_context, "pbx.example"), server(*server_context, "");
  shake(client, server, 1);
  EXPECT_EQ(client.status(), Status::kOpen) << client.error();
  EXPECT_EQ(server.status(), Status::kOpen) << server.error();
}

TEST_F(Tls, rfc5922_7_3_a_server_that_is_somebody_else_is_refused) {
  auto server_context = make(Side::kServer, server_options());
  auto client_context = make(Side::kClient, client_options());
  TlsSession client(*client_context, "bank.example"), server(*server_context, "");
  shake(client, server);
  EXPECT_EQ(client.status(), Status::kFailed);
  EXPECT_THAT(client.error(), HasSubstr("speaks for pbx.example, not for bank.example"));
}

TEST_F(Tls, an_unknown_authority_is_refused) {
  TestAuthority stranger("Stranger");
  stranger.write(folder / "stranger.pem");
  auto server_context = make(Side::kServer, server_options());
  auto client_context = make(Side::kClient, {.ca_file = folder / "stranger.pem"});
  TlsSession client(*client_context, "pbx.example"), server(*server_context, "");
  shake(client, server);
  EXPECT_EQ(client.status(), Status::kFailed);
  EXPECT_THAT(client.error(), HasSubstr("the certificate is not accepted"));
  EXPECT_EQ(server.status(), Status::kFailed);
}

TEST_F(Tls, an_expired_certificate_is_refused) {
  authority.sign(folder / "server.pem", "x", "DNS:pbx.example", -1);
  auto server_context = make(Side::kServer, server_options());
  auto client_context = make(Side::kClient, client_options());
  TlsSession client(*client_context, "pbx.example"), server(*server_context, "");
  shake(client, server);
  EXPECT_THAT(client.error(), HasSubstr("expired"));
}

TEST_F(Tls, a_client_that_does_not_verify_takes_anybody) {
  auto server_context = make(Side::kServer, server_options());
  auto client_context = make(Side::kClient, {.verify_peer = false});
  TlsSession client(*client_context, "bank.example"), server(*server_context, "");
  shake(client, server);
  EXPECT_EQ(client.status(), Status::kOpen) << client.error();
}

TEST_F(Tls, a_server_may_ask_for_a_certificate) {
  TlsOptions options = server_options();
  options.verify_peer = true;
  options.ca_file = folder / "ca.pem";
  auto server_context = make(Side::kServer, options);
  TlsOptions with = client_options();
  with.certificate_file = folder / "client.pem";
  auto with_context = make(Side::kClient, with);
  TlsSession client(*with_context, "pbx.example"), server(*server_context, "");
  shake(client, server);
  EXPECT_EQ(server.status(), Status::kOpen) << server.error();
  auto without_context = make(Side::kClient, client_options());
  TlsSession bare(*without_context, "pbx.example"), asking(*server_context, "");
  shake(bare, asking);
  EXPECT_EQ(asking.status(), Status::kFailed);
}

TEST_F(Tls, rfc9325_3_1_1_tls_1_1_is_not_spoken) {
  auto server_context = make(Side::kServer, server_options());
  auto client_context = make(Side::kClient, client_options());
  SSL_CTX_set_min_proto_version(client_context->handle(), TLS1_1_VERSION);
  SSL_CTX_set_max_proto_version(client_context->handle(), TLS1_1_VERSION);
  TlsSession client(*client_context, "pbx.example"), server(*server_context, "");
  shake(client, server);
  EXPECT_NE(server.status(), Status::kOpen);
}

TEST_F(Tls, noise_fails_the_handshake) {
  auto server_context = make(Side::kServer, server_options());
  TlsSession server(*server_context, "");
  const std::string noise = "REGISTER sip:pbx SIP/2.0\r\n\r\n";
  std::string plain, out;
  EXPECT_EQ(server.receive({noise.data(), noise.size()}, plain, out), Status::kFailed);
  EXPECT_FALSE(server.error().empty());
}

TEST_F(Tls, an_orderly_end_is_told) {
  auto server_context = make(Side::kServer, server_options());
  auto client_context = make(Side::kClient, client_options());
  TlsSession client(*client_context, "pbx.example"), server(*server_context, "");
  shake(client, server);
  std::string wire, back;
  client.close(wire);
  carry(wire, server, at_server, back, 1 << 16);
  EXPECT_EQ(server.status(), Status::kClosed);
}

}  // namespace
}  // namespace polyfon::net
