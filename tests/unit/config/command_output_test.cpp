#include "config/command_output.h"

#include <gtest/gtest.h>

namespace polyfon::config {
namespace {

using namespace std::chrono_literals;

TEST(CommandOutput, both_streams_are_taken) {
  auto output = run_command("echo one; echo two >&2", 100, 10s);
  ASSERT_TRUE(output);
  EXPECT_EQ(output->text, "one\ntwo\n");
  EXPECT_EQ(output->status, 0);
}
TEST(CommandOutput, the_exit_code_is_told) { EXPECT_EQ(run_command("exit 7", 100, 10s)->status, 7); }
TEST(CommandOutput, a_signal_is_told_as_a_shell_does) {
  EXPECT_EQ(run_command("kill -9 $$", 100, 10s)->status, 137);
}
TEST(CommandOutput, nothing_comes_from_standard_input) { EXPECT_EQ(run_command("cat", 100, 10s)->text, ""); }
TEST(CommandOutput, too_much_is_an_error_and_ends_the_command) {
  auto output = run_command("yes", 1000, 10s);
  ASSERT_FALSE(output);
  EXPECT_EQ(output.error().code, base::ErrorCode::kLimit);
}
TEST(CommandOutput, one_that_does_not_end_is_killed_with_its_children) {
  auto output = run_command("sleep 1000 & sleep 1000", 100, 50ms);
  ASSERT_FALSE(output);
  EXPECT_EQ(output.error().code, base::ErrorCode::kTimeout);
}

}  // namespace
}  // namespace polyfon::config
