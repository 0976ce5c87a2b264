#include "dialplan/plan_loader.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "base/text.h"
#include "dialplan/variables.h"

namespace polyfon::dialplan {

PlanLoader::PlanLoader(config::Diagnostics& diagnostics, const base::Clock* clock)
    : diagnostics_(diagnostics), clock_(clock) {}

void PlanLoader::warn(std::string text) { diagnostics_.warning(where_, std::move(text)); }

std::shared_ptr<const Plan> PlanLoader::load(const config::File& file) {
  for (const config::Section& section : file.sections()) {
    if (section.is_template) continue;
    if (base::iequals(section.name, "general")) load_general(section);
    if (base::iequals(section.name, "globals")) load_globals(section);
  }
  for (const config::Section& section : file.sections())
    if (!section.is_template && !base::iequals(section.name, "general") &&
        !base::iequals(section.name, "globals"))
      load_context(section);
  for (const auto& context : plan_->contexts_) sort(*context);
  for (const std::string& name : global_names_) plan_->globals_.emplace_back(name, globals_.at(name));
  check_includes();
  return plan_;
}

void PlanLoader::load_general(const config::Section& section) {
  const auto flag = [&](const config::Variable& line, bool& out) {
    if (auto value = base::parse_boolean(line.value))
      out = *value;
    else
      warn(fmt::format("{}={}: expected yes or no", line.name, base::printable(line.value)));
  };
  PlanSettings& settings = plan_->settings_;
  for (const config::Variable& line : section.variables) {
    where_ = line.where;
    const std::string name = base::lower(line.name);
    bool ignored = false;
    if (name == "autofallthrough")
      flag(line, settings.autofallthrough);
    else if (name == "clearglobalvars")
      flag(line, settings.clear_global_variables);
    else if (name == "writeprotect")
      flag(line, settings.write_protect);
    else if (name == "static")
      flag(line, settings.is_static);
    else if (name == "extenpatternmatchnew")
      flag(line, ignored);  // the same answers, by another search
    else if (name == "compat")
      load_compat(line.value, old_);
    else if (name == "overrideswitch" || name == "userscontext" || name == "priorityjumping")
      warn(fmt::format("{} is not done by polyfon yet: going on without it", name));
    else
      warn(fmt::format("unknown setting '{}' in [general]", base::printable(line.name)));
  }
}

void PlanLoader::load_globals(const config::Section& section) {
  for (const config::Variable& line : section.variables) {
    where_ = line.where;
    std::string_view name = line.name;
    if (name.starts_with("GLOBAL(") && name.ends_with(')')) name = name.substr(7, name.size() - 8);
    name = plain_name(base::trim(name));
    const bool is_new = !globals_.contains(name);
    if (auto set = set_variable(context(), name, expanded(line.value)); !set)
      warn(set.error().text);
    else if (is_new && globals_.contains(name))
      global_names_.emplace_back(name);
  }
}

ExpansionContext PlanLoader::context() { return {.globals = &globals_, .clock = clock_, .reporter = this}; }

std::string PlanLoader::expanded(std::string_view text) { return expand_now(context(), std::string(text)); }

Context& PlanLoader::context_named(const std::string& name, const config::Location& where) {
  if (auto at = own_.find(name); at != own_.end())
    return *at->second;  // several sections of one name are one
  auto& context = plan_->contexts_.emplace_back(std::make_unique<Context>());
  context->name = name;
  context->where = where;
  own_.emplace(context->name, context.get());
  plan_->by_name_.emplace(context->name, context.get());
  return *context;
}

void PlanLoader::load_context(const config::Section& section) {
  where_ = section.where;
  if (section.name.size() > kMaxContextName) {
    diagnostics_.error(where_, fmt::format("the name of context '{}' is longer than {} characters",
                                           base::printable(section.name), kMaxContextName));
    return;
  }
  Context& context = context_named(section.name, section.where);
  last_ = {};
  context_old_ = old_;
  for (const config::Variable& line : section.variables) {
    where_ = line.where;
    if (base::istarts_with(line.name, "same"))
      load_same(context, line);
    else if (base::iequals(line.name, "exten"))
      load_extension(context, line.value);
    else if (base::iequals(line.name, "include"))
      load_include(context, expanded(line.value));
    else if (base::iequals(line.name, "ignorepat"))
      context.ignore_patterns.push_back(expanded(line.value));
    else if (base::iequals(line.name, "switch"))
      load_switch(context, expanded(line.value), false);
    else if (base::iequals(line.name, "lswitch"))
      load_switch(context, line.value, false);
    else if (base::iequals(line.name, "eswitch"))
      load_switch(context, line.value, true);
    else if (base::iequals(line.name, "compat"))
      load_compat(line.value, context_old_);
    else if (base::iequals(line.name, "autohints"))
      context.auto_hints = base::parse_boolean(line.value).value_or(false);
    else
      warn(fmt::format("unknown directive '{}': ignored", base::printable(line.name)));
  }
}

// How lines below are read: as Asterisk 1.4 did, or as it does since 1.6.
void PlanLoader::load_compat(std::string_view value, bool& old) {
  value = base::trim(value);
  if (value == "1.4" || value == "1.6")
    old = value == "1.4";
  else
    warn(fmt::format("compat={}: expected 1.4 or 1.6", base::printable(value)));
}

void PlanLoader::load_same(Context& context, const config::Variable& line) {
  if (last_.extension.empty()) {
    warn(fmt::format(
        "'{} =>' is the first line of context '{}': there is no extension that it could go on with, and it "
        "is ignored",
        base::printable(line.name), context.name));
    return;
  }
  load_line(context, line.value);
}

void PlanLoader::load_extension(Context& context, std::string_view rest) {
  last_.extension = without_blanks(expanded(take_extension(rest)));
  if (last_.extension.empty()) {
    warn("exten => without an extension: ignored");
    return;
  }
  if (rest.empty() && Pattern(last_.extension).is_broken()) {  // an open set swallows the commas behind it
    warn(fmt::format("the ']' of extension '{}' is missing: the line is ignored",
                     base::printable(last_.extension)));
    return;
  }
  load_line(context, rest);
}

std::optional<int> PlanLoader::resolve_priority(const PriorityPart& part, const Extension* extension) {
  int priority = 0;
  const bool next = part.base == "n" || part.base == "next";
  if (part.base == "hint") return Continuation::kHint;
  if (next || part.base == "s" || part.base == "same") {
    if (last_.priority == Continuation::kNone) {
      warn(fmt::format("the first line of a context cannot have priority '{}': it is ignored", part.base));
      return std::nullopt;
    }
    priority = last_.priority + (next ? 1 : 0);
    if (next && last_.priority == Continuation::kHint) {
      // Asterisk counts a hint as -1, so `n` is 0, and it drops this line and all further `n` without a word.
      if (!last_.hint_dropped)
        warn(
            "'n' behind 'hint' has no priority to go on from: Asterisk drops this line, and every 'n' up to "
            "the next "
            "line with a number, without a word; give the first step priority 1");
      last_.hint_dropped = true;
      return std::nullopt;
    }
  } else {
    auto [end, error] = std::from_chars(part.base.data(), part.base.data() + part.base.size(), priority);
    if (error == std::errc::invalid_argument) {
      const Step* labelled = extension ? extension->find_label(part.base) : nullptr;
      if (!labelled) {
        warn(fmt::format("'{}' is neither a priority nor a label of this extension: the line is ignored",
                         base::printable(part.base)));
        return std::nullopt;
      }
      priority = labelled->priority;
    } else if (error == std::errc{} && end != part.base.data() + part.base.size()) {
      warn(fmt::format("priority '{}' is read as {}", base::printable(part.base), priority));
    } else if (error != std::errc{}) {
      priority = 0;
    }
    if (priority < 1 || priority > kMaxPriority) {
      warn(fmt::format("priority '{}' is not in 1..{}: the line is ignored", base::printable(part.base),
                       kMaxPriority));
      return std::nullopt;
    }
  }
  if (priority == Continuation::kHint) return priority;  // `same` behind `hint`
  const std::int64_t sum = std::int64_t{priority} + part.plus;
  if (sum < 1 || sum > kMaxPriority) {
    warn(fmt::format("priority {} is not in 1..{}: the line is ignored", sum, kMaxPriority));
    return std::nullopt;
  }
  return static_cast<int>(sum);
}

void PlanLoader::load_line(Context& context, std::string_view rest) {
  std::string exten = last_.extension;
  std::optional<std::string> caller_id;
  if (const auto slash = exten.find('/'); slash != std::string::npos) {
    caller_id = shrink_number(std::string_view(exten).substr(slash + 1));
    exten.resize(slash);
  }
  if (exten.size() > Pattern::kMaxLength || (caller_id && caller_id->size() > Pattern::kMaxLength)) {
    diagnostics_.error(where_, fmt::format("extension '{}' is longer than {} characters",
                                           base::printable(exten), Pattern::kMaxLength));
    return;
  }
  std::string key = Pattern(exten).key();
  if (caller_id) key += "\n" + Pattern(*caller_id).key();

  const PriorityPart part = take_priority(rest);
  if (part.broken) {
    warn("the ')' behind the label is missing: the line is ignored");
    return;
  }
  const auto priority = resolve_priority(part, find_extension(context, key));
  if (!priority) return;
  std::vector<std::string> said;
  ApplicationCall call = *priority == Continuation::kHint ? ApplicationCall{std::string(base::trim(rest)), {}}
                         : context_old_                   ? parse_old_application(rest, said)
                                                          : parse_application(rest, said);
  for (auto& text : said) warn(std::move(text));
  last_.priority = *priority;
  if (*priority != Continuation::kHint) last_.hint_dropped = false;
  if (exten == "_." || exten == "_!")
    warn(fmt::format(
        "the use of '{0}' for an extension is strongly discouraged: it matches h, i, t and s too; use "
        "'_X{1}' instead",
        exten, exten[1]));
  if (steps_ >= kMaxSteps) {
    diagnostics_.error(where_, fmt::format("the plan has more than {} steps", kMaxSteps));
    return;
  }
  add_step(context, extension_named(context, key, exten, caller_id), *priority, part.label, std::move(call));
}

void PlanLoader::add_step(Context& context, Extension& extension, int priority, std::string_view label,
                          ApplicationCall call) {
  const std::string& exten = extension.pattern.text();
  if (priority == Continuation::kHint) {
    if (call.name.empty()) return warn(fmt::format("the hint of '{}' names no device: ignored", exten));
    if (!extension.hint.empty())
      return warn(fmt::format("extension '{}' of context '{}' has a hint already: this one is ignored", exten,
                              context.name));
    extension.hint = std::move(call.name);
    extension.hint_where = where_;
    return;
  }
  if (call.name.empty()) warn("a step without an application: the call ends here");
  if (call.arguments.size() > kMaxArguments) {
    diagnostics_.error(
        where_, fmt::format("the arguments of {} are longer than {} characters", call.name, kMaxArguments));
    return;
  }
  if (call.name.size() > kMaxApplicationName && call.name.find('$') == std::string::npos)
    warn(fmt::format("no application has a name as long as '{}'", base::printable(call.name)));
  auto at = std::ranges::lower_bound(extension.steps, priority, {}, &Step::priority);
  if (at != extension.steps.end() && at->priority == priority) {
    warn(fmt::format("priority {} of '{}' in context '{}' is at {}:{} already: this line is ignored",
                     priority, exten, context.name, at->where.file, at->where.line));
    return;
  }
  if (const Step* same = extension.find_label(label)) {
    warn(fmt::format("label '{}' is at priority {} of '{}' already: this one is left out", label,
                     same->priority, exten));
    label = {};
  }
  extension.steps.insert(
      at, Step{priority, std::string(label), std::move(call.name), std::move(call.arguments), where_});
  ++steps_;
}

Extension* PlanLoader::find_extension(const Context& context, const std::string& key) {
  const auto& known = known_[&context];
  auto at = known.find(key);
  return at == known.end() ? nullptr : const_cast<Extension*>(&context.extensions[at->second]);
}

Extension& PlanLoader::extension_named(Context& context, const std::string& key, std::string_view exten,
                                       const std::optional<std::string>& caller_id) {
  auto [at, is_new] = known_[&context].try_emplace(key, context.extensions.size());
  if (!is_new) return context.extensions[at->second];
  Extension& extension = context.extensions.emplace_back();
  extension.pattern = Pattern(exten);
  if (caller_id) extension.caller_id = Pattern(*caller_id);
  extension.where = where_;
  if (extension.pattern.is_broken())
    warn(fmt::format("the ']' of extension '{}' is missing: it matches nothing", base::printable(exten)));
  return extension;
}

void PlanLoader::load_include(Context& context, std::string_view value) {
  Include include;
  const auto end = value.find_first_of(",|");
  include.context = base::trim(value.substr(0, end));
  include.where = where_;
  if (end != std::string_view::npos) {
    std::vector<std::string> said;
    include.time = base::trim(value.substr(end + 1));
    include.when = TimeSpec::parse(include.time, said);
    for (const auto& text : said) warn(fmt::format("include => {}: {}", include.context, text));
  }
  if (std::ranges::any_of(context.includes, [&](const Include& other) {
        return other.context == include.context && other.time == include.time;
      })) {
    warn(fmt::format("context '{}' is included in '{}' already", include.context, context.name));
    return;
  }
  context.includes.push_back(std::move(include));
}

void PlanLoader::load_switch(Context& context, std::string_view value, bool evaluate) {
  const auto slash = value.find('/');
  Switch entry{std::string(base::trim(value.substr(0, slash))),
               slash == std::string_view::npos ? std::string() : std::string(value.substr(slash + 1)),
               evaluate, where_};
  warn(fmt::format("switch => {} is not done by polyfon yet: nothing is searched there",
                   base::printable(entry.name)));
  context.switches.push_back(std::move(entry));
}

void PlanLoader::sort(Context& context) {
  // The same extension: those for certain callers before the one for all.
  std::ranges::sort(context.extensions, [](const Extension& a, const Extension& b) {
    if (auto order = a.pattern <=> b.pattern; order != 0) return order < 0;
    if (a.caller_id.has_value() != b.caller_id.has_value()) return a.caller_id.has_value();
    return a.caller_id && *a.caller_id < *b.caller_id;
  });
  context.literals = static_cast<std::size_t>(
      std::ranges::partition_point(context.extensions,
                                   [](const Extension& e) { return !e.pattern.is_pattern(); }) -
      context.extensions.begin());
}

void PlanLoader::check_includes() {
  for (const auto& context : plan_->contexts_)
    for (const Include& include : context->includes)
      if (!plan_->context(include.context))
        diagnostics_.warning(include.where, fmt::format("context '{}' includes '{}', which does not exist",
                                                        context->name, include.context));
}

std::shared_ptr<const Plan> Plan::load(const config::File& file, config::Diagnostics& diagnostics,
                                       const base::Clock* clock) {
  return PlanLoader(diagnostics, clock).load(file);
}

}  // namespace polyfon::dialplan
