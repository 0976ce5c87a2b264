#include "config/codec_list.h"

#include "unit/config/support.h"

namespace polyfon::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class CodecList : public testing::Test {
 protected:
  void allow(std::string_view value) { change_codecs(codecs_, true, variable(value), diagnostics_); }
  void disallow(std::string_view value) { change_codecs(codecs_, false, variable(value), diagnostics_); }
  Variable variable(std::string_view value) { return {"allow", std::string(value), false, {"sip.conf", 1}}; }
  std::vector<std::string> codecs_{"ulaw", "alaw"};
  Diagnostics diagnostics_;
};

TEST_F(CodecList, disallow_all_then_allow_sets_the_order) {
  disallow("all");
  allow("alaw");
  allow("ulaw");
  EXPECT_THAT(codecs_, ElementsAre("alaw", "ulaw"));
}
TEST_F(CodecList, one_line_may_name_several) {
  disallow("all");
  allow("alaw, ULAW");
  EXPECT_THAT(codecs_, ElementsAre("alaw", "ulaw"));
}
TEST_F(CodecList, not_all_clears_within_allow) {
  allow("!all,alaw");
  EXPECT_THAT(codecs_, ElementsAre("alaw"));
}
TEST_F(CodecList, an_exclamation_mark_takes_one_out) {
  allow("!ulaw");
  EXPECT_THAT(codecs_, ElementsAre("alaw"));
}
TEST_F(CodecList, disallow_of_one_leaves_the_others) {
  disallow("ulaw");
  EXPECT_THAT(codecs_, ElementsAre("alaw"));
}
TEST_F(CodecList, one_that_is_allowed_twice_keeps_its_place) {
  allow("ulaw");
  EXPECT_THAT(codecs_, ElementsAre("ulaw", "alaw"));
}
TEST_F(CodecList, allow_all_adds_what_polyfon_speaks) {
  disallow("all");
  allow("all");
  EXPECT_THAT(codecs_, ElementsAre("ulaw", "alaw"));
}
TEST_F(CodecList, a_length_of_20_ms_is_what_is_sent) {
  disallow("all");
  allow("alaw:20");
  EXPECT_THAT(codecs_, ElementsAre("alaw"));
  EXPECT_THAT(told(diagnostics_), IsEmpty());
}
TEST_F(CodecList, another_length_is_a_warning) {
  allow("alaw:30");
  EXPECT_THAT(told(diagnostics_),
              ElementsAre(HasSubstr("sip.conf:1: warning: packets of alaw are 20 ms; ':30'")));
}
TEST_F(CodecList, codecs_that_asterisk_knows_are_named_as_not_yet) {
  for (const char* name :
       {"g729", "gsm", "g722", "speex", "opus", "g726", "ilbc", "h264", "slin", "g723.1", "g729a"}) {
    diagnostics_ = {};
    allow(name);
    EXPECT_THAT(told(diagnostics_), ElementsAre(HasSubstr("polyfon does not speak"))) << name;
  }
  EXPECT_THAT(codecs_, ElementsAre("ulaw", "alaw"));
}
TEST_F(CodecList, disallowing_what_is_not_spoken_needs_no_word) {
  disallow("gsm");
  EXPECT_THAT(told(diagnostics_), IsEmpty());
}
TEST_F(CodecList, what_nobody_knows_is_a_warning) {
  allow("g7111");
  EXPECT_THAT(told(diagnostics_), ElementsAre("sip.conf:1: warning: 'g7111' is no codec; ignored"));
}

}  // namespace
}  // namespace polyfon::config
