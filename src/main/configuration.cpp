#include "main/configuration.h"

#include "base/log.h"
#include "base/time.h"

namespace polyfon {

Configuration read_configuration(const std::filesystem::path& directory) {
  Configuration result;
  result.snapshot = config::load_snapshot(directory, result.diagnostics);
  if (!result.snapshot) return result;
  static const config::File kNoFile;
  static const base::SystemClock kClock;
  result.plan = dialplan::Plan::load(result.snapshot->extensions ? *result.snapshot->extensions : kNoFile,
                                     result.diagnostics, &kClock);
  result.diagnostics.sort();
  return result;
}

void log_diagnostics(const config::Diagnostics& diagnostics) {
  for (const auto& diagnostic : diagnostics.all()) {
    if (diagnostic.severity == config::Diagnostic::Severity::kError)
      base::log_error("config", "{}", diagnostic.to_string());
    else
      base::log_warning("config", "{}", diagnostic.to_string());
  }
}

}  // namespace polyfon
