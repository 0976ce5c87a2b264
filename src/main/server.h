// Server: polyfon serve: the wiring of every part into one process (architecture, "Threads"): control on the
// main thread, edge, media and worker threads beside it. thread: main.
#pragma once
#include <filesystem>

#include "base/result.h"

namespace polyfon {

struct ServeOptions {
  std::filesystem::path config;
  std::filesystem::path data;
};

// Runs until SIGTERM (drains), SIGINT (at once) or `core stop`. An error says what could not be had at start,
// and what to do about it.
base::Result<> serve(const ServeOptions& options);

}  // namespace polyfon
