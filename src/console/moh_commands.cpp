#include <fmt/format.h>

#include "console/commands.h"

namespace polyfon::console {

void add_moh_commands(CommandTable& table, const call::Exchange& exchange) {
  table.add({"moh show classes", "List MusicOnHold classes", "Lists the classes of musiconhold.conf.",
             [&](const CommandContext&) {
               std::string text;
               for (const auto& [name, music] : exchange.snapshot().music)
                 text += fmt::format("Class: {}\n\tMode: {}\n\tDirectory: {}\n", name, music.mode,
                                     music.directory.string());
               return text;
             }});
  table.add({"moh show files", "List MusicOnHold file-based classes", "Lists the files of each class.",
             [&](const CommandContext&) {
               std::string text;
               for (const auto& [name, music] : exchange.snapshot().music) {
                 text += fmt::format("Class: {}\n", name);
                 for (const auto& file : music.files) text += fmt::format("\tFile: {}\n", file.string());
               }
               return text;
             }});
}

}  // namespace polyfon::console
