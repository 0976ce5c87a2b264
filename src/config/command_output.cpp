#include "config/command_output.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"

namespace polyfon::config {

namespace {

// Starts `/bin/sh -c COMMAND` in a process group of its own, both its outputs on `output`.
int start(const std::string& command, int output, pid_t& child) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_init(&actions);
  posix_spawnattr_init(&attributes);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO);
  sigset_t defaults;
  sigfillset(&defaults);
  sigset_t unblocked;
  sigemptyset(&unblocked);
  posix_spawnattr_setsigdefault(&attributes, &defaults);
  posix_spawnattr_setsigmask(&attributes, &unblocked);
  posix_spawnattr_setflags(&attributes,
                           POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  std::string shell = "/bin/sh", option = "-c", text = command;
  std::array<char*, 4> arguments{shell.data(), option.data(), text.data(), nullptr};
  int error = posix_spawn(&child, shell.c_str(), &actions, &attributes, arguments.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  return error;
}

enum class End { kComplete, kTooLong, kTooLate };

End collect(int input, std::string& text, std::size_t max_bytes, std::chrono::milliseconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  std::array<char, 16384> buffer;
  for (;;) {
    auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) return End::kTooLate;
    pollfd ready{.fd = input, .events = POLLIN, .revents = 0};
    if (poll(&ready, 1, static_cast<int>(left.count())) <= 0) continue;
    ssize_t count = read(input, buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return End::kComplete;
    if (text.size() + static_cast<std::size_t>(count) > max_bytes) return End::kTooLong;
    text.append(buffer.data(), static_cast<std::size_t>(count));
  }
}

int wait_for(pid_t child) {
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace

base::Result<CommandOutput> run_command(const std::string& command, std::size_t max_bytes,
                                        std::chrono::milliseconds patience) {
  const std::string shown = base::printable(command);
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0)
    return base::fail(base::ErrorCode::kIo,
                      fmt::format("#exec {}: {}", shown, std::generic_category().message(errno)));
  pid_t child = 0;
  int error = start(command, ends[1], child);
  close(ends[1]);
  if (error != 0) {
    close(ends[0]);
    return base::fail(base::ErrorCode::kIo,
                      fmt::format("#exec {}: {}", shown, std::generic_category().message(error)));
  }
  CommandOutput output;
  End end = collect(ends[0], output.text, max_bytes, patience);
  close(ends[0]);
  if (end != End::kComplete) kill(-child, SIGKILL);
  output.status = wait_for(child);
  if (end == End::kTooLate)
    return base::fail(base::ErrorCode::kTimeout,
                      fmt::format("#exec {}: did not end within {} ms; killed", shown, patience.count()));
  if (end == End::kTooLong)
    return base::fail(base::ErrorCode::kLimit,
                      fmt::format("#exec {}: printed more than {} bytes; killed", shown, max_bytes));
  return output;
}

}  // namespace polyfon::config
