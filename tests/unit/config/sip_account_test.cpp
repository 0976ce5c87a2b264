#include "unit/config/sip_support.h"

namespace polyfon::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using namespace std::chrono_literals;

using SipAccount = SipTest;

TEST_F(SipAccount, an_account_has_chan_sips_defaults) {
  Endpoint endpoint = account("");
  EXPECT_EQ(endpoint.name, "x");
  EXPECT_EQ(endpoint.where.line, 1u);
  EXPECT_EQ(endpoint.port, 5060);
  EXPECT_EQ(endpoint.context, "default");
  EXPECT_EQ(endpoint.language, "en");
  EXPECT_THAT(endpoint.codecs, ElementsAre("ulaw", "alaw"));
  EXPECT_EQ(endpoint.dtmf_mode, DtmfMode::kRfc4733);
  EXPECT_TRUE(endpoint.nat.auto_force_rport);
  EXPECT_FALSE(endpoint.nat.force_rport);
  EXPECT_FALSE(endpoint.nat.comedia);
  EXPECT_FALSE(endpoint.qualify);
  EXPECT_TRUE(endpoint.direct_media);
  EXPECT_EQ(endpoint.max_contacts, 5u);
  EXPECT_EQ(endpoint.call_limit, 0u);
  EXPECT_THAT(lines(), IsEmpty());
}
TEST_F(SipAccount, accounts_stay_in_file_order_and_templates_are_skipped) {
  auto sip = load("[b](!)\ntype=friend\nhost=dynamic\nsecret=s\n[2](b)\n[1](b)\n");
  ASSERT_EQ(sip.endpoints.size(), 2u);
  EXPECT_EQ(sip.endpoints[0].name, "2");
  EXPECT_EQ(sip.endpoints[1].name, "1");
}
TEST_F(SipAccount, types) {
  auto type_of = [&](std::string_view type) {
    auto sip = load("[x]\nhost=192.0.2.1\ntype=" + std::string(type) + "\n");
    return sip.endpoints.at(0).type;
  };
  EXPECT_EQ(type_of("user"), PeerType::kUser);
  EXPECT_EQ(type_of("PEER"), PeerType::kPeer);
  EXPECT_EQ(type_of("friend"), PeerType::kFriend);
  EXPECT_EQ(type_of("user\ntype=peer"), PeerType::kFriend);
}
TEST_F(SipAccount, without_a_type_the_section_is_skipped_with_a_warning) {
  EXPECT_THAT(load("[x]\nsecret=s\n").endpoints, IsEmpty());
  EXPECT_THAT(lines(), ElementsAre("sip.conf:1: warning: [x] has no type; skipped"));
}
TEST_F(SipAccount, an_unknown_type_is_skipped_with_a_warning) {
  EXPECT_THAT(load("[x]\ntype=fiend\nhost=dynamic\n").endpoints, IsEmpty());
  EXPECT_THAT(lines(),
              ElementsAre("sip.conf:2: warning: type: 'fiend' is unknown; expected user, peer or friend"));
}
TEST_F(SipAccount, a_second_section_goes_on_with_the_first) {
  auto sip =
      load("[x]\ntype=user\nsecret=s\ncontext=a\n[y]\ntype=user\n[X]\ntype=peer\nhost=dynamic\ncontext=b\n");
  ASSERT_EQ(sip.endpoints.size(), 2u);
  EXPECT_EQ(sip.endpoints[0].name, "x");
  EXPECT_EQ(sip.endpoints[0].type, PeerType::kFriend);
  EXPECT_EQ(sip.endpoints[0].secret, "s");
  EXPECT_EQ(sip.endpoints[0].context, "b");
  EXPECT_TRUE(sip.endpoints[0].dynamic);
}
TEST_F(SipAccount, a_second_section_of_a_bad_type_changes_no_place) {
  auto sip = load("[x]\ntype=user\n[x]\ntype=none\n[x]\ntype=user\ncontext=c\n");
  ASSERT_EQ(sip.endpoints.size(), 1u);
  EXPECT_EQ(sip.endpoints[0].context, "c");
}

