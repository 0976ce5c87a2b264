// Plan: extensions.conf compiled: contexts of extensions in Asterisk's order, each with its priorities; the
// search that finds a priority step by step (asterisk 1.2, 1.3). Immutable; replaced as a whole on reload,
// running channels look their next step up in the new one. thread: any.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/time.h"
#include "config/diagnostic.h"
#include "config/file.h"
#include "dialplan/pattern.h"
#include "dialplan/time_spec.h"

namespace polyfon::dialplan {

inline constexpr std::size_t kMaxContextName = 80;
inline constexpr std::size_t kMaxApplicationName = 32;
inline constexpr std::size_t kMaxArguments = 8192;
inline constexpr int kMaxPriority = 1'000'000;
inline constexpr std::size_t kMaxSteps = 2'000'000;       // of a whole plan
inline constexpr std::size_t kMaxSearchedContexts = 128;  // by one search, includes of includes counted

struct Step {
  int priority = 1;
  std::string label;
  std::string application;
  std::string arguments;
  config::Location where;
};

struct Extension {
  Pattern pattern;                   // of the dialled digits, as written
  std::optional<Pattern> caller_id;  // EXT/CID; an empty one matches only calls without caller id
  std::vector<Step> steps;           // by priority
  std::string hint;                  // priority `hint`
  config::Location hint_where;
  config::Location where;

  const Step* find(int priority) const;
  const Step* find_label(std::string_view label) const;
  bool admits(std::string_view caller_id_number) const;
};

struct Include {
  std::string context;
  std::string time;  // as written; empty: always
  TimeSpec when;
  config::Location where;
};

struct Switch {  // switch => Name/data; searched when the seam of the language fills it
  std::string name, data;
  bool evaluate = false;  // eswitch: substituted at each lookup
  config::Location where;
};

struct Context {
  std::string name;
  std::vector<Extension> extensions;  // sorted: the first that matches wins; literals before patterns
  std::size_t literals = 0;           // how many of them are literals
  std::vector<Include> includes;
  std::vector<Switch> switches;
  std::vector<std::string> ignore_patterns;
  bool auto_hints = false;
  config::Location where;
};

struct PlanSettings {  // [general]
  bool autofallthrough = true;
  bool clear_global_variables = false;
  bool write_protect = false, is_static = true;
};

enum class MatchMode { kMatch, kCanMatch, kMatchMore };

class Plan {
 public:
  // Compiles. Unknown directives and the mistakes of asterisk 1.11 become diagnostics. The clock is for
  // ${EPOCH} and the like in [globals].
  static std::shared_ptr<const Plan> load(const config::File& file, config::Diagnostics& diagnostics,
                                          const base::Clock* clock = nullptr);

  struct Found {
    const Context* context = nullptr;  // where it was found (an include perhaps)
    const Extension* extension = nullptr;
    const Step* step = nullptr;
    explicit operator bool() const { return step != nullptr; }
  };
  // The step with that priority that `exten` reaches from `context` for that caller at that time (includes
  // may have hours); searches per priority (pbx_find_extension): an entry without the wanted priority is
  // passed over.
  Found find(std::string_view context, std::string_view exten, int priority,
             std::string_view caller_id_number, base::WallTime now) const;
  Found find_label(std::string_view context, std::string_view exten, std::string_view label,
                   std::string_view caller_id_number, base::WallTime now) const;
  // Whether some extension with priority 1 matches, could match with more digits, or either.
  bool matches(std::string_view context, std::string_view exten, MatchMode mode,
               std::string_view caller_id_number, base::WallTime now) const;
  // The extension that has a hint for `exten`; null: none.
  const Extension* find_hint(std::string_view context, std::string_view exten, base::WallTime now) const;

  const Context* context(std::string_view name) const;
  const std::vector<std::unique_ptr<Context>>& contexts() const { return contexts_; }  // in file order
  const PlanSettings& settings() const { return settings_; }
  const std::vector<std::pair<std::string, std::string>>& globals() const { return globals_; }

 private:
  friend class PlanLoader;
  struct Query;
  Found search(const Context& context, Query& query) const;
  std::vector<std::unique_ptr<Context>> contexts_;
  std::unordered_map<std::string_view, const Context*> by_name_;
  PlanSettings settings_;
  std::vector<std::pair<std::string, std::string>> globals_;
};

}  // namespace polyfon::dialplan
