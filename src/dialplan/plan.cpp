#include "dialplan/plan.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace polyfon::dialplan {

const Step* Extension::find(int priority) const {
  auto at = std::ranges::lower_bound(steps, priority, {}, &Step::priority);
  return at != steps.end() && at->priority == priority ? &*at : nullptr;
}

const Step* Extension::find_label(std::string_view label) const {
  if (label.empty()) return nullptr;
  auto at = std::ranges::find(steps, label, &Step::label);
  return at != steps.end() ? &*at : nullptr;
}

bool Extension::admits(std::string_view caller_id_number) const {
  if (!caller_id) return true;
  if (caller_id_number.empty()) return caller_id->text().empty();
  return caller_id->match(caller_id_number) == Pattern::Match::kExact;
}

// One search: what is wanted, and the contexts it has been in (an include may lead back).
struct Plan::Query {
  std::string_view exten;
  MatchMode mode;
  std::string_view caller_id_number;
  base::WallTime now;
  int priority;
  std::string_view label;  // instead of the priority when not empty
  bool hint = false;       // instead of both

  std::array<std::string_view, kMaxSearchedContexts> visited{};
  std::size_t visits = 0;

  bool enter(std::string_view context) {
    auto end = visited.begin() + static_cast<std::ptrdiff_t>(visits);
    // Asterisk compares without case here, though contexts that differ in case are different ones.
    if (visits == visited.size() ||
        std::any_of(visited.begin(), end, [&](auto name) { return base::iequals(name, context); }))
      return false;
    visited[visits++] = context;
    return true;
  }
  bool matches(const Pattern& pattern) const {
    switch (mode) {
      case MatchMode::kMatch: return pattern.match(exten) == Pattern::Match::kExact;
      case MatchMode::kCanMatch: return pattern.match(exten) != Pattern::Match::kNo;
      case MatchMode::kMatchMore: return pattern.matches_more(exten);
    }
    return false;
  }
  // Whether it is wanted; the step is null for a hint.
  bool take(const Extension& extension, const Step*& step) const {
    if (hint) return !extension.hint.empty();
    step = label.empty() ? extension.find(priority) : extension.find_label(label);
    return step != nullptr;
  }
};

// Literals are sorted as they are compared with what is dialled, so those that match it (and, for longer
// numbers, those that begin with it) stand together.
Plan::Found Plan::search(const Context& context, Query& query) const {
  if (!query.enter(context.name)) return {};
  const auto& all = context.extensions;
  const auto patterns = all.begin() + static_cast<std::ptrdiff_t>(context.literals);
  auto first = std::partition_point(all.begin(), patterns, [&](const Extension& extension) {
    return extension.pattern.compare_literal(query.exten) < 0;
  });
  for (auto at = first; at != all.end(); ++at) {
    if (at < patterns && at->pattern.match(query.exten) == Pattern::Match::kNo) {
      at = patterns - 1;  // no further literal begins with it
      continue;
    }
    const bool early = query.mode == MatchMode::kMatchMore && at->pattern.matches_early(query.exten);
    if ((!early && !query.matches(at->pattern)) || !at->admits(query.caller_id_number)) continue;
    if (early) return {};  // '!': no more digits, whatever else is here
    const Step* step = nullptr;
    if (query.take(*at, step)) return {&context, &*at, step};
  }
  for (const Include& include : context.includes) {
    const Context* next = this->context(include.context);
    if (!next || !(include.when.always() || include.when.matches(query.now))) continue;
    if (Found found = search(*next, query); found.extension) return found;
  }
  return {};
}

Plan::Found Plan::find(std::string_view context, std::string_view exten, int priority,
                       std::string_view caller_id_number, base::WallTime now) const {
  const Context* start = this->context(context);
  if (!start) return {};
  Query query{exten, MatchMode::kMatch, caller_id_number, now, priority, {}};
  return search(*start, query);
}

Plan::Found Plan::find_label(std::string_view context, std::string_view exten, std::string_view label,
                             std::string_view caller_id_number, base::WallTime now) const {
  const Context* start = this->context(context);
  if (!start || label.empty()) return {};
  Query query{exten, MatchMode::kMatch, caller_id_number, now, 0, label};
  return search(*start, query);
}

bool Plan::matches(std::string_view context, std::string_view exten, MatchMode mode,
                   std::string_view caller_id_number, base::WallTime now) const {
  const Context* start = this->context(context);
  if (!start) return false;
  Query query{exten, mode, caller_id_number, now, 1, {}};
  return static_cast<bool>(search(*start, query));
}

const Extension* Plan::find_hint(std::string_view context, std::string_view exten, base::WallTime now) const {
  const Context* start = this->context(context);
  if (!start) return nullptr;
  Query query{exten, MatchMode::kMatch, {}, now, 0, {}, true};
  return search(*start, query).extension;
}

const Context* Plan::context(std::string_view name) const {
  auto at = by_name_.find(name);
  return at == by_name_.end() ? nullptr : at->second;
}

}  // namespace polyfon::dialplan
