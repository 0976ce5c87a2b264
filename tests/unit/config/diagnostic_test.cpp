#include "config/diagnostic.h"

#include "unit/config/support.h"

namespace polyfon::config {
namespace {

using testing::ElementsAre;

TEST(Diagnostic, names_file_line_weight_and_text) {
  Diagnostics diagnostics;
  diagnostics.error({"sip.conf", 12}, "bad");
  diagnostics.warning({"sip.conf", 0}, "odd");
  EXPECT_THAT(told(diagnostics), ElementsAre("sip.conf:12: error: bad", "sip.conf: warning: odd"));
}
TEST(Diagnostic, warnings_alone_are_no_errors) {
  Diagnostics diagnostics;
  diagnostics.warning({"a", 1}, "x");
  EXPECT_FALSE(diagnostics.has_errors());
  diagnostics.error({"a", 1}, "x");
  EXPECT_TRUE(diagnostics.has_errors());
}
TEST(Diagnostic, sorted_by_file_and_line_and_in_reading_order_within_one) {
  Diagnostics diagnostics;
  diagnostics.warning({"b", 1}, "1");
  diagnostics.warning({"a", 10}, "z");
  diagnostics.warning({"a", 10}, "a");
  diagnostics.warning({"a", 9}, "3");
  diagnostics.sort();
  EXPECT_THAT(told(diagnostics),
              ElementsAre("a:9: warning: 3", "a:10: warning: z", "a:10: warning: a", "b:1: warning: 1"));
}
TEST(Diagnostic, what_one_line_says_twice_is_told_once) {
  Diagnostics diagnostics;
  for (int i = 0; i < 3; ++i) {
    diagnostics.warning({"a", 1}, "x");
    diagnostics.warning({"a", 1}, "y");
  }
  diagnostics.warning({"a", 2}, "x");
  diagnostics.sort();
  EXPECT_THAT(told(diagnostics), ElementsAre("a:1: warning: x", "a:1: warning: y", "a:2: warning: x"));
}
TEST(Diagnostic, beyond_the_limit_they_are_counted) {
  Diagnostics diagnostics;
  for (std::size_t i = 0; i < kMaxDiagnostics; ++i) diagnostics.warning({"a", 1}, "x");
  diagnostics.error({"a", 1}, "x");
  EXPECT_EQ(diagnostics.all().size(), kMaxDiagnostics);
  EXPECT_EQ(diagnostics.dropped(), 1u);
  EXPECT_TRUE(diagnostics.has_errors());
}

}  // namespace
}  // namespace polyfon::config