TEST_F(SipAccount, general_values_are_inherited) {
  auto sip = load(
      "[general]\ncontext=in\nlanguage=ru\ndisallow=all\nallow=alaw\nnat=force_rport,comedia\ndtmfmode=auto\n"
      "qualify=yes\nqualifyfreq=30\ndirectmedia=no\nrtptimeout=60\nrtpholdtimeout=300\nmohinterpret=jazz\n"
      "fromdomain=example.com\n[x]\ntype=friend\nhost=dynamic\nsecret=s\n");
  const Endpoint& endpoint = sip.endpoints.at(0);
  EXPECT_EQ(endpoint.context, "in");
  EXPECT_EQ(endpoint.language, "ru");
  EXPECT_THAT(endpoint.codecs, ElementsAre("alaw"));
  EXPECT_TRUE(endpoint.nat.force_rport);
  EXPECT_TRUE(endpoint.nat.comedia);
  EXPECT_FALSE(endpoint.nat.auto_force_rport);
  EXPECT_EQ(endpoint.dtmf_mode, DtmfMode::kAuto);
  EXPECT_TRUE(endpoint.qualify);
  EXPECT_EQ(endpoint.qualify_frequency, 30s);
  EXPECT_FALSE(endpoint.direct_media);
  EXPECT_EQ(endpoint.rtp_timeout, 60s);
  EXPECT_EQ(endpoint.rtp_hold_timeout, 300s);
  EXPECT_EQ(endpoint.music_class, "jazz");
  EXPECT_EQ(endpoint.from_domain, "example.com");
  EXPECT_THAT(lines(), IsEmpty());
}
TEST_F(SipAccount, an_account_may_say_otherwise_than_general) {
  auto sip = load(
      "[general]\nqualify=yes\nnat=force_rport\ndisallow=all\nallow=ulaw\n"
      "[x]\ntype=friend\nhost=dynamic\nsecret=s\nqualify=no\nnat=no\nallow=alaw\n");
  const Endpoint& endpoint = sip.endpoints.at(0);
  EXPECT_FALSE(endpoint.qualify);
  EXPECT_FALSE(endpoint.nat.force_rport);
  EXPECT_THAT(endpoint.codecs, ElementsAre("ulaw", "alaw"));
}
TEST_F(SipAccount, general_counts_wherever_it_stands) {
  auto sip = load("[x]\ntype=friend\nhost=dynamic\nsecret=s\n[general]\ncontext=in\n");
  EXPECT_EQ(sip.endpoints.at(0).context, "in");
}
TEST_F(SipAccount, max_contacts_comes_from_polyfon_conf) {
  EXPECT_EQ(load("[x]\ntype=user\n", {.max_contacts = 2}).endpoints.at(0).max_contacts, 2u);
}

TEST_F(SipAccount, text_keys) {
  Endpoint endpoint = account(
      "defaultuser=u\nfromuser=f\naccountcode=sales\nregexten=100\ndescription=Ann's phone\nmd5secret="
      "0123456789abcdef0123456789ABCDEF\n");
  EXPECT_EQ(endpoint.secret, "s");
  EXPECT_EQ(endpoint.md5_secret, "0123456789abcdef0123456789abcdef");
  EXPECT_EQ(endpoint.username, "u");
  EXPECT_EQ(endpoint.from_user, "f");
  EXPECT_EQ(endpoint.account_code, "sales");
  EXPECT_EQ(endpoint.register_extension, "100");
  EXPECT_EQ(endpoint.description, "Ann's phone");
  EXPECT_EQ(account("username=old\n").username, "old");
}
TEST_F(SipAccount, an_md5secret_that_is_none_is_an_error) {
  account("md5secret=1234\n");
  EXPECT_THAT(lines(), ElementsAre(HasSubstr("sip.conf:5: error: md5secret")));
}
TEST_F(SipAccount, caller_id_in_one_or_two_keys) {
  Endpoint endpoint = account("callerid=\"Ann\" <1001>\n");
  EXPECT_EQ(endpoint.caller_id.name, "Ann");
  EXPECT_EQ(endpoint.caller_id.number, "1001");
  endpoint = account("fullname=Bob\ncid_number=1002\n");
  EXPECT_EQ(endpoint.caller_id.name, "Bob");
  EXPECT_EQ(endpoint.caller_id.number, "1002");
}
TEST_F(SipAccount, music_by_any_of_its_keys) {
  EXPECT_EQ(account("mohsuggest=jazz\n").music_suggested, "jazz");
  for (const char* key : {"mohinterpret", "musicclass", "musiconhold"})
    EXPECT_EQ(account(std::string(key) + "=jazz\n").music_class, "jazz") << key;
}
TEST_F(SipAccount, variables_keep_their_order_and_the_last_of_a_name_counts) {
  EXPECT_THAT(account("setvar=A=1\nsetvar=B=x=y\nsetvar=A=2\n").set_variables, ElementsAre("A=2", "B=x=y"));
  account("setvar=A\nsetvar==1\n");
  EXPECT_EQ(lines().size(), 2u);
}
TEST_F(SipAccount, call_limit) {
  EXPECT_EQ(account("call-limit=4\n").call_limit, 4u);
  EXPECT_EQ(account("call-limit=many\n").call_limit, 0u);
  EXPECT_FALSE(diagnostics.has_errors());
}
TEST_F(SipAccount, access_rules_in_order) {
  Endpoint endpoint = account("deny=0.0.0.0/0.0.0.0\npermit=192.0.2.0/255.255.255.0\n");
  ASSERT_EQ(endpoint.access.size(), 2u);
  EXPECT_TRUE(access_allowed(endpoint.access, base::SocketAddress::parse("192.0.2.9", 0).value()));
  EXPECT_FALSE(access_allowed(endpoint.access, base::SocketAddress::parse("198.51.100.9", 0).value()));
  account("permit=everybody\n");
  EXPECT_THAT(lines(), ElementsAre(HasSubstr("sip.conf:5: error: permit: 'everybody' is no network")));
}

