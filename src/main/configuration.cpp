#include "main/configuration.h"

namespace polyfon {

Configuration read_configuration(const std::filesystem::path& directory) {
  Configuration result;
  result.snapshot = config::load_snapshot(directory, result.diagnostics);
  if (!result.snapshot) return result;
  static const config::File kNoFile;
  result.plan = dialplan::Plan::load(result.snapshot->extensions ? *result.snapshot->extensions : kNoFile,
                                     result.diagnostics);
  result.diagnostics.sort();
  return result;
}

}  // namespace polyfon
