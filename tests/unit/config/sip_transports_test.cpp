// TCP and TLS in sip.conf, and further addresses in polyfon.conf.
#include <fstream>

#include "temp_folder.h"
#include "unit/config/sip_support.h"

namespace polyfon::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using namespace std::chrono_literals;

class SipTransports : public SipTest {
 protected:
  SipTransports() { std::ofstream(certificate()) << "x"; }
  std::string certificate() { return (folder_ / "pbx.pem").string(); }
  static std::vector<std::string> texts(const std::vector<base::SocketAddress>& addresses) {
    std::vector<std::string> all;
    for (const auto& address : addresses) all.push_back(address.to_string());
    return all;
  }
  Endpoint account(const std::string& text, const std::string& general = {}) {
    auto loaded = load("[general]\n" + general + "[1]\ntype=friend\nhost=192.0.2.1\nsecret=x\n" + text);
    return loaded.endpoints.at(0);
  }
  TempFolder folder_;
};

TEST_F(SipTransports, only_udp_is_listened_on_by_default) {
  auto settings = general("");
  EXPECT_THAT(settings.tcp_bind, IsEmpty());
  EXPECT_THAT(settings.tls_bind, IsEmpty());
}

TEST_F(SipTransports, tcp_and_tls_listen_where_udp_does_on_their_own_ports) {
  auto settings = general(
      "udpbindaddr=127.0.0.1:5080\ntcpenable=yes\ntlsenable=yes\ntlscertfile=" + certificate() + "\n");
  EXPECT_THAT(texts(settings.bind), ElementsAre("127.0.0.1:5080"));
  EXPECT_THAT(texts(settings.tcp_bind), ElementsAre("127.0.0.1:5060"));
  EXPECT_THAT(texts(settings.tls_bind), ElementsAre("127.0.0.1:5061"));
  EXPECT_THAT(lines(), IsEmpty());
}

TEST_F(SipTransports, tcp_and_tls_may_have_addresses_of_their_own) {
  auto settings = general(
      "tcpenable=yes\ntcpbindaddr=[::1]:8080\ntlsenable=yes\ntlsbindaddr=127.0.0.1\n"
      "tlscertfile=" +
      certificate() + "\n");
  EXPECT_THAT(texts(settings.tcp_bind), ElementsAre("[::1]:8080"));
  EXPECT_THAT(texts(settings.tls_bind), ElementsAre("127.0.0.1:5061"));
}

TEST_F(SipTransports, an_address_without_enable_is_not_listened_on) {
  EXPECT_THAT(general("tcpbindaddr=127.0.0.1\n").tcp_bind, IsEmpty());
}

TEST_F(SipTransports, tls_without_a_certificate_is_an_error) {
  general("tlsenable=yes\n");
  EXPECT_THAT(lines(), ElementsAre(HasSubstr("error: TLS is to be listened on, and tlscertfile names no")));
}

TEST_F(SipTransports, a_file_that_cannot_be_read_is_an_error) {
  general("tlsenable=yes\ntlscertfile=/nowhere/pbx.pem\n");
  EXPECT_THAT(lines(), ElementsAre(HasSubstr("tlscertfile: /nowhere/pbx.pem cannot be read")));
}

TEST_F(SipTransports, a_relative_file_is_an_error) {
  general("tlscertfile=pbx.pem\n");
  EXPECT_THAT(lines(), ElementsAre(HasSubstr("tlscertfile: 'pbx.pem' is not an absolute path")));
}

TEST_F(SipTransports, keys_of_tls_are_read) {
  auto tls = general(
                 "tlscafile=/ca\ntlscapath=/cas\ntlsprivatekey=/key\ntlscipher=HIGH\ntlsdisablev12=yes\n"
                 "tlsdontverifyserver=yes\ntlsverifyclient=yes\n")
                 .tls;
  EXPECT_EQ(tls.ca_file, "/ca");
  EXPECT_EQ(tls.ca_path, "/cas");
  EXPECT_EQ(tls.key_file, "/key");
  EXPECT_EQ(tls.ciphers, "HIGH");
  EXPECT_TRUE(tls.only_tls13);
  EXPECT_FALSE(tls.verify_server);
  EXPECT_TRUE(tls.verify_client);
}