TEST_F(SipAccount, host_dynamic_registers) { EXPECT_TRUE(account("").dynamic); }
TEST_F(SipAccount, host_is_an_address_or_a_name_with_or_without_a_port) {
  struct Case {
    const char *value, *host;
    std::uint16_t port;
  };
  for (const Case& c :
       {Case{"192.0.2.1", "192.0.2.1", 5060}, Case{"192.0.2.1:5070", "192.0.2.1", 5070},
        Case{"2001:db8::1", "2001:db8::1", 5060}, Case{"[2001:db8::1]:5070", "2001:db8::1", 5070},
        Case{"sip.example.com", "sip.example.com", 5060},
        Case{"sip-1.example.com:5070", "sip-1.example.com", 5070}, Case{"localhost", "localhost", 5060}}) {
    Endpoint endpoint = account(fmt::format("host={}\n", c.value));
    EXPECT_FALSE(endpoint.dynamic) << c.value;
    EXPECT_EQ(endpoint.host, c.host) << c.value;
    EXPECT_EQ(endpoint.port, c.port) << c.value;
    EXPECT_THAT(lines(), IsEmpty()) << c.value;
  }
}
TEST_F(SipAccount, a_host_that_cannot_be_one_is_an_error) {
  for (const char* host :
       {"300.1.2.3", "192.0.2", "a b", "sip.example.com:0", "sip.example.com:port", "-", "exa/mple"}) {
    account(fmt::format("host={}\n", host));
    if (std::string_view(host) != "-") EXPECT_TRUE(diagnostics.has_errors()) << host;
  }
}
TEST_F(SipAccount, a_bad_port_is_an_error) {
  EXPECT_EQ(account("port=5080\n").port, 5080);
  for (const char* port : {"0", "70000", "sip", "-1"}) {
    account(fmt::format("port={}\n", port));
    EXPECT_TRUE(diagnostics.has_errors()) << port;
  }
}
TEST_F(SipAccount, fromdomain_may_carry_a_port_that_is_not_used) {
  EXPECT_EQ(account("fromdomain=sip.example.com:5062\n").from_domain, "sip.example.com");
  EXPECT_EQ(lines().size(), 1u);
  EXPECT_EQ(account("fromdomain=sip.example.com\n").from_domain, "sip.example.com");
  EXPECT_THAT(lines(), IsEmpty());
}

TEST_F(SipAccount, what_is_hardly_meant_is_a_warning) {
  load("[x]\ntype=peer\n");
  EXPECT_THAT(lines(), ElementsAre("sip.conf:1: warning: [x] has no host: it cannot be called"));
  load("[x]\ntype=friend\nhost=dynamic\n");
  EXPECT_THAT(
      lines(),
      ElementsAre("sip.conf:1: warning: [x] has no secret: whoever knows its name can register as it"));
  account("disallow=all\n");
  EXPECT_THAT(lines(),
              ElementsAre("sip.conf:1: warning: [x] has no codec that polyfon speaks: its calls will fail"));
}
TEST_F(SipAccount, a_key_of_general_is_told_and_ignored) {
  account("bindport=5070\n");
  EXPECT_THAT(lines(), ElementsAre("sip.conf:5: warning: 'bindport' belongs in [general]; ignored"));
}
TEST_F(SipAccount, a_templates_line_is_told_once) {
  load("[t](!)\ntype=friend\nhost=dynamic\nsecret=s\nmailbox=1\n[1](t)\n[2](t)\n[3](t)\n");
  EXPECT_THAT(lines(), ElementsAre("sip.conf:5: warning: 'mailbox' is not done by polyfon yet; ignored"));
}

TEST_F(SipAccount, a_port_that_is_given_is_told_from_the_default) {
  EXPECT_FALSE(account("type=peer\n").port_given);
  EXPECT_TRUE(account("port=5060\n").port_given);
}

TEST_F(SipAccount, an_outbound_proxy_is_a_host_in_each_of_its_spellings) {
  for (const char* value : {"proxy.example:5070", "sip:proxy.example:5070;lr", " proxy.example:5070 "}) {
    auto proxy = account(std::string("outboundproxy=") + value + "\n").outbound_proxy;
    EXPECT_EQ(proxy.host, "proxy.example") << value;
    EXPECT_EQ(proxy.port, 5070) << value;
    EXPECT_THAT(lines(), IsEmpty());
  }
  EXPECT_EQ(account("outboundproxy=192.0.2.9\n").outbound_proxy.port, 0);
}

TEST_F(SipAccount, force_of_an_outbound_proxy_is_told_to_do_nothing) {
  EXPECT_EQ(account("outboundproxy=proxy.example,force\n").outbound_proxy.host, "proxy.example");
  EXPECT_EQ(lines().size(), 1u);
}

TEST_F(SipAccount, an_outbound_proxy_that_is_no_host_is_an_error) {
  account("outboundproxy=a host\n");
  ASSERT_EQ(lines().size(), 1u);
  EXPECT_NE(lines()[0].find("error"), std::string::npos);
}

}  // namespace
}  // namespace polyfon::config
