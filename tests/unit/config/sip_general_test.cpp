#include "unit/config/sip_support.h"

namespace polyfon::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using namespace std::chrono_literals;

using SipGeneral = SipTest;

TEST_F(SipGeneral, an_empty_file_has_chan_sips_defaults_but_for_guests) {
  SipSettings settings = load("").settings;
  ASSERT_EQ(settings.bind.size(), 1u);
  EXPECT_EQ(settings.bind[0].to_string(), "0.0.0.0:5060");
  EXPECT_EQ(settings.realm, "asterisk");
  EXPECT_EQ(settings.default_context, "default");
  EXPECT_FALSE(settings.allow_guest);
  EXPECT_TRUE(settings.always_auth_reject);
  EXPECT_EQ(settings.default_expiry, 120s);
  EXPECT_EQ(settings.min_expiry, 60s);
  EXPECT_EQ(settings.max_expiry, 3600s);
  EXPECT_EQ(settings.t1, 500ms);
  EXPECT_EQ(settings.language, "en");
  EXPECT_THAT(settings.codecs, ElementsAre("ulaw", "alaw"));
  EXPECT_THAT(lines(), IsEmpty());
}
TEST_F(SipGeneral, text_keys) {
  SipSettings settings = general("realm=example.com\nuseragent=PBX 1\ncontext=public\nlanguage=ru\n");
  EXPECT_EQ(settings.realm, "example.com");
  EXPECT_EQ(settings.user_agent, "PBX 1");
  EXPECT_EQ(settings.default_context, "public");
  EXPECT_EQ(settings.language, "ru");
}
TEST_F(SipGeneral, guests_only_when_written) {
  EXPECT_TRUE(general("allowguest=yes\n").allow_guest);
  EXPECT_FALSE(general("allowguest=no\n").allow_guest);
}
TEST_F(SipGeneral, alwaysauthreject) { EXPECT_FALSE(general("alwaysauthreject=no\n").always_auth_reject); }
TEST_F(SipGeneral, a_boolean_that_is_neither_is_no_with_a_warning) {
  EXPECT_FALSE(general("alwaysauthreject=perhaps\n").always_auth_reject);
  EXPECT_THAT(
      lines(),
      ElementsAre("sip.conf:2: warning: alwaysauthreject: 'perhaps' is neither yes nor no; taken as no"));
}
TEST_F(SipGeneral, names_of_keys_are_read_in_any_case) { EXPECT_EQ(general("REALM=x\n").realm, "x"); }

TEST_F(SipGeneral, bind_address_and_port) {
  EXPECT_EQ(general("bindport=5070\n").bind[0].to_string(), "0.0.0.0:5070");
  EXPECT_EQ(general("udpbindaddr=192.0.2.1\n").bind[0].to_string(), "192.0.2.1:5060");
  EXPECT_EQ(general("udpbindaddr=192.0.2.1:5080\n").bind[0].to_string(), "192.0.2.1:5080");
  EXPECT_EQ(general("bindaddr=::\n").bind[0].to_string(), "[::]:5060");
  EXPECT_EQ(general("bindaddr=[2001:db8::1]:5062\n").bind[0].to_string(), "[2001:db8::1]:5062");
  EXPECT_EQ(general("bindaddr=192.0.2.1\nudpbindaddr=192.0.2.2\n").bind[0].to_string(), "192.0.2.2:5060");
  EXPECT_THAT(lines(), IsEmpty());
}
TEST_F(SipGeneral, bindport_wins_over_the_port_of_the_address_with_a_warning) {
  EXPECT_EQ(general("udpbindaddr=0.0.0.0:5070\nbindport=5080\n").bind[0].to_string(), "0.0.0.0:5080");
  EXPECT_THAT(lines(), ElementsAre(HasSubstr("sip.conf:3: warning: bindport and the address")));
}
TEST_F(SipGeneral, a_bad_port_or_address_is_an_error) {
  for (const char* line : {"bindport=0", "bindport=65536", "bindport=sip", "bindport=", "udpbindaddr=eth0",
                           "udpbindaddr=224.0.0.1", "bindaddr=300.1.1.1", "udpbindaddr=0.0.0.0:99999"}) {
    general(std::string(line) + "\n");
    EXPECT_TRUE(diagnostics.has_errors()) << line;
    EXPECT_EQ(diagnostics.all().at(0).where.line, 2u) << line;
  }
}

