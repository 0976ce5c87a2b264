#include "unit/config/sip_support.h"

namespace polyfon::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using namespace std::chrono_literals;

class SipNat : public SipTest {
 protected:
  std::string nat(std::string_view value) {
    Nat nat = account(fmt::format("nat={}\n", value)).nat;
    std::string text;
    if (nat.force_rport) text += " force_rport";
    if (nat.comedia) text += " comedia";
    if (nat.auto_force_rport) text += " auto_force_rport";
    if (nat.auto_comedia) text += " auto_comedia";
    return text.empty() ? "none" : text.substr(1);
  }
};

TEST_F(SipNat, each_word) {
  EXPECT_EQ(nat("no"), "none");
  EXPECT_EQ(nat("force_rport"), "force_rport");
  EXPECT_EQ(nat("comedia"), "comedia");
  EXPECT_EQ(nat("auto_force_rport"), "auto_force_rport");
  EXPECT_EQ(nat("auto_comedia"), "auto_comedia");
  EXPECT_THAT(lines(), IsEmpty());
}
TEST_F(SipNat, lists) {
  EXPECT_EQ(nat("force_rport,comedia"), "force_rport comedia");
  EXPECT_EQ(nat("auto_force_rport, auto_comedia"), "auto_force_rport auto_comedia");
  EXPECT_THAT(lines(), IsEmpty());
}
TEST_F(SipNat, auto_wins_over_force) {
  EXPECT_EQ(nat("force_rport,auto_force_rport"), "auto_force_rport");
  EXPECT_EQ(nat("auto_comedia,comedia"), "auto_comedia");
}
TEST_F(SipNat, no_and_yes_end_the_list) {
  EXPECT_EQ(nat("comedia,no,force_rport"), "none");
  EXPECT_EQ(nat("yes,auto_comedia"), "force_rport comedia");
}
TEST_F(SipNat, yes_is_deprecated) {
  EXPECT_EQ(nat("yes"), "force_rport comedia");
  EXPECT_THAT(lines(),
              ElementsAre("sip.conf:5: warning: nat=yes is deprecated; taken as force_rport,comedia"));
}
TEST_F(SipNat, the_older_never_is_no) { EXPECT_EQ(nat("never"), "none"); }
TEST_F(SipNat, unknown_words_are_told) {
  EXPECT_EQ(nat("comedia,route"), "comedia");
  EXPECT_THAT(lines(), ElementsAre("sip.conf:5: warning: nat: 'route' is unknown; ignored"));
}

class SipInsecure : public SipTest {
 protected:
  std::string insecure(std::string_view value) {
    Endpoint endpoint = account(fmt::format("insecure={}\n", value));
    return fmt::format("{}{}", endpoint.insecure_port ? "port" : "",
                       endpoint.insecure_invite ? "invite" : "");
  }
};

TEST_F(SipInsecure, port_and_invite) {
  EXPECT_EQ(insecure("port"), "port");
  EXPECT_EQ(insecure("invite"), "invite");
  EXPECT_EQ(insecure("port,invite"), "portinvite");
  EXPECT_EQ(insecure("INVITE, port"), "portinvite");
  EXPECT_EQ(insecure("no"), "");
  EXPECT_THAT(lines(), IsEmpty());
}
TEST_F(SipInsecure, very_and_yes_are_both_with_a_warning) {
  EXPECT_EQ(insecure("very"), "portinvite");
  EXPECT_THAT(lines(), ElementsAre(HasSubstr("sip.conf:5: warning: insecure=very is deprecated")));
  EXPECT_EQ(insecure("yes"), "portinvite");
  EXPECT_EQ(lines().size(), 1u);
}
TEST_F(SipInsecure, an_unknown_word_opens_nothing) {
  EXPECT_EQ(insecure("invites"), "");
  EXPECT_THAT(lines(), ElementsAre(HasSubstr("'invites' is unknown")));
}

using SipValues = SipTest;

