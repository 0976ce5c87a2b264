#include <set>

#include "config/sip_reader.h"
#include "unit/config/sip_support.h"

namespace polyfon::config {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

using SipKeys = SipTest;

TEST_F(SipKeys, a_known_key_that_does_nothing_is_told) {
  general("websocket_enabled=yes\n");
  EXPECT_THAT(lines(),
              ElementsAre("sip.conf:2: warning: 'websocket_enabled' is not done by polyfon yet; ignored"));
}
TEST_F(SipKeys, an_unknown_key_is_told) {
  account("foo=1\n");
  EXPECT_THAT(lines(), ElementsAre("sip.conf:5: warning: unknown key 'foo'"));
}
TEST_F(SipKeys, a_value_that_asks_for_what_is_done_anyway_needs_no_word) {
  account(
      "videosupport=no\ntransport=udp\nencryption=off\nprogressinband=never\ncallcounter=yes\nkeepalive=0\n");
  EXPECT_THAT(lines(), IsEmpty());
}
TEST_F(SipKeys, every_key_that_is_not_done_is_told_by_its_line) {
  for (const NotYet& key : sip_keys_not_yet()) {
    if (key.harmless == "*") continue;
    const std::string line = fmt::format("{}=something\n", key.name);
    general(line);
    std::vector<std::string> said = lines();  // some work in accounts alone, some in [general] alone
    account(line);
    for (const std::string& more : lines()) said.push_back(more);
    EXPECT_THAT(said,
                Contains(HasSubstr(fmt::format(": warning: '{}' is not done by polyfon yet", key.name))));
  }
}
TEST_F(SipKeys, a_key_that_works_in_one_place_alone_is_told_in_the_other) {
  general("callerid=\"A\" <1>\n");
  EXPECT_THAT(lines(), ElementsAre("sip.conf:2: warning: 'callerid' is not done by polyfon yet; ignored"));
  account("timert1=200\n");
  EXPECT_THAT(lines(), ElementsAre("sip.conf:5: warning: 'timert1' is not done by polyfon yet; ignored"));
}
TEST_F(SipKeys, names_are_declared_once) {
  std::set<std::string> works, later;
  for (const SipKey& key : sip_keys())
    EXPECT_TRUE(works.insert(std::string(key.key.name)).second) << key.key.name;
  for (const NotYet& key : sip_keys_not_yet())
    EXPECT_TRUE(later.insert(std::string(key.name)).second) << key.name;
  EXPECT_GE(works.size() + later.size(), 215u);
}
TEST_F(SipKeys, every_key_that_works_has_help_and_a_type) {
  for (const SipKey& key : sip_keys()) {
    EXPECT_FALSE(key.key.help.empty()) << key.key.name;
    EXPECT_FALSE(key.key.type.empty()) << key.key.name;
  }
}
// What the tables say is the default is what holds when it is written.
TEST_F(SipKeys, the_defaults_of_the_table_are_accepted_without_a_word) {
  for (const SipKey& key : sip_keys()) {
    if (key.key.default_value.empty()) continue;
    std::string line = fmt::format("{}={}\n", key.key.name, key.key.default_value);
    if (key.scope == SipScope::kAccount)
      account(line);
    else
      general(line);
    EXPECT_THAT(lines(), IsEmpty()) << line;
  }
}
TEST_F(SipKeys, the_section_of_credentials_is_known) {
  load("[authentication]\nauth=ann:secret@example.com\nfoo=1\n");
  EXPECT_THAT(lines(), ElementsAre("sip.conf:2: warning: 'auth' is not done by polyfon yet; ignored",
                                   "sip.conf:3: warning: unknown key 'foo'"));
}

}  // namespace
}  // namespace polyfon::config
