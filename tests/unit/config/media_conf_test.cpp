// rtp.conf and cdr.conf and asterisk.conf.
#include "config/loaders.h"
#include "unit/config/support.h"

namespace polyfon::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct FixedSections : testing::Test {
  File file(std::string_view text) {
    diagnostics = {};
    return File::parse(text, "x.conf", diagnostics);
  }
  RtpSettings rtp(std::string_view text) { return load_rtp(file(text), diagnostics); }
  CdrSettings cdr(std::string_view text) { return load_cdr(file(text), diagnostics); }
  AsteriskOptions asterisk(std::string_view text) { return load_asterisk(file(text), diagnostics); }
  std::vector<std::string> lines() const { return told(diagnostics); }
  Diagnostics diagnostics;
};
using RtpConf = FixedSections;
using CdrConf = FixedSections;
using AsteriskConf = FixedSections;

TEST_F(RtpConf, defaults) {
  RtpSettings settings = rtp("");
  EXPECT_EQ(settings.start, 10000);
  EXPECT_EQ(settings.end, 20000);
  EXPECT_TRUE(settings.strict);
  EXPECT_THAT(lines(), IsEmpty());
}
TEST_F(RtpConf, ports_and_strictness) {
  RtpSettings settings = rtp("[general]\nrtpstart=30000\nrtpend=30100\nstrictrtp=no\n");
  EXPECT_EQ(settings.start, 30000);
  EXPECT_EQ(settings.end, 30100);
  EXPECT_FALSE(settings.strict);
  EXPECT_TRUE(rtp("[general]\nstrictrtp=seqno\n").strict);
  EXPECT_THAT(lines(), IsEmpty());
}
TEST_F(RtpConf, a_bad_port_is_an_error) {
  for (const char* port : {"80", "0", "65536", "high"}) {
    rtp(fmt::format("[general]\nrtpstart={}\n", port));
    EXPECT_TRUE(diagnostics.has_errors()) << port;
  }
}
TEST_F(RtpConf, a_range_that_is_upside_down_is_the_default_with_a_warning) {
  RtpSettings settings = rtp("[general]\nrtpstart=20000\nrtpend=15000\n");
  EXPECT_EQ(settings.start, 10000);
  EXPECT_EQ(settings.end, 20000);
  EXPECT_THAT(
      lines(),
      ElementsAre("x.conf:2: warning: rtpstart 20000 is not below rtpend 15000; taken as 10000 and 20000"));
  rtp("[general]\nrtpend=9000\n");
  EXPECT_THAT(lines(), ElementsAre(HasSubstr("x.conf:2: warning: rtpstart 10000")));
}
TEST_F(RtpConf, other_keys_and_sections_are_told) {
  rtp("[general]\nstunaddr=stun.example.com\nicesupport=no\nfoo=1\n[ice_host_candidates]\na=b\n[y]\n[t](!)"
      "\nfoo=1\n");
  EXPECT_THAT(lines(),
              ElementsAre("x.conf:2: warning: 'stunaddr' is not done by polyfon yet; ignored",
                          "x.conf:4: warning: unknown key 'foo'",
                          "x.conf:5: warning: 'ice_host_candidates' is not done by polyfon yet; ignored",
                          "x.conf:7: warning: unknown section [y]"));
}

TEST_F(CdrConf, defaults_write_every_attempt) {
  CdrSettings settings = cdr("");
  EXPECT_TRUE(settings.enabled);
  EXPECT_TRUE(settings.unanswered);
  EXPECT_FALSE(settings.csv_use_gmt);
  EXPECT_TRUE(settings.csv_log_unique_id);
  EXPECT_TRUE(settings.csv_log_user_field);
  EXPECT_FALSE(settings.csv_new_columns);
}
TEST_F(CdrConf, every_key) {
  CdrSettings settings =
      cdr("[general]\nenable=no\nunanswered=no\n[csv]\nusegmtime=yes\nloguniqueid=no\nloguserfield="
          "no\nnewcdrcolumns=yes\n");
  EXPECT_FALSE(settings.enabled);
  EXPECT_FALSE(settings.unanswered);
  EXPECT_TRUE(settings.csv_use_gmt);
  EXPECT_FALSE(settings.csv_log_unique_id);
  EXPECT_FALSE(settings.csv_log_user_field);
  EXPECT_TRUE(settings.csv_new_columns);
  EXPECT_THAT(lines(), IsEmpty());
}
TEST_F(CdrConf, other_keys_and_back_ends_are_told) {
  cdr("[general]\nbatch=yes\nfoo=1\n[csv]\naccountlogs=yes\n[radius]\nradiuscfg => /x\n[y]\n");
  EXPECT_THAT(lines(), ElementsAre(HasSubstr("x.conf:2: warning: 'batch' is not done"),
                                   "x.conf:3: warning: unknown key 'foo'",
                                   HasSubstr("x.conf:5: warning: 'accountlogs'"),
                                   "x.conf:6: warning: 'radius' is not done by polyfon yet; ignored",
                                   "x.conf:8: warning: unknown section [y]"));
}

TEST_F(AsteriskConf, exec_is_off_unless_allowed) {
  EXPECT_FALSE(asterisk("").exec_includes);
  EXPECT_TRUE(asterisk("[options]\nexecincludes=yes\n").exec_includes);
  EXPECT_FALSE(asterisk("[options](!)\nexecincludes=yes\n").exec_includes);
}
TEST_F(AsteriskConf, the_data_directory) {
  EXPECT_EQ(asterisk("").data_directory, "/usr/share/asterisk");
  AsteriskOptions options =
      asterisk("[directories]\nastdatadir => /var/lib/asterisk\nastetcdir => /etc/asterisk\n");
  EXPECT_EQ(options.data_directory, "/var/lib/asterisk");
  EXPECT_EQ(options.data_directory_where.line, 2u);
  EXPECT_EQ(asterisk("[directories](!)\nastdatadir => /x\n").data_directory, "/usr/share/asterisk");
}
TEST_F(AsteriskConf, what_is_about_its_own_process_needs_no_word_and_unknown_keys_do) {
  asterisk("[options]\nverbose = 3\nrunuser = asterisk\nfoo = 1\n[compat]\nx=1\n");
  EXPECT_THAT(lines(), ElementsAre("x.conf:4: warning: unknown key 'foo'"));
}

}  // namespace
}  // namespace polyfon::config
