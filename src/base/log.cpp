#include "base/log.h"

#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <spdlog/async.h>
#include <spdlog/async_logger.h>
#include <spdlog/sinks/base_sink.h>
#include <unistd.h>

namespace polyfon::base {
namespace {

constexpr const char* kPattern = "[%Y-%m-%d %H:%M:%S.%e] %v";

void write_all(int fd, const char* data, std::size_t size) {
  while (size > 0) {
    ssize_t n = ::write(fd, data, size);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return;  // a full disk or a closed pipe: there is no one left to tell
    data += n;
    size -= static_cast<std::size_t>(n);
  }
}

// One write() a line, so that a killed process leaves every line it took from the queue.
class LineSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  LineSink(int fd, std::string path) : fd_(fd), path_(std::move(path)) { set_pattern(kPattern); }
  ~LineSink() override {
    if (!path_.empty()) ::close(fd_);
  }

  static Result<std::shared_ptr<LineSink>> open_file(const std::string& path) {
    int fd = open_append(path);
    if (fd < 0) return cannot_open(path, errno);
    return std::make_shared<LineSink>(fd, path);
  }

  Result<> reopen() {
    int fd = open_append(path_);
    if (fd < 0) return cannot_open(path_, errno);
    std::lock_guard lock(mutex_);
    ::close(std::exchange(fd_, fd));
    return {};
  }

 private:
  static int open_append(const std::string& path) {
    return ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
  }
  static std::unexpected<Error> cannot_open(const std::string& path, int error) {
    return fail(ErrorCode::kIo, fmt::format("cannot open the log file {}: {}", path, std::strerror(error)));
  }

  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    write_all(fd_, line.data(), line.size());
  }
  void flush_() override {}

  int fd_;
  std::string path_;  // empty: a descriptor of the process, not ours to close
};

// The one object of polyfon that belongs to the process and not to an owner: stderr and the log file do so
// too, and a logger passed to every constructor of every module would be an argument that no test ever
// varies.
struct LogState {
  std::atomic<LogLevel> level{LogLevel::kNotice};
  std::shared_mutex mutex;  // guards what follows: start and stop against the writers
  std::shared_ptr<spdlog::details::thread_pool> pool;
  std::shared_ptr<spdlog::logger> logger;  // null: not started
  std::shared_ptr<LineSink> file;
};

LogState& state() {
  static LogState the_state;
  return the_state;
}

std::string_view name_of(LogLevel level) {
  static constexpr std::array<std::string_view, 5> kNames = {"DEBUG", "VERBOSE", "NOTICE", "WARNING",
                                                             "ERROR"};
  return kNames[static_cast<std::size_t>(level)];
}

void write_to_stderr(std::string_view line) {
  static LineSink sink(STDERR_FILENO, {});
  sink.log(spdlog::details::log_msg({}, spdlog::level::info, line));
}

}  // namespace

Result<> start_logging(const LogOptions& options) {
  std::shared_ptr<LineSink> file;
  std::vector<spdlog::sink_ptr> sinks;
  if (options.stderr_sink) sinks.push_back(std::make_shared<LineSink>(STDERR_FILENO, std::string{}));
  if (!options.file.empty()) {
    auto opened = LineSink::open_file(options.file);
    if (!opened) return std::unexpected(opened.error());
    file = *opened;
    sinks.push_back(file);
  }
  stop_logging();
  auto pool =
      std::make_shared<spdlog::details::thread_pool>(std::max<std::size_t>(options.queue_lines, 1), 1);
  auto logger = std::make_shared<spdlog::async_logger>("polyfon", sinks.begin(), sinks.end(), pool,
                                                       spdlog::async_overflow_policy::overrun_oldest);
  logger->set_level(spdlog::level::trace);  // ours decides, before a line is formatted
  LogState& s = state();
  std::unique_lock lock(s.mutex);
  s.pool = std::move(pool);
  s.logger = std::move(logger);
  s.file = std::move(file);
  s.level = options.level;
  return {};
}

void stop_logging() {
  LogState& s = state();
  std::shared_ptr<spdlog::details::thread_pool> pool;
  std::shared_ptr<spdlog::logger> logger;
  {
    std::unique_lock lock(s.mutex);
    pool = std::exchange(s.pool, nullptr);
    logger = std::exchange(s.logger, nullptr);
    s.file = nullptr;
    s.level = LogLevel::kNotice;
  }
  pool.reset();  // writes what is queued and joins its thread; the queue refers to the logger, so that goes
                 // last
}

Result<> reopen_log() {
  LogState& s = state();
  std::shared_lock lock(s.mutex);
  return s.file ? s.file->reopen() : Result<>{};
}

std::uint64_t dropped_log_lines() {
  LogState& s = state();
  std::shared_lock lock(s.mutex);
  return s.pool ? s.pool->overrun_counter() : 0;
}

void set_log_level(LogLevel level) { state().level.store(level, std::memory_order_relaxed); }

bool log_enabled(LogLevel level) { return level >= state().level.load(std::memory_order_relaxed); }

void write_log(LogLevel level, std::string_view area, std::string_view text) {
  fmt::memory_buffer line;
  fmt::format_to(fmt::appender(line), "{} {}: {}", name_of(level), area, text);
  // One call is one line: whoever gets a line break or an escape sequence into a text forges nothing.
  for (char& c : line)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  std::string_view view(line.data(), line.size());
  LogState& s = state();
  std::shared_lock lock(s.mutex);
  if (s.logger)
    s.logger->log(spdlog::level::info, view);
  else
    write_to_stderr(view);
}

bool LogLimit::allow(Instant now, std::uint64_t* suppressed) {
  if (!started_ || now - window_ >= period_) {
    started_ = true;
    window_ = now;
    left_ = burst_;
  }
  if (left_ == 0) {
    ++suppressed_;
    return false;
  }
  --left_;
  std::uint64_t held_back = std::exchange(suppressed_, 0);
  if (suppressed != nullptr) *suppressed = held_back;
  return true;
}

}  // namespace polyfon::base
