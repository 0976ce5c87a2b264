#include "base/text.h"
#include "console/commands.h"
#include "dialplan/show.h"

namespace polyfon::console {

void add_dialplan_commands(CommandTable& table, const dialplan::Interpreter& interpreter) {
  table.add({"dialplan show [<exten@context>]", "Show dialplan",
             "Shows the dialplan, one context of it, or one extension of a context (`exten@context`, "
             "`exten@`), with the file and "
             "line of each step.",
             [&](const CommandContext& context) {
               return dialplan::show_plan(*interpreter.plan(),
                                          context.words.size() > 2 ? context.words[2] : std::string());
             },
             [&](const CommandContext&, std::string_view prefix) {
               std::vector<std::string> names;
               for (const auto& context : interpreter.plan()->contexts())
                 if (base::istarts_with(context->name, prefix)) names.push_back(context->name);
               return names;
             }});
}

}  // namespace polyfon::console
