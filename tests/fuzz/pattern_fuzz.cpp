// Patterns and dialled data of any kind: matching agrees with itself, and the order is an order. Input:
// lines; the first two are patterns, the rest is dialled.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/text.h"
#include "dialplan/pattern.h"

namespace {

using polyfon::dialplan::Pattern;

void require(bool condition) {
  if (!condition) std::abort();
}

void check_match(const Pattern& pattern, std::string_view digits) {
  const auto match = pattern.match(digits);
  if (match == Pattern::Match::kPartial) require(pattern.matches_more(digits));
  if (match == Pattern::Match::kNo) require(!pattern.matches_more(digits) && !pattern.matches_early(digits));
  if (pattern.matches_early(digits))
    require(match == Pattern::Match::kExact && !pattern.matches_more(digits));
  if (pattern.is_broken()) require(match == Pattern::Match::kNo);
  if (!pattern.is_pattern())
    require((match == Pattern::Match::kExact) == (pattern.compare_literal(digits) == 0));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto lines = polyfon::base::split(input, '\n');
  const Pattern a(lines[0].substr(0, Pattern::kMaxLength));
  const Pattern b((lines.size() > 1 ? lines[1] : std::string_view()).substr(0, Pattern::kMaxLength));
  require((a <=> a) == 0);
  require((a < b) == (b > a));
  require((a == b) == (b == a));
  if (input.find('\0') == std::string_view::npos) require((a == b) == (a.key() == b.key()));
  for (std::size_t i = 2; i < lines.size(); ++i) {
    check_match(a, lines[i]);
    check_match(b, lines[i]);
    if (a == b && !a.is_broken() && lines[0].find('/') == std::string_view::npos &&
        lines[1].find('/') == std::string_view::npos &&
        lines[i].find_first_of(".!") == std::string_view::npos && !a.text().contains('.') &&
        !a.text().contains('!') && !a.text().contains("[") && !b.text().contains("["))
      require(a.match(lines[i]) == b.match(lines[i]));
  }
  return 0;
}