TEST_F(SipValues, dtmf_modes) {
  EXPECT_EQ(account("dtmfmode=rfc2833\n").dtmf_mode, DtmfMode::kRfc4733);
  EXPECT_EQ(account("dtmfmode=rfc4733\n").dtmf_mode, DtmfMode::kRfc4733);
  EXPECT_EQ(account("dtmfmode=auto\n").dtmf_mode, DtmfMode::kAuto);
  EXPECT_THAT(lines(), IsEmpty());
  EXPECT_EQ(account("dtmfmode=info\n").dtmf_mode, DtmfMode::kInfo);
  EXPECT_EQ(account("dtmfmode=shortinfo\n").dtmf_mode, DtmfMode::kShortInfo);
  EXPECT_EQ(account("dtmfmode=Inband\n").dtmf_mode, DtmfMode::kInband);
  EXPECT_THAT(lines(), ElementsAre(HasSubstr("not recognised by polyfon yet")));
}
TEST_F(SipValues, an_unknown_dtmf_mode_is_rfc4733_with_a_warning) {
  EXPECT_EQ(account("dtmfmode=rfc8233\n").dtmf_mode, DtmfMode::kRfc4733);
  EXPECT_THAT(lines(), ElementsAre("sip.conf:5: warning: dtmfmode: 'rfc8233' is unknown; taken as rfc4733"));
}

TEST_F(SipValues, direct_media_and_its_older_name) {
  EXPECT_FALSE(account("canreinvite=no\n").direct_media);
  EXPECT_TRUE(account("canreinvite=yes\n").direct_media);
  EXPECT_FALSE(account("directmedia=no\n").direct_media);
  for (const char* mode : {"nonat", "update", "outgoing", "nonat,outgoing"})
    EXPECT_TRUE(account(fmt::format("directmedia={}\n", mode)).direct_media) << mode;
  EXPECT_THAT(lines(), IsEmpty());
  EXPECT_FALSE(account("directmedia=sometimes\n").direct_media);
  EXPECT_EQ(lines().size(), 1u);
}

TEST_F(SipValues, qualify) {
  EXPECT_FALSE(account("qualify=no\n").qualify);
  EXPECT_FALSE(account("qualify=0\n").qualify);
  Endpoint endpoint = account("qualify=yes\n");
  EXPECT_TRUE(endpoint.qualify);
  EXPECT_EQ(endpoint.qualify_limit, 2000ms);
  EXPECT_EQ(endpoint.qualify_frequency, 60s);
  endpoint = account("qualify=500\nqualifyfreq=15\n");
  EXPECT_TRUE(endpoint.qualify);
  EXPECT_EQ(endpoint.qualify_limit, 500ms);
  EXPECT_EQ(endpoint.qualify_frequency, 15s);
  EXPECT_THAT(lines(), IsEmpty());
}
TEST_F(SipValues, a_qualify_that_is_none_of_these_is_no_with_a_warning) {
  EXPECT_FALSE(account("qualify=often\n").qualify);
  EXPECT_THAT(lines(), ElementsAre(HasSubstr("expected yes, no or milliseconds; taken as no")));
  EXPECT_EQ(account("qualifyfreq=0\n").qualify_frequency, 60s);
  EXPECT_EQ(lines().size(), 1u);
}

TEST_F(SipValues, groups_are_numbers_and_ranges) {
  EXPECT_EQ(account("callgroup=2\n").call_groups, 0b100u);
  EXPECT_EQ(account("callgroup=1,3-5\n").call_groups, 0b111010u);
  EXPECT_EQ(account("pickupgroup=0, 63\n").pickup_groups, 1u | (std::uint64_t{1} << 63));
  EXPECT_EQ(account("pickupgroup=0-63\n").pickup_groups, ~std::uint64_t{0});
  EXPECT_EQ(account("pickupgroup=\n").pickup_groups, 0u);
  EXPECT_THAT(lines(), IsEmpty());
}
TEST_F(SipValues, groups_that_are_none_are_left_out_with_a_warning) {
  EXPECT_EQ(account("callgroup=1,64,x,5-3,7-\n").call_groups, 0b10u);
  EXPECT_EQ(lines().size(), 4u);
  EXPECT_FALSE(diagnostics.has_errors());
}

TEST_F(SipValues, rtp_timeouts) {
  Endpoint endpoint = account("rtptimeout=60\nrtpholdtimeout=300\n");
  EXPECT_EQ(endpoint.rtp_timeout, 60s);
  EXPECT_EQ(endpoint.rtp_hold_timeout, 300s);
  EXPECT_EQ(account("rtptimeout=-1\n").rtp_timeout, 0s);
  EXPECT_FALSE(diagnostics.has_errors());
}

}  // namespace
}  // namespace polyfon::config
