// Plan: extensions.conf compiled: contexts of extensions in Asterisk's order, each with its priorities; the search that
// finds a priority step by step (asterisk 1.2, 1.3). Immutable; replaced as a whole on reload, running channels look
// their next step up in the new one. thread: any.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "config/diagnostic.h"
#include "config/file.h"
#include "dialplan/pattern.h"

namespace polyfon::dialplan {

struct Step {
  int priority = 1;
  std::string label;
  std::string application;
  std::string arguments;
  config::Location where;
};

struct Extension {
  Pattern pattern;             // of the dialled digits, as written
  std::optional<Pattern> caller_id;  // EXT/CID; an empty one matches only calls without caller id
  std::vector<Step> steps;     // by priority
  std::string hint;            // priority `hint`
  config::Location where;

  const Step* find(int priority) const;
  const Step* find_label(std::string_view label) const;
};

struct Include {
  std::string context;
  std::string time;            // as written; empty: always
  config::Location where;
};

struct Switch {                // switch => Name/data; searched when the seam of the language fills it
  std::string name, data;
  config::Location where;
};

struct Context {
  std::string name;
  std::vector<Extension> extensions;  // sorted: the first that matches wins
  std::vector<Include> includes;
  std::vector<Switch> switches;
  std::vector<std::string> ignore_patterns;
  config::Location where;
};

struct PlanSettings {          // [general]
  bool autofallthrough = true;
  bool clear_global_variables = false;
  bool write_protect = false, is_static = true;
};

enum class MatchMode { kMatch, kCanMatch, kMatchMore };

class Plan {
 public:
  // Compiles. Unknown directives and the mistakes of asterisk 1.11 become diagnostics.
  static std::shared_ptr<const Plan> load(const config::File& file, config::Diagnostics& diagnostics);

  struct Found {
    const Context* context = nullptr;      // where it was found (an include perhaps)
    const Extension* extension = nullptr;
    const Step* step = nullptr;
  };
  // The step with that priority that `exten` reaches from `context` for that caller; searches per priority
  // (pbx_find_extension): an entry without the wanted priority is passed over.
  Found find(std::string_view context, std::string_view exten, int priority, std::string_view caller_id_number) const;
  Found find_label(std::string_view context, std::string_view exten, std::string_view label,
                   std::string_view caller_id_number) const;
  // Whether some extension with priority 1 matches, could match with more digits, or either.
  bool matches(std::string_view context, std::string_view exten, MatchMode mode, std::string_view caller_id_number) const;

  const Context* context(std::string_view name) const;
  const std::vector<std::unique_ptr<Context>>& contexts() const { return contexts_; }  // in file order
  const PlanSettings& settings() const { return settings_; }
  const std::vector<std::pair<std::string, std::string>>& globals() const { return globals_; }

 private:
  friend class PlanLoader;
  std::vector<std::unique_ptr<Context>> contexts_;
  std::unordered_map<std::string_view, const Context*> by_name_;
  PlanSettings settings_;
  std::vector<std::pair<std::string, std::string>> globals_;
};

}  // namespace polyfon::dialplan
