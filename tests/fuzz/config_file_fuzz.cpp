// Any bytes as a configuration file, with no directory to include from; then as sip.conf and polyfon.conf.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "config/loaders.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace polyfon::config;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  Diagnostics diagnostics;
  File file = File::parse(text, "fuzz.conf", diagnostics);
  std::size_t bytes = 0;
  for (const Section& section : file.sections()) {
    bytes += section.name.size();
    for (const Variable& variable : section.variables) {
      bytes += variable.name.size() + variable.value.size();
      if (variable.name.empty()) __builtin_trap();
      if (variable.where.line == 0) __builtin_trap();
      CallerId caller = parse_caller_id(variable.value);
      bytes += caller.name.size() + caller.number.size();
    }
  }
  if (bytes > 3 * kMaxVariableBytes) __builtin_trap();
  PolyfonSettings settings;
  load_polyfon(file, settings, diagnostics);
  load_sip(file, settings, diagnostics);
  load_rtp(file, diagnostics);
  load_cdr(file, diagnostics);
  diagnostics.sort();
  for (const Diagnostic& diagnostic : diagnostics.all())
    if (diagnostic.to_string().find('\n') != std::string::npos) __builtin_trap();
  return 0;
}