TEST_F(SipTransports, servers_are_verified_unless_told_otherwise) {
  EXPECT_TRUE(general("").tls.verify_server);
}

TEST_F(SipTransports, old_versions_are_not_spoken) {
  general("tlsclientmethod=tlsv1\ntlsdisablev1=yes\n");
  EXPECT_THAT(lines(), IsEmpty());
  general("tlsclientmethod=sslv3\ntlsdisablev11=no\n");
  EXPECT_THAT(lines(), ElementsAre(HasSubstr("'sslv3' is not spoken"), HasSubstr("tlsdisablev11")));
}

TEST_F(SipTransports, limits_of_connections) {
  auto settings = general("tcpauthtimeout=5\ntcpauthlimit=7\n");
  EXPECT_EQ(settings.connection_proof, 5s);
  EXPECT_EQ(settings.max_unproven, 7u);
}

TEST_F(SipTransports, an_account_without_transport_is_called_by_udp_and_comes_by_any) {
  auto endpoint = account("");
  EXPECT_EQ(endpoint.transport.first, Transport::kUdp);
  EXPECT_TRUE(endpoint.transport.allows(Transport::kTls));
  EXPECT_EQ(endpoint.port, 5060);
}

TEST_F(SipTransports, the_first_transport_counts_and_the_others_are_allowed) {
  auto endpoint = account("transport=tls, tcp\n");
  EXPECT_EQ(endpoint.transport.first, Transport::kTls);
  EXPECT_TRUE(endpoint.transport.allows(Transport::kTcp));
  EXPECT_FALSE(endpoint.transport.allows(Transport::kUdp));
  EXPECT_EQ(endpoint.port, 5061);
}

TEST_F(SipTransports, a_port_that_is_written_stays) {
  EXPECT_EQ(account("transport=tls\nport=5060\n").port, 5060);
}

TEST_F(SipTransports, general_says_what_accounts_begin_with) {
  EXPECT_EQ(account("", "transport=tcp\n").transport.first, Transport::kTcp);
  EXPECT_EQ(account("transport=udp\n", "transport=tcp\n").transport.first, Transport::kUdp);
}

TEST_F(SipTransports, an_unknown_transport_is_told) {
  auto endpoint = account("transport=sctp,tcp,ws\n");
  EXPECT_EQ(endpoint.transport.first, Transport::kTcp);
  EXPECT_THAT(lines(), ElementsAre(HasSubstr("'sctp' is unknown"), HasSubstr("'ws' is not spoken yet")));
}

TEST_F(SipTransports, polyfon_conf_adds_addresses) {
  Diagnostics diagnostics;
  PolyfonSettings polyfon;
  load_polyfon(
      File::parse("[sip]\nlisten=udp 127.0.0.1:8080\nlisten = TCP [::1]:8081\n", "polyfon.conf", diagnostics),
      polyfon, diagnostics);
  auto settings = load_sip(File::parse("[general]\nudpbindaddr=127.0.0.1\n", "sip.conf", diagnostics),
                           polyfon, diagnostics)
                      .settings;
  EXPECT_THAT(texts(settings.bind), ElementsAre("127.0.0.1:5060", "127.0.0.1:8080"));
  EXPECT_THAT(texts(settings.tcp_bind), ElementsAre("[::1]:8081"));
  EXPECT_THAT(told(diagnostics), IsEmpty());
}

TEST_F(SipTransports, a_listen_that_is_none_is_an_error) {
  for (const char* text :
       {"udp", "sctp 127.0.0.1:1", "udp 127.0.0.1", "udp pbx.example:5060", "udp 224.0.0.1:5060"}) {
    Diagnostics diagnostics;
    PolyfonSettings polyfon;
    load_polyfon(File::parse(std::string("[sip]\nlisten=") + text + "\n", "polyfon.conf", diagnostics),
                 polyfon, diagnostics);
    EXPECT_THAT(told(diagnostics), ElementsAre(HasSubstr("error: listen:"))) << text;
    EXPECT_THAT(polyfon.listen, IsEmpty());
  }
}

}  // namespace
}  // namespace polyfon::config
