#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "console/commands.h"

namespace polyfon::console {

void add_metric_commands(CommandTable& table, const base::MetricsRegistry& metrics) {
  table.add({"core show metrics [<prefix>]", "Show counters and gauges",
             "Lists what is counted, drops and refusals by reason among it; with a word, those whose name "
             "contains it.",
             [&](const CommandContext& context) {
               std::string wanted = context.words.size() > 3 ? base::lower(context.words[3]) : std::string();
               std::string text;
               for (const auto& sample : metrics.read()) {
                 std::string name = sample.labels.empty()
                                        ? sample.name
                                        : fmt::format("{}{{{}}}", sample.name, sample.labels);
                 if (name.find(wanted) == std::string::npos) continue;
                 text += fmt::format("{:<60} {:>12}  {}\n", name, sample.value, sample.help);
               }
               return text;
             }});
}

}  // namespace polyfon::console
