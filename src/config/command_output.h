// run_command(): a shell command's output, for #exec. Blocks the caller, at most `patience`; then the command
// and what it started are killed. thread: a worker, or start-up.
#pragma once
#include <chrono>
#include <string>

#include "base/result.h"

namespace polyfon::config {

struct CommandOutput {
  std::string text;  // standard output and error, as they came
  int status = 0;    // exit code; 128 + signal
};

base::Result<CommandOutput> run_command(const std::string& command, std::size_t max_bytes,
                                        std::chrono::milliseconds patience);

}  // namespace polyfon::config
