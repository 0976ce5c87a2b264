#include "config/file.h"

#include <algorithm>
#include <ranges>

#include "base/text.h"
#include "config/file_reader.h"

namespace polyfon::config {

const Variable* Section::find(std::string_view wanted) const {
  for (const Variable& variable : std::views::reverse(variables))
    if (base::iequals(variable.name, wanted)) return &variable;
  return nullptr;
}

const Section* File::find(std::string_view name) const {
  auto found = std::ranges::find_if(sections_, [&](const Section& s) { return base::iequals(s.name, name); });
  return found == sections_.end() ? nullptr : &*found;
}

std::optional<File> File::read(const std::filesystem::path& directory, std::string_view name,
                               Diagnostics& diagnostics, bool exec_allowed) {
  File file;
  FileReader reader(file, directory, diagnostics, exec_allowed);
  if (!reader.read_main(name)) return std::nullopt;
  return file;
}

File File::parse(std::string_view text, std::string_view name, Diagnostics& diagnostics,
                 const std::filesystem::path& directory) {
  File file;
  FileReader(file, directory, diagnostics, false).read_text(text, std::string(name));
  return file;
}

}  // namespace polyfon::config
