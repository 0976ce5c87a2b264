#include "dialplan/check.h"

#include <fmt/format.h>

#include "base/text.h"
#include "dialplan/application.h"
#include "dialplan/extension_line.h"
#include "dialplan/location.h"

namespace polyfon::dialplan {
namespace {

class Checker {
 public:
  Checker(const Plan& plan, config::Diagnostics& diagnostics, base::WallTime now)
      : plan_(plan), diagnostics_(diagnostics), now_(now) {}

  void run() {
    for (const auto& context : plan_.contexts())
      for (const Extension& extension : context->extensions)
        for (const Step& step : extension.steps) {
          check_application(step);
          check_separators(step);
          if (base::iequals(step.application, "Goto"))
            check_target(*context, extension, step, step.arguments);
          if (base::iequals(step.application, "GotoIf") || base::iequals(step.application, "GotoIfTime"))
            check_branches(*context, extension, step);
        }
  }

 private:
  void check_application(const Step& step) {
    if (find_application(step.application)) return;
    if (is_planned_application(step.application))
      diagnostics_.warning(
          step.where, fmt::format("{} is not done by polyfon yet: calls go on without it", step.application));
    else
      diagnostics_.warning(step.where, fmt::format("there is no application '{}': calls end here",
                                                   base::printable(step.application)));
  }

  void check_separators(const Step& step) {
    if (find_application(step.application) && has_old_separators(step.application, step.arguments))
      diagnostics_.warning(
          step.where, fmt::format("{}({}): '|' has not separated arguments since Asterisk 1.6; write ',', or "
                                  "compat=1.4 in [general]",
                                  step.application, base::printable(step.arguments)));
  }

  // cond?there:elsewhere, either may be left out.
  void check_branches(const Context& context, const Extension& extension, const Step& step) {
    const std::string_view text = step.arguments;
    if (text.find('$') != std::string_view::npos) return;  // which '?' and ':' are meant is known at run time
    const auto question = text.find('?');
    if (question == std::string_view::npos) return;
    for (std::string_view branch : base::split(text.substr(question + 1), ':'))
      if (!base::trim(branch).empty()) check_target(context, extension, step, branch);
  }

  void check_target(const Context& context, const Extension& extension, const Step& step,
                    std::string_view target) {
    if (target.find('$') != std::string_view::npos) return;
    const auto said = [&](std::string_view text) {
      diagnostics_.warning(
          step.where, fmt::format("{}({}): {}", step.application, base::printable(step.arguments), text));
    };
    // Within its own pattern the extension is what will have been dialled.
    if (target.find(',') == std::string_view::npos && extension.pattern.is_pattern())
      return check_label(extension, target, said);
    auto to =
        resolve_location(plan_, {context.name, extension.pattern.text(), step.priority}, target, {}, now_);
    if (!to) {
      if (!is_caller_specific(extension)) said(to.error().text);
    } else if (!plan_.context(to->context)) {
      said(fmt::format("there is no context '{}'", to->context));
    } else if (!plan_.matches(to->context, to->extension, MatchMode::kMatch, {}, now_) &&
               !is_caller_specific(extension) && !for_certain_callers(*plan_.context(to->context))) {
      said(fmt::format("context '{}' has no extension '{}'", to->context, to->extension));
    }
  }

  template <class Said>
  void check_label(const Extension& extension, std::string_view target, const Said& said) {
    target = base::trim(target);
    const bool numeric =
        !target.empty() && (base::is_digit(target[0]) || target[0] == '+' || target[0] == '-');
    if (!numeric && !extension.find_label(target))
      said(fmt::format("there is no label '{}' in '{}'", target, extension.pattern.text()));
  }

  // What only some callers reach cannot be judged without a caller.
  static bool is_caller_specific(const Extension& extension) { return extension.caller_id.has_value(); }
  static bool for_certain_callers(const Context& context) {
    for (const Extension& extension : context.extensions)
      if (extension.caller_id) return true;
    return false;
  }

  const Plan& plan_;
  config::Diagnostics& diagnostics_;
  base::WallTime now_;
};

}  // namespace

void check_plan(const Plan& plan, config::Diagnostics& diagnostics, base::WallTime now) {
  Checker(plan, diagnostics, now).run();
}

}  // namespace polyfon::dialplan
