#include "base/log.h"

#include <filesystem>
#include <fstream>
#include <regex>
#include <thread>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace polyfon::base {
namespace {

using namespace std::chrono_literals;

class Log : public testing::Test {
 protected:
  Log() {
    folder_ = std::filesystem::temp_directory_path() / ("polyfon-log-test-" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder_);
  }
  ~Log() override {
    stop_logging();
    std::filesystem::remove_all(folder_);
  }
  std::string path(std::string_view name) const { return folder_ / name; }
  static std::vector<std::string> lines(const std::string& path) {
    std::ifstream in(path);
    std::vector<std::string> out;
    for (std::string line; std::getline(in, line);) out.push_back(line);
    return out;
  }
  void start(LogLevel level = LogLevel::kNotice, std::size_t queue = 8192) {
    auto started =
        start_logging({.level = level, .stderr_sink = false, .file = path("log"), .queue_lines = queue});
    ASSERT_TRUE(started);
  }

  std::filesystem::path folder_;
};

TEST_F(Log, a_line_has_time_level_area_and_text) {
  start();
  log_warning("sip", "{} is {}", "this", 42);
  stop_logging();
  auto written = lines(path("log"));
  ASSERT_EQ(written.size(), 1u);
  EXPECT_TRUE(std::regex_match(
      written[0], std::regex(R"(\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}\] WARNING sip: this is 42)")))
      << written[0];
}

TEST_F(Log, every_level_has_its_name) {
  start(LogLevel::kDebug);
  log_debug("x", "1");
  log_verbose("x", "2");
  log_notice("x", "3");
  log_warning("x", "4");
  log_error("x", "5");
  stop_logging();
  auto written = lines(path("log"));
  ASSERT_EQ(written.size(), 5u);
  EXPECT_NE(written[0].find("] DEBUG x: 1"), std::string::npos);
  EXPECT_NE(written[1].find("] VERBOSE x: 2"), std::string::npos);
  EXPECT_NE(written[2].find("] NOTICE x: 3"), std::string::npos);
  EXPECT_NE(written[3].find("] WARNING x: 4"), std::string::npos);
  EXPECT_NE(written[4].find("] ERROR x: 5"), std::string::npos);
}

TEST_F(Log, lines_below_the_level_are_not_written_and_the_level_changes_while_running) {
  start(LogLevel::kWarning);
  EXPECT_FALSE(log_enabled(LogLevel::kNotice));
  EXPECT_TRUE(log_enabled(LogLevel::kWarning));
  log_notice("x", "hidden");
  set_log_level(LogLevel::kDebug);
  log_debug("x", "shown");
  stop_logging();
  auto written = lines(path("log"));
  ASSERT_EQ(written.size(), 1u);
  EXPECT_NE(written[0].find("shown"), std::string::npos);
}

TEST_F(Log, braces_in_a_text_are_no_format) {
  start();
  write_log(LogLevel::kError, "x", "a {} %v {0} b");
  stop_logging();
  EXPECT_TRUE(lines(path("log"))[0].ends_with("ERROR x: a {} %v {0} b"));
}

TEST_F(Log, before_start_and_after_stop_lines_go_to_stderr_from_notice_on) {
  testing::internal::CaptureStderr();
  log_verbose("main", "quiet");
  log_notice("main", "early");
  start();
  stop_logging();
  log_error("main", "late");
  std::string shown = testing::internal::GetCapturedStderr();
  EXPECT_EQ(shown.find("quiet"), std::string::npos);
  EXPECT_NE(shown.find("NOTICE main: early\n"), std::string::npos);
  EXPECT_NE(shown.find("ERROR main: late\n"), std::string::npos);
  EXPECT_TRUE(lines(path("log")).empty());
}

TEST_F(Log, lines_go_to_stderr_and_the_file_when_both_are_asked_for) {
  testing::internal::CaptureStderr();
  ASSERT_TRUE(start_logging({.file = path("log")}));
  log_notice("x", "both");
  stop_logging();
  EXPECT_NE(testing::internal::GetCapturedStderr().find("both"), std::string::npos);
  EXPECT_EQ(lines(path("log")).size(), 1u);
}

TEST_F(Log, a_file_that_cannot_be_opened_is_an_error_and_logging_stays_as_it_was) {
  start();
  auto failed = start_logging({.stderr_sink = false, .file = path("no/such/folder/log")});
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, ErrorCode::kIo);
  EXPECT_NE(failed.error().text.find("no/such/folder/log"), std::string::npos);
  log_notice("x", "still here");
  stop_logging();
  EXPECT_EQ(lines(path("log")).size(), 1u);
}

