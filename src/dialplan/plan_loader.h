// PlanLoader: extensions.conf into a Plan (pbx_config.c; asterisk 1.2). What Asterisk passes over, it passes
// over too, but never without a word: each such line is a warning with its file and line. thread: any; one
// use.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "config/diagnostic.h"
#include "config/file.h"
#include "dialplan/expansion.h"
#include "dialplan/extension_line.h"
#include "dialplan/plan.h"

namespace polyfon::dialplan {

class PlanLoader final : private Reporter {
 public:
  PlanLoader(config::Diagnostics& diagnostics, const base::Clock* clock);
  std::shared_ptr<const Plan> load(const config::File& file);

 private:
  // What `same`, `n` and `s` refer to: per section, not per extension.
  struct Continuation {
    std::string extension;  // with its /CID, as substituted; empty: none yet
    int priority = kNone;
    bool hint_dropped = false;  // `n` after `hint` has been warned about
    static constexpr int kNone = -2;
    static constexpr int kHint = -1;
  };

  void warn(std::string text) override;
  void load_general(const config::Section& section);
  void load_globals(const config::Section& section);
  void load_context(const config::Section& section);
  void load_extension(Context& context, std::string_view rest);
  void load_same(Context& context, const config::Variable& line);
  void load_include(Context& context, std::string_view value);
  void load_switch(Context& context, std::string_view value, bool evaluate);
  void load_compat(std::string_view value, bool& old);

  // The priority that is meant, `+N` included; kHint for a hint; nullopt: the line is dropped, and it was
  // said why.
  std::optional<int> resolve_priority(const PriorityPart& part, const Extension* extension);
  void load_line(Context& context, std::string_view rest);
  void add_step(Context& context, Extension& extension, int priority, std::string_view label,
                ApplicationCall call);
  Context& context_named(const std::string& name, const config::Location& where);
  Extension* find_extension(const Context& context, const std::string& key);
  Extension& extension_named(Context& context, const std::string& key, std::string_view exten,
                             const std::optional<std::string>& caller_id);
  ExpansionContext context();
  std::string expanded(std::string_view text);
  void sort(Context& context);
  void check_includes();

  config::Diagnostics& diagnostics_;
  const base::Clock* clock_;
  std::shared_ptr<Plan> plan_ = std::make_shared<Plan>();
  Globals globals_;
  std::vector<std::string> global_names_;  // in the order of the file
  Continuation last_;
  config::Location where_;    // of the line in hand
  bool old_ = false;          // [general] compat=1.4
  bool context_old_ = false;  // that, or compat => 1.4 of the context in hand
  std::size_t steps_ = 0;
  std::unordered_map<std::string_view, Context*> own_;  // contexts by name
  // Where an extension stands in its context's vector, by context and key.
  std::unordered_map<const Context*, std::unordered_map<std::string, std::size_t>> known_;
};

}  // namespace polyfon::dialplan
