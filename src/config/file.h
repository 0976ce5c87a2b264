// File: one file of Asterisk's configuration language, read with its includes, templates and appends resolved
// (reference: asterisk 1.1). Sections and variables keep their order, their file and their line. thread: any.
#pragma once
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/diagnostic.h"

namespace polyfon::config {

inline constexpr std::size_t kMaxLine = 8192;  // longer lines are skipped with a warning
inline constexpr int kMaxIncludeLevel = 10;
inline constexpr int kMaxNestedComments = 128;
inline constexpr std::size_t kMaxVariables = 2'000'000;
inline constexpr std::size_t kMaxVariableBytes = 256u
                                                 << 20;  // names and values together, inherited copies too
inline constexpr std::size_t kMaxFileBytes = 64u << 20;
inline constexpr std::size_t kMaxFiles = 10'000;  // included ones together

struct Variable {
  std::string name;
  std::string value;
  bool object = false;  // "=>" was written
  Location where;
};

struct Section {
  std::string name;
  bool is_template = false;
  std::vector<Variable> variables;  // inherited ones first, in order
  Location where;

  // The last value of that name (any case); nullptr: absent.
  const Variable* find(std::string_view name) const;
};

class File {
 public:
  // Reads `path`; includes are relative to `directory`. `exec_allowed` is execincludes of asterisk.conf.
  // Problems go to `diagnostics`; a missing main file gives nullopt and no diagnostic.
  static std::optional<File> read(const std::filesystem::path& directory, std::string_view name,
                                  Diagnostics& diagnostics, bool exec_allowed = false);
  // The same from text: tests and fuzzing. Includes fail unless `directory` is given.
  static File parse(std::string_view text, std::string_view name, Diagnostics& diagnostics,
                    const std::filesystem::path& directory = {});

  const std::vector<Section>& sections() const { return sections_; }  // templates included; duplicates kept
  const Section* find(std::string_view name) const;                   // the first of that name, any case
  // Every file that was read, for the "unchanged" test of a reload.
  const std::vector<std::filesystem::path>& files() const { return files_; }
  // #exec was used: what it prints may differ each time, so the file never counts as unchanged.
  bool uses_exec() const { return uses_exec_; }

 private:
  friend class FileReader;
  std::vector<Section> sections_;
  std::vector<std::filesystem::path> files_;
  bool uses_exec_ = false;
};

}  // namespace polyfon::config
