// Log: lines with a level and an area ("sip", "media", "config"), formatted where they are written and
// written to their sinks by spdlog's own thread, so that the control thread never waits for a disk. Never
// used per media packet; a line that a stranger can cause goes through a LogLimit. thread: any.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "base/result.h"
#include "base/time.h"

namespace polyfon::base {

enum class LogLevel { kDebug, kVerbose, kNotice, kWarning, kError };

struct LogOptions {
  LogLevel level = LogLevel::kNotice;
  bool stderr_sink = true;
  std::string file;                // empty: no file
  std::size_t queue_lines = 8192;  // when full the oldest line is dropped and counted
};

// Lines written before start_logging() and after stop_logging() go to stderr at once, from notice on. Start
// and stop belong to src/main; an error leaves logging as it was.
Result<> start_logging(const LogOptions& options);
void stop_logging();                // writes out what is queued
Result<> reopen_log();              // opens the file anew, after logrotate has moved it away
std::uint64_t dropped_log_lines();  // since start_logging()
void set_log_level(LogLevel level);
bool log_enabled(LogLevel level);
void write_log(LogLevel level, std::string_view area, std::string_view text);

template <class... Args>
void log_debug(std::string_view area, fmt::format_string<Args...> format, Args&&... args) {
  if (log_enabled(LogLevel::kDebug))
    write_log(LogLevel::kDebug, area, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void log_verbose(std::string_view area, fmt::format_string<Args...> format, Args&&... args) {
  if (log_enabled(LogLevel::kVerbose))
    write_log(LogLevel::kVerbose, area, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void log_notice(std::string_view area, fmt::format_string<Args...> format, Args&&... args) {
  if (log_enabled(LogLevel::kNotice))
    write_log(LogLevel::kNotice, area, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void log_warning(std::string_view area, fmt::format_string<Args...> format, Args&&... args) {
  if (log_enabled(LogLevel::kWarning))
    write_log(LogLevel::kWarning, area, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void log_error(std::string_view area, fmt::format_string<Args...> format, Args&&... args) {
  if (log_enabled(LogLevel::kError))
    write_log(LogLevel::kError, area, fmt::format(format, std::forward<Args>(args)...));
}

// At most `burst` lines a `period`; allow() says whether to log, and how many were held back since the last
// yes.
class LogLimit {
 public:
  LogLimit(unsigned burst, Duration period) : burst_(burst), period_(period) {}
  bool allow(Instant now, std::uint64_t* suppressed = nullptr);

 private:
  unsigned burst_;
  Duration period_;
  unsigned left_ = 0;
  std::uint64_t suppressed_ = 0;
  Instant window_{};
  bool started_ = false;
};

}  // namespace polyfon::base
