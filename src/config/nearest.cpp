#include "config/nearest.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "base/text.h"

namespace polyfon::config {

namespace {

constexpr std::size_t kMaxWord = 64;

// Levenshtein's distance, one row at a time.
std::size_t edits_between(std::string_view a, std::string_view b) {
  std::array<std::size_t, kMaxWord + 1> row{};
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool same = base::to_lower(a[i - 1]) == base::to_lower(b[j - 1]);
      const std::size_t changed = diagonal + (same ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({changed, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

}  // namespace

std::optional<std::string_view> nearest(std::string_view written, std::span<const std::string_view> known) {
  if (written.size() > kMaxWord) return std::nullopt;
  std::optional<std::string_view> best;
  std::size_t best_edits = kMaxWord;
  for (std::string_view word : known) {
    if (word.size() > kMaxWord) continue;
    const std::size_t edits = edits_between(written, word);
    const std::size_t allowed = std::max<std::size_t>(1, (std::max(word.size(), written.size()) + 2) / 3);
    if (edits > allowed || edits >= best_edits) continue;
    best = word;
    best_edits = edits;
  }
  return best;
}

}  // namespace polyfon::config
