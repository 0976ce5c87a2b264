#include "config/file_reader.h"

#include <algorithm>
#include <ranges>
#include <utility>

#include <fmt/format.h>

#include "config/strip.h"

namespace polyfon::config {

FileReader::FileReader(File& file, std::filesystem::path directory, Diagnostics& diagnostics,
                       bool exec_allowed)
    : file_(file), directory_(std::move(directory)), diagnostics_(diagnostics), exec_allowed_(exec_allowed) {}

bool FileReader::read_main(std::string_view name) {
  Location whole{std::string(name), 0};
  switch (read_path(directory_ / name, whole)) {
    case Outcome::kMissing: return false;
    case Outcome::kNotAFile: diagnostics_.error(whole, "is not a regular file"); return true;
    case Outcome::kRead:
    case Outcome::kFailed: return true;
  }
  return true;
}

void FileReader::read_text(std::string_view text, std::string name) {
  Source source{.name = std::move(name), .section = latest_section_};
  ++level_;
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);  // UTF-8's byte order mark
  while (!text.empty() && !full_) {
    std::size_t end = text.find('\n');
    ++source.line;
    take_raw_line(source, text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  if (source.comments.inside_block())
    diagnostics_.warning({source.name, source.comments.block_began()},
                         "the block comment that begins here is never closed; expected --;");
  --level_;
}

void FileReader::take_raw_line(Source& source, std::string_view line) {
  if (line.size() > kMaxLine) {
    diagnostics_.warning(here(source), fmt::format("the line is longer than {} bytes; skipped", kMaxLine));
    return;
  }
  if (!source.told_encoding && !base::is_utf8(line)) {
    source.told_encoding = true;
    diagnostics_.warning(here(source), "not UTF-8 from here on; the bytes are kept as they are");
  }
  if (std::size_t nul = line.find('\0'); nul != std::string_view::npos) {
    diagnostics_.warning(here(source), "a NUL byte; the rest of the line is ignored");
    line = line.substr(0, nul);
  }
  line = source.comments.strip(line, source.line);
  if (source.comments.too_deep())
    diagnostics_.error(here(source),
                       fmt::format("block comments are nested deeper than {}", kMaxNestedComments));
  line = strip(line);
  if (!line.empty()) take_line(source, line);
}

void FileReader::take_line(Source& source, std::string_view line) {
  if (line.front() == '[') return take_header(source, line);
  if (line.front() == '#') return take_directive(source, line);
  if (source.section == kLostSection) return;
  if (source.section == kNoSection) {
    diagnostics_.error(here(source), "a value before the first [section]");
    source.section = kLostSection;
    return;
  }
  take_variable(source, line);
}

// NAME = VALUE, NAME => VALUE, NAME += TEXT; a backslash in front makes the first character of NAME an
// ordinary one.
void FileReader::take_variable(Source& source, std::string_view line) {
  bool escaped = line.front() == '\\';
  if (escaped) line.remove_prefix(1);
  if (escaped && (line.empty() || is_strippable(line.front()))) {
    diagnostics_.error(here(source),
                       "nothing after the leading backslash; expected the character it protects");
    return;
  }
  std::size_t equals = line.find('=', escaped ? 1 : 0);
  if (equals == std::string_view::npos) {
    diagnostics_.warning(here(source), fmt::format("no '=' in '{}'; ignored", base::printable(line, 60)));
    return;
  }
  std::string_view value = line.substr(equals + 1);
  bool appends = equals > (escaped ? 1u : 0u) && line[equals - 1] == '+';
  std::string_view name = strip(line.substr(0, appends ? equals - 1 : equals));
  if (appends && append_to_last(file_.sections_[source.section], name, value)) return;

  bool object = !appends && value.starts_with('>');
  if (object) value.remove_prefix(1);
  if (name.empty()) {
    diagnostics_.warning(here(source), "no name before '='; ignored");
    return;
  }
  add_variable(source, name, strip(value), object);
}

// The text goes behind the last value of that very name with the blank that may stand after "+=".
bool FileReader::append_to_last(Section& section, std::string_view name, std::string_view text) {
  for (Variable& variable : std::views::reverse(section.variables)) {
    if (variable.name != name) continue;
    if (reserve(variable.where, 0, text.size())) {
      variable.value += text;
      variable.value = std::string(strip(variable.value));
    }
    return true;
  }
  return false;
}

void FileReader::add_variable(Source& source, std::string_view name, std::string_view value, bool object) {
  if (!reserve(here(source), 1, name.size() + value.size())) return;
  file_.sections_[source.section].variables.push_back(
      {std::string(name), std::string(value), object, here(source)});
}

bool FileReader::reserve(const Location& where, std::size_t variables, std::size_t bytes) {
  if (full_) return false;
  variables_ += variables;
  bytes_ += bytes;
  if (variables_ <= kMaxVariables && bytes_ <= kMaxVariableBytes) return true;
  full_ = true;
  diagnostics_.error(where, fmt::format("more than {} values or {} bytes of them; the rest is not read",
                                        kMaxVariables, kMaxVariableBytes));
  return false;
}

// As it is shown: relative to the configuration directory when it is below it.
std::string FileReader::shown(const std::filesystem::path& path) const {
  std::string text = path.lexically_normal().string();
  std::string root = (directory_ / "").lexically_normal().string();
  if (!directory_.empty() && text.starts_with(root)) text.erase(0, root.size());
  return text;
}

}  // namespace polyfon::config
