#include "main/check.h"

#include <cstdio>

#include <fmt/format.h>

#include "base/time.h"
#include "dialplan/check.h"
#include "main/configuration.h"

namespace polyfon {

int check(const std::filesystem::path& config) {
  auto configuration = read_configuration(config);
  if (configuration.plan)
    dialplan::check_plan(*configuration.plan, configuration.diagnostics, base::SystemClock().wall());
  configuration.diagnostics.sort();
  std::size_t errors = 0;
  for (const auto& diagnostic : configuration.diagnostics.all()) {
    if (diagnostic.severity == config::Diagnostic::Severity::kError) ++errors;
    fmt::print("{}\n", diagnostic.to_string());
  }
  std::size_t warnings = configuration.diagnostics.all().size() - errors;
  fmt::print(stderr, "{}: {} error{}, {} warning{}\n", config.string(), errors, errors == 1 ? "" : "s",
             warnings, warnings == 1 ? "" : "s");
  return configuration.usable() ? 0 : 1;
}

}  // namespace polyfon
