#include "config/key.h"

#include <algorithm>

#include <fmt/format.h>

namespace polyfon::config {

bool boolean_of(const Variable& variable, Diagnostics& diagnostics) {
  if (auto value = base::parse_boolean(variable.value)) return *value;
  diagnostics.warning(variable.where, fmt::format("{}: '{}' is neither yes nor no; taken as no",
                                                  variable.name, base::printable(variable.value, 60)));
  return false;
}

std::optional<std::int64_t> number_of(const Variable& variable, std::int64_t min, std::int64_t max,
                                      OnBad on_bad, Diagnostics& diagnostics) {
  if (auto number = base::parse_number<std::int64_t>(variable.value, min, max)) return number;
  std::string text = fmt::format("{}: '{}' is not a number from {} to {}", variable.name,
                                 base::printable(variable.value, 60), min, max);
  if (on_bad == OnBad::kRefuse)
    diagnostics.error(variable.where, std::move(text));
  else
    diagnostics.warning(variable.where, text + "; ignored");
  return std::nullopt;
}

bool is_harmless(const NotYet& key, std::string_view value) {
  if (key.harmless == "*") return true;
  if (key.harmless.empty()) return false;
  return std::ranges::any_of(base::split(key.harmless, '|'), [&](std::string_view harmless) {
    auto wanted = base::parse_boolean(harmless);
    return base::iequals(harmless, value) || (wanted && wanted == base::parse_boolean(value));
  });
}

void tell_not_yet(const NotYet& key, const Variable& variable, Diagnostics& diagnostics) {
  if (is_harmless(key, variable.value)) return;
  diagnostics.warning(variable.where, fmt::format("'{}' is not done by polyfon yet; ignored", key.name));
}

void tell_unknown(const Variable& variable, Diagnostics& diagnostics) {
  diagnostics.warning(variable.where, fmt::format("unknown key '{}'", base::printable(variable.name, 60)));
}

const NotYet* find_not_yet(std::span<const NotYet> keys, std::string_view name) {
  auto found = std::ranges::find_if(keys, [&](const NotYet& key) { return base::iequals(key.name, name); });
  return found == keys.end() ? nullptr : &*found;
}

}  // namespace polyfon::config