TEST_F(Log, starting_again_writes_out_what_was_queued) {
  start();
  for (int i = 0; i < 100; ++i) log_notice("x", "{}", i);
  ASSERT_TRUE(start_logging({.stderr_sink = false, .file = path("second")}));
  log_notice("x", "in the second");
  stop_logging();
  EXPECT_EQ(lines(path("log")).size(), 100u);
  EXPECT_EQ(lines(path("second")).size(), 1u);
}

TEST_F(Log, a_file_is_appended_to) {
  for (int i = 0; i < 3; ++i) {
    start();
    log_notice("x", "{}", i);
    stop_logging();
  }
  EXPECT_EQ(lines(path("log")).size(), 3u);
}

TEST_F(Log, reopening_follows_a_file_that_was_moved_away) {
  start();
  log_notice("x", "first");
  stop_logging();
  start();
  std::filesystem::rename(path("log"), path("log.1"));
  ASSERT_TRUE(reopen_log());
  log_notice("x", "second");
  stop_logging();
  ASSERT_EQ(lines(path("log.1")).size(), 1u);
  ASSERT_EQ(lines(path("log")).size(), 1u);
  EXPECT_NE(lines(path("log"))[0].find("second"), std::string::npos);
}

TEST_F(Log, reopening_without_a_file_does_nothing) { EXPECT_TRUE(reopen_log()); }

TEST_F(Log, reopening_that_fails_keeps_the_old_file) {
  std::filesystem::create_directories(folder_ / "sub");
  ASSERT_TRUE(start_logging({.stderr_sink = false, .file = path("sub/log")}));
  std::filesystem::rename(path("sub"), path("moved"));
  EXPECT_FALSE(reopen_log());
  log_notice("x", "kept");
  stop_logging();
  EXPECT_EQ(lines(path("moved/log")).size(), 1u);
}

TEST_F(Log, lines_of_many_threads_stay_whole) {
  start(LogLevel::kNotice, 100'000);
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t)
      threads.emplace_back([t] {
        for (int i = 0; i < 500; ++i) log_notice("t", "{} {} {}", t, i, std::string(100, 'x'));
      });
  }
  EXPECT_EQ(dropped_log_lines(), 0u);
  stop_logging();
  auto written = lines(path("log"));
  ASSERT_EQ(written.size(), 2000u);
  for (const auto& line : written) EXPECT_TRUE(line.ends_with(std::string(100, 'x')));
}

TEST_F(Log, a_full_queue_drops_and_counts_and_never_waits) {
  // The sink is a pipe that nobody reads until it is full: the writing thread stands still.
  std::string fifo = path("fifo");
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  int reader = ::open(fifo.c_str(), O_RDONLY | O_NONBLOCK);
  ASSERT_GE(reader, 0);
  ASSERT_TRUE(start_logging({.stderr_sink = false, .file = fifo, .queue_lines = 16}));
  for (int i = 0; i < 5000; ++i) log_notice("x", "{}", std::string(100, 'x'));
  EXPECT_GT(dropped_log_lines(), 0u);
  std::jthread drain([reader] {
    ::fcntl(reader, F_SETFL, 0);
    std::string buffer(65536, '\0');
    while (::read(reader, buffer.data(), buffer.size()) > 0) continue;
    ::close(reader);
  });
  stop_logging();
  EXPECT_EQ(dropped_log_lines(), 0u);
}

TEST(LogLimit, lets_a_burst_through_and_counts_what_it_holds_back) {
  LogLimit limit(2, 10s);
  Instant now{};
  std::uint64_t held_back = 99;
  EXPECT_TRUE(limit.allow(now, &held_back));
  EXPECT_EQ(held_back, 0u);
  EXPECT_TRUE(limit.allow(now));
  EXPECT_FALSE(limit.allow(now));
  EXPECT_FALSE(limit.allow(now + 9s));
  EXPECT_TRUE(limit.allow(now + 10s, &held_back));
  EXPECT_EQ(held_back, 2u);
  EXPECT_TRUE(limit.allow(now + 10s, &held_back));
  EXPECT_EQ(held_back, 0u);
}

TEST(LogLimit, of_zero_never_allows) {
  LogLimit limit(0, 1s);
  EXPECT_FALSE(limit.allow(Instant{}));
  EXPECT_FALSE(limit.allow(Instant{} + 5s));
}

}  // namespace
}  // namespace polyfon::base
