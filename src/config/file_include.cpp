// #include, #tryinclude, #exec (reference: asterisk 1.1).
#include <algorithm>
#include <fstream>
#include <utility>

#include <fmt/format.h>
#include <glob.h>

#include "config/command_output.h"
#include "config/file_reader.h"
#include "config/strip.h"

namespace polyfon::config {

namespace {

inline constexpr std::chrono::seconds kExecPatience{30};

// "name", <name> or name.
std::string_view unquote(std::string_view text) {
  bool quoted = text.size() >= 2 &&
                ((text.front() == '"' && text.back() == '"') || (text.front() == '<' && text.back() == '>'));
  return quoted ? text.substr(1, text.size() - 2) : text;
}

std::string glob_escaped(std::string_view text) {
  std::string escaped;
  for (char c : text) {
    if (std::string_view("*?[]{}~\\,").contains(c)) escaped += '\\';
    escaped += c;
  }
  return escaped;
}

}  // namespace

void FileReader::take_directive(Source& source, std::string_view line) {
  line.remove_prefix(1);
  auto blank = std::ranges::find_if(line, is_strippable);
  std::string_view word(line.begin(), blank);
  std::string_view argument = unquote(strip(line.substr(word.size())));
  bool includes = base::iequals(word, "include"), tries = base::iequals(word, "tryinclude");
  bool executes = base::iequals(word, "exec");
  if (!includes && !tries && !executes) {
    diagnostics_.warning(here(source),
                         fmt::format("unknown directive '#{}'; ignored", base::printable(word, 60)));
  } else if (executes && !exec_allowed_) {
    diagnostics_.warning(here(source), "#exec needs execincludes=yes in [options] of asterisk.conf; ignored");
  } else if (argument.empty()) {
    diagnostics_.warning(here(source), fmt::format("#{} without {}; ignored", base::printable(word, 60),
                                                   executes ? "a command" : "a file name"));
  } else if (executes) {
    execute(source, argument);
  } else {
    include(source, {argument, tries});
  }
}

void FileReader::include(const Source& source, Include wanted) {
  if (directory_.empty()) {
    if (!wanted.optional) diagnostics_.error(here(source), "#include has no directory to look in");
    return;
  }
  if (!may_go_deeper(source)) return;
  bool any = false;
  for (const std::filesystem::path& path : expand(wanted.pattern)) {
    switch (read_path(path, here(source))) {
      case Outcome::kRead:
      case Outcome::kFailed: any = true; break;
      case Outcome::kNotAFile:
        diagnostics_.warning(here(source), fmt::format("{} is not a regular file; ignored", shown(path)));
        break;
      case Outcome::kMissing: break;
    }
  }
  if (any || wanted.optional) return;
  diagnostics_.error(here(source), fmt::format("#include: there is no file '{}' in {}",
                                               base::printable(wanted.pattern), directory_.string()));
}

// What the command prints, both streams, is read as if it stood in a file, as Asterisk does.
void FileReader::execute(const Source& source, std::string_view command) {
  if (!may_go_deeper(source)) return;
  file_.uses_exec_ = true;
  auto output = run_command(std::string(command), kMaxFileBytes, kExecPatience);
  if (!output) {
    diagnostics_.error(here(source), output.error().text);
    return;
  }
  if (output->status != 0)
    diagnostics_.warning(here(source),
                         fmt::format("#exec {}: ended with {}", base::printable(command), output->status));
  read_text(output->text, fmt::format("#exec {}", base::printable(command)));
}

bool FileReader::may_go_deeper(const Source& source) {
  if (includes_stopped_) return false;
  if (level_ < kMaxIncludeLevel) return true;
  includes_stopped_ = true;
  diagnostics_.error(
      here(source),
      fmt::format("includes are nested deeper than {}: does this file include itself? No further "
                  "include is read",
                  kMaxIncludeLevel));
  return false;
}

std::vector<std::filesystem::path> FileReader::expand(std::string_view pattern) const {
  std::filesystem::path plain(pattern);
  if (!std::ranges::any_of(pattern, [](char c) { return std::string_view("*?[{").contains(c); }))
    return {plain.is_absolute() ? plain : directory_ / plain};

  std::string full(pattern);
  if (!plain.is_absolute()) full = fmt::format("{}/{}", glob_escaped(directory_.string()), pattern);
  glob_t found{};
  std::vector<std::filesystem::path> paths;
  if (glob(full.c_str(), GLOB_BRACE, nullptr, &found) == 0)
    paths.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  globfree(&found);
  std::ranges::sort(paths);
  return paths;
}

FileReader::Outcome FileReader::read_path(const std::filesystem::path& path, const Location& where) {
  std::error_code failure;
  auto status = std::filesystem::status(path, failure);
  if (status.type() == std::filesystem::file_type::not_found) return Outcome::kMissing;
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) return Outcome::kNotAFile;
  if (file_.files_.size() == kMaxFiles) {
    diagnostics_.error(where, fmt::format("more than {} included files", kMaxFiles));
    full_ = includes_stopped_ = true;
    return Outcome::kFailed;
  }
  auto size = std::filesystem::file_size(path, failure);
  if (!failure && size > kMaxFileBytes) {
    diagnostics_.error(where, fmt::format("{} is larger than {} bytes", shown(path), kMaxFileBytes));
    return Outcome::kFailed;
  }
  std::ifstream stream(path, std::ios::binary);
  std::string text;
  if (!failure && stream && size > 0) {
    text.resize(size);
    stream.read(text.data(), static_cast<std::streamsize>(size));
    text.resize(static_cast<std::size_t>(stream.gcount()));
  }
  if (failure || !stream.is_open() || stream.bad()) {
    diagnostics_.error(where, fmt::format("{} cannot be read", shown(path)));
    return Outcome::kFailed;
  }
  file_.files_.push_back(path);
  read_text(text, shown(path));
  return Outcome::kRead;
}

}  // namespace polyfon::config
