// Configuration: the snapshot and the plan that belong together, read as one. Blocks: runs on a worker, or at
// start.
#pragma once
#include <filesystem>
#include <memory>

#include "config/diagnostic.h"
#include "config/snapshot.h"
#include "dialplan/plan.h"

namespace polyfon {

struct Configuration {
  std::shared_ptr<const config::Snapshot> snapshot;
  std::shared_ptr<const dialplan::Plan> plan;
  config::Diagnostics diagnostics;
  bool usable() const { return snapshot && plan && !diagnostics.has_errors(); }
};

void log_diagnostics(const config::Diagnostics& diagnostics);

Configuration read_configuration(const std::filesystem::path& directory);

}  // namespace polyfon
