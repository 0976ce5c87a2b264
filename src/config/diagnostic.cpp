#include "config/diagnostic.h"

#include <algorithm>
#include <numeric>
#include <tuple>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>

namespace polyfon::config {

std::string Diagnostic::to_string() const {
  const char* word = severity == Severity::kError ? "error" : "warning";
  if (where.line == 0) return fmt::format("{}: {}: {}", where.file, word, text);
  return fmt::format("{}:{}: {}: {}", where.file, where.line, word, text);
}

void Diagnostics::error(Location where, std::string text) {
  ++errors_;
  add(Diagnostic::Severity::kError, std::move(where), std::move(text));
}

void Diagnostics::warning(Location where, std::string text) {
  add(Diagnostic::Severity::kWarning, std::move(where), std::move(text));
}

void Diagnostics::add(Diagnostic::Severity severity, Location where, std::string text) {
  if (all_.size() >= kMaxDiagnostics) {
    ++dropped_;
    return;
  }
  all_.push_back({severity, std::move(where), std::move(text)});
}

void Diagnostics::sort() {
  std::vector<std::size_t> order(all_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, [this](std::size_t a, std::size_t b) {
    return std::tie(all_[a].where.file, all_[a].where.line, a) <
           std::tie(all_[b].where.file, all_[b].where.line, b);
  });
  std::unordered_set<std::string_view> told;  // of one line
  const Location* line = nullptr;
  std::vector<std::size_t> kept;
  for (std::size_t i : order) {
    const Location& where = all_[i].where;
    if (!line || line->line != where.line || line->file != where.file) told.clear();
    line = &where;
    if (told.insert(all_[i].text).second) kept.push_back(i);
  }
  std::vector<Diagnostic> sorted;
  sorted.reserve(kept.size());
  for (std::size_t i : kept) sorted.push_back(std::move(all_[i]));
  all_ = std::move(sorted);
}

}  // namespace polyfon::config
