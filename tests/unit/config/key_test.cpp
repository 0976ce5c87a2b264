#include "config/key.h"

#include "unit/config/support.h"

namespace polyfon::config {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct Target {
  std::string text;
  bool flag = true;
  std::uint16_t number = 7;
  std::chrono::seconds time{9};
};

class KeyTest : public testing::Test {
 protected:
  Variable variable(std::string_view value) { return {"key", std::string(value), false, {"x.conf", 3}}; }
  Target target_;
  Diagnostics diagnostics_;
};

TEST_F(KeyTest, text_is_taken_as_it_is) {
  set_text<&Target::text>(target_, variable("a b"), diagnostics_);
  EXPECT_EQ(target_.text, "a b");
}
TEST_F(KeyTest, booleans_are_asterisks) {
  for (const char* no : {"no", "FALSE", "n", "f", "0", "off"}) {
    target_.flag = true;
    set_boolean<&Target::flag>(target_, variable(no), diagnostics_);
    EXPECT_FALSE(target_.flag) << no;
  }
  for (const char* yes : {"yes", "TRUE", "y", "t", "1", "on"}) {
    set_boolean<&Target::flag>(target_, variable(yes), diagnostics_);
    EXPECT_TRUE(target_.flag) << yes;
  }
  EXPECT_THAT(told(diagnostics_), IsEmpty());
}
TEST_F(KeyTest, a_number_in_range_is_taken) {
  set_number<&Target::number, 1, 65535>(target_, variable("65535"), diagnostics_);
  EXPECT_EQ(target_.number, 65535);
}
TEST_F(KeyTest, a_number_out_of_range_is_an_error_and_changes_nothing) {
  for (const char* bad : {"0", "65536", "99999999999999999999", "-1", "1.5", "5x", " 5", ""})
    set_number<&Target::number, 1, 65535>(target_, variable(bad), diagnostics_);
  EXPECT_EQ(target_.number, 7);
  EXPECT_EQ(diagnostics_.all().size(), 8u);
  EXPECT_EQ(diagnostics_.all()[0].to_string(), "x.conf:3: error: key: '0' is not a number from 1 to 65535");
}
TEST_F(KeyTest, where_asterisk_goes_on_it_is_a_warning) {
  set_number<&Target::time, 0, 60, OnBad::kKeep>(target_, variable("61"), diagnostics_);
  EXPECT_EQ(target_.time, std::chrono::seconds(9));
  EXPECT_THAT(told(diagnostics_),
              ElementsAre("x.conf:3: warning: key: '61' is not a number from 0 to 60; ignored"));
}
TEST_F(KeyTest, harmless_values_are_told_apart) {
  EXPECT_TRUE(is_harmless({"k", "no|never"}, "off"));
  EXPECT_TRUE(is_harmless({"k", "no|never"}, "Never"));
  EXPECT_FALSE(is_harmless({"k", "no|never"}, "yes"));
  EXPECT_FALSE(is_harmless({"k"}, "no"));
  EXPECT_FALSE(is_harmless({"k", "udp"}, "udp,tcp"));
  EXPECT_TRUE(is_harmless({"k", "*"}, "anything"));
  EXPECT_FALSE(is_harmless({"k", "no"}, ""));
}

}  // namespace
}  // namespace polyfon::config
