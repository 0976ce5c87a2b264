// The table of dialplan functions: filled by the static FunctionRegistrations before main(), constant
// afterwards.
#include <algorithm>
#include <unordered_map>

#include "dialplan/expansion.h"

namespace polyfon::dialplan {
namespace {

using Table = std::unordered_map<std::string_view, const Function*>;

Table& table() {
  static Table all;
  return all;
}

}  // namespace

FunctionRegistration::FunctionRegistration(Function function) : function_(function) {
  table().emplace(function_.info.name, &function_);
}

const Function* find_function(std::string_view name) {
  auto at = table().find(name);
  return at == table().end() ? nullptr : at->second;
}

std::vector<const Function*> functions() {
  std::vector<const Function*> all;
  for (const auto& [name, function] : table()) all.push_back(function);
  std::ranges::sort(all, {}, [](const Function* f) { return f->info.name; });
  return all;
}

}  // namespace polyfon::dialplan
