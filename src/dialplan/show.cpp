#include "dialplan/show.h"

#include <algorithm>

#include <fmt/format.h>

namespace polyfon::dialplan {
namespace {

class Printer {
 public:
  Printer(const Plan& plan, std::string_view extension, std::string_view context)
      : plan_(plan), extension_(extension), context_(context) {}

  std::string run() {
    for (const auto& context : plan_.contexts())
      if (context_.empty() || context->name == context_) print(*context, false);
    if (!context_.empty() && !plan_.context(context_))
      return fmt::format("There is no existence of '{}' context\n", context_);
    if (!extension_.empty() && extensions_ == 0)
      return context_.empty()
                 ? fmt::format("There is no existence of '{}' extension in all contexts\n", extension_)
                 : fmt::format("There is no existence of {}@{} extension\n", extension_, context_);
    const auto noun = [](int n, std::string_view one, std::string_view many) { return n == 1 ? one : many; };
    out_ += fmt::format("-= {} {} ({} {}) in {} {}. =-\n", extensions_,
                        noun(extensions_, "extension", "extensions"), priorities_,
                        noun(priorities_, "priority", "priorities"), contexts_,
                        noun(contexts_, "context", "contexts"));
    return std::move(out_);
  }

 private:
  bool wanted(const Extension& extension) const {
    return extension_.empty() || extension.pattern.text() == extension_ ||
           extension.pattern.match(extension_) == Pattern::Match::kExact;
  }

  void head(const Context& context, bool included) {
    out_ += fmt::format("[ {} '{}' created by 'pbx_config' ]\n", included ? "Included context" : "Context",
                        context.name);
    ++contexts_;
  }

  void line(std::string_view left, std::string_view what, const config::Location& where) {
    out_ += fmt::format("  {:<17} {:<45} [{}:{}]\n", left, what, where.file, where.line);
    ++priorities_;
  }

  void print(const Extension& extension) {
    std::string left =
        extension.caller_id
            ? fmt::format("'{}' (CID match '{}') => ", extension.pattern.text(), extension.caller_id->text())
            : fmt::format("'{}' =>", extension.pattern.text());
    ++extensions_;
    bool first = true;
    if (!extension.hint.empty()) {
      line(left, "hint: " + extension.hint, extension.hint_where);
      first = false;
    }
    for (const Step& step : extension.steps) {
      if (!first) left = step.label.empty() ? std::string() : fmt::format("   [{}]", step.label);
      line(left, fmt::format("{}. {}({})", step.priority, step.application, step.arguments), step.where);
      first = false;
    }
  }

  void print(const Context& context, bool included) {
    if (std::ranges::find(seen_, &context) != seen_.end()) return;
    seen_.push_back(&context);
    bool headed = extension_.empty();
    if (headed) head(context, included);
    for (const Extension& extension : context.extensions) {
      if (!wanted(extension)) continue;
      if (!headed) head(context, included);
      headed = true;
      print(extension);
    }
    for (const Include& include : context.includes) {
      if (extension_.empty())
        print_include(include);
      else if (const Context* target = context_.empty() ? nullptr : plan_.context(include.context))
        print(*target, true);
    }
    for (const std::string& pattern : context.ignore_patterns)
      if (extension_.empty() || extension_.starts_with(pattern))
        out_ += fmt::format("  Ignore pattern => {:<45} [pbx_config]\n", fmt::format("'{}'", pattern));
    if (extension_.empty())
      for (const Switch& entry : context.switches)
        out_ += fmt::format("  Alt. Switch =>    {:<45} [pbx_config]\n",
                            fmt::format("'{}/{}'", entry.name, entry.data));
    if (headed) out_ += '\n';
  }

  void print_include(const Include& include) {
    const std::string name = include.time.empty() ? fmt::format("'{}'", include.context)
                                                  : fmt::format("'{},{}'", include.context, include.time);
    out_ += fmt::format("  Include =>        {:<45} [pbx_config]\n", name);
  }

  const Plan& plan_;
  std::string_view extension_, context_;
  std::string out_;
  std::vector<const Context*> seen_;
  int extensions_ = 0, priorities_ = 0, contexts_ = 0;
};

}  // namespace

std::string show_plan(const Plan& plan, std::string_view argument) {
  const auto at = argument.find('@');
  if (at == std::string_view::npos) return Printer(plan, {}, argument).run();
  return Printer(plan, argument.substr(0, at), argument.substr(at + 1)).run();
}

}  // namespace polyfon::dialplan
