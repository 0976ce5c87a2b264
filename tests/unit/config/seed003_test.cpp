// The configuration that the first calls are made with: sip.conf and extensions.conf as people write them.
#include "unit/config/support.h"

namespace polyfon::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class Seed003 : public testing::Test {
 protected:
  Diagnostics diagnostics_;
  std::shared_ptr<const Snapshot> snapshot_ =
      load_snapshot(std::filesystem::path(POLYFON_SOURCE_DIR) / "tests/fixtures/seed003", diagnostics_);
};

TEST_F(Seed003, loads_with_one_warning) {
  EXPECT_FALSE(diagnostics_.has_errors());
  EXPECT_THAT(told(diagnostics_),
              ElementsAre(HasSubstr("sip.conf:2: warning: not yet: outgoing registration")));
}
TEST_F(Seed003, has_a_trunk_and_four_phones) {
  std::vector<std::string> names;
  for (const auto& endpoint : snapshot_->endpoints) names.push_back(endpoint->name);
  EXPECT_THAT(names, ElementsAre("zadarma", "1001", "1002", "6666", "7777"));
}
TEST_F(Seed003, the_trunk_is_a_name_that_is_looked_up_later) {
  const Endpoint* trunk = snapshot_->find_endpoint("zadarma");
  ASSERT_NE(trunk, nullptr);
  EXPECT_FALSE(trunk->dynamic);
  EXPECT_EQ(trunk->host, "sip.example.com");
  EXPECT_EQ(trunk->username, "100000");
  EXPECT_EQ(trunk->from_user, "100000");
  EXPECT_EQ(trunk->from_domain, "sip.example.com");
  EXPECT_TRUE(trunk->insecure_invite);
  EXPECT_FALSE(trunk->insecure_port);
  EXPECT_FALSE(trunk->direct_media);
  EXPECT_TRUE(trunk->nat.force_rport);
  EXPECT_FALSE(trunk->nat.comedia);
  EXPECT_EQ(trunk->context, "incoming");
}
TEST_F(Seed003, the_phone_has_what_its_section_says) {
  const Endpoint* phone = snapshot_->find_endpoint("1001");
  ASSERT_NE(phone, nullptr);
  EXPECT_EQ(phone->type, PeerType::kFriend);
  EXPECT_TRUE(phone->dynamic);
  EXPECT_EQ(phone->secret, "1234");
  EXPECT_EQ(phone->register_extension, "1001");
  EXPECT_EQ(phone->caller_id.name, "1001");
  EXPECT_EQ(phone->caller_id.number, "1001");
  EXPECT_THAT(phone->codecs, ElementsAre("alaw", "ulaw"));
  EXPECT_EQ(phone->language, "ru");
  EXPECT_EQ(phone->call_groups, 4u);
  EXPECT_EQ(phone->pickup_groups, 4u);
  EXPECT_TRUE(phone->qualify);
  EXPECT_EQ(phone->call_limit, 4u);
  EXPECT_TRUE(phone->nat.force_rport);
  EXPECT_TRUE(phone->nat.comedia);
  EXPECT_EQ(phone->context, "outcoling");
}
TEST_F(Seed003, the_dialplan_is_read_whole) {
  ASSERT_TRUE(snapshot_->extensions);
  const Section* menu = snapshot_->extensions->find("menu");
  ASSERT_NE(menu, nullptr);
  EXPECT_EQ(menu->variables[0].name, "exten");
  EXPECT_EQ(menu->variables[0].value,
            "s,1,Set(fname=${STRFTIME(${EPOCH},,%Y%m%d%H%M)}-${CALLERID(number)}-${EXTEN})");
  EXPECT_EQ(menu->variables.size(), 12u);
}

}  // namespace
}  // namespace polyfon::config