TEST_F(SipGeneral, expiries_and_their_older_names) {
  SipSettings settings = general("defaultexpiry=300\nminexpiry=30\nmaxexpiry=600\n");
  EXPECT_EQ(settings.default_expiry, 300s);
  EXPECT_EQ(settings.min_expiry, 30s);
  EXPECT_EQ(settings.max_expiry, 600s);
  settings = general("defaultexpirey=300\nminexpirey=30\nmaxexpirey=600\n");
  EXPECT_EQ(settings.default_expiry, 300s);
  EXPECT_EQ(settings.min_expiry, 30s);
  EXPECT_EQ(settings.max_expiry, 600s);
}
TEST_F(SipGeneral, an_expiry_that_is_no_number_keeps_the_default_with_a_warning) {
  EXPECT_EQ(general("maxexpiry=hour\n").max_expiry, 3600s);
  EXPECT_FALSE(diagnostics.has_errors());
  EXPECT_THAT(lines(), ElementsAre(HasSubstr("sip.conf:2: warning: maxexpiry: 'hour' is not a number")));
}
TEST_F(SipGeneral, expiries_that_exclude_each_other_are_an_error) {
  general("minexpiry=600\nmaxexpiry=300\n");
  EXPECT_THAT(lines(), ElementsAre("sip.conf:3: error: minexpiry 600 is above maxexpiry 300"));
  general("minexpirey=7200\n");
  EXPECT_THAT(lines(), ElementsAre(HasSubstr("sip.conf:2: error")));
}
TEST_F(SipGeneral, the_default_expiry_lies_between_the_others) {
  EXPECT_EQ(general("maxexpiry=90\n").default_expiry, 90s);
  EXPECT_EQ(general("minexpiry=180\n").default_expiry, 180s);
}
TEST_F(SipGeneral, timert1) {
  EXPECT_EQ(general("timert1=200\n").t1, 200ms);
  EXPECT_EQ(general("timert1=50\n").t1, 500ms);
  EXPECT_EQ(lines().size(), 1u);
}

TEST_F(SipGeneral, external_address_and_its_older_name) {
  EXPECT_EQ(general("externaddr=198.51.100.7\n").external_address, "198.51.100.7");
  EXPECT_EQ(general("externip=pbx.example.com:5061\n").external_address, "pbx.example.com:5061");
  general("externaddr=no host\n");
  EXPECT_THAT(lines(), ElementsAre(HasSubstr("sip.conf:2: error: externaddr: 'no host' is neither")));
}
TEST_F(SipGeneral, localnet_is_repeatable) {
  SipSettings settings = general("localnet=192.168.0.0/255.255.0.0\nlocalnet=10.0.0.0/8\n");
  ASSERT_EQ(settings.local_networks.size(), 2u);
  EXPECT_TRUE(matches(settings.local_networks[1], base::SocketAddress::parse("10.9.9.9", 0).value()));
  general("localnet=lan\n");
  EXPECT_TRUE(diagnostics.has_errors());
}

TEST_F(SipGeneral, codecs_begin_with_ulaw_and_alaw) {
  EXPECT_THAT(general("allow=gsm\n").codecs, ElementsAre("ulaw", "alaw"));
  EXPECT_THAT(general("disallow=all\nallow=alaw\n").codecs, ElementsAre("alaw"));
}
TEST_F(SipGeneral, several_general_sections_are_one) {
  auto sip = load(
      "[general]\nrealm=a\n[x]\ntype=peer\nhost=192.0.2.1\n[general]\ncontext=c\n[general](!)\nrealm=t\n");
  EXPECT_EQ(sip.settings.realm, "a");
  EXPECT_EQ(sip.endpoints.at(0).context, "c");
}
TEST_F(SipGeneral, an_outgoing_registration_is_told_without_its_password) {
  general("register => 100000:SECRET@sip.example.com/00000\n");
  EXPECT_THAT(lines(),
              ElementsAre("sip.conf:2: warning: not yet: outgoing registration ('register'); ignored"));
}
TEST_F(SipGeneral, a_key_of_accounts_is_told_and_ignored) {
  auto sip = load("[general]\nsecret=s\ninsecure=invite\n[x]\ntype=friend\nhost=dynamic\nsecret=t\n");
  EXPECT_THAT(lines(),
              ElementsAre("sip.conf:2: warning: 'secret' belongs in the section of an account; ignored",
                          "sip.conf:3: warning: 'insecure' belongs in the section of an account; ignored"));
  EXPECT_FALSE(sip.endpoints.at(0).insecure_invite);
}

}  // namespace
}  // namespace polyfon::config
