#include "dialplan/application.h"

#include <algorithm>
#include <unordered_map>

#include "base/text.h"

namespace polyfon::dialplan {
namespace {

using Table = std::unordered_map<std::string_view, const Application*, base::CaseInsensitiveHash,
                                 base::CaseInsensitiveEqual>;

// Filled by the static Registrations before main(), constant afterwards.
Table& table() {
  static Table all;
  return all;
}

}  // namespace

Registration::Registration(ApplicationInfo info, ApplicationFunction run) : application_{info, run} {
  table().emplace(application_.info.name, &application_);
}

const Application* find_application(std::string_view name) {
  auto at = table().find(name);
  return at == table().end() ? nullptr : at->second;
}

std::vector<const Application*> applications() {
  std::vector<const Application*> all;
  for (const auto& [name, application] : table()) all.push_back(application);
  std::ranges::sort(all, {}, [](const Application* a) { return base::lower(a->info.name); });
  return all;
}

}  // namespace polyfon::dialplan
