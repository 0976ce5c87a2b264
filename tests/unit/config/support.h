// What the tests of config share: text in, what was read and what was said out; and a directory that goes
// away.
#pragma once
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include "config/file.h"
#include "config/snapshot.h"

namespace polyfon::config {

struct Parsed {
  File file;
  Diagnostics diagnostics;
};
inline Parsed parse(std::string_view text) {
  Parsed parsed;
  parsed.file = File::parse(text, "test.conf", parsed.diagnostics);
  return parsed;
}

inline std::vector<std::string> told(const Diagnostics& diagnostics) {
  std::vector<std::string> lines;
  for (const Diagnostic& diagnostic : diagnostics.all()) lines.push_back(diagnostic.to_string());
  return lines;
}

// The section's variables as "name=value".
inline std::vector<std::string> values(const Section& section) {
  std::vector<std::string> lines;
  for (const Variable& variable : section.variables) lines.push_back(variable.name + "=" + variable.value);
  return lines;
}
inline std::vector<std::string> values(const File& file, std::string_view section) {
  const Section* found = file.find(section);
  return found ? values(*found) : std::vector<std::string>{"(no such section)"};
}

class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string pattern = std::filesystem::temp_directory_path() / "polyfon-config-XXXXXX";
    path_ = mkdtemp(pattern.data());
  }
  ~TemporaryDirectory() { std::filesystem::remove_all(path_); }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  const std::filesystem::path& path() const { return path_; }
  void write(const std::filesystem::path& name, std::string_view text) const {
    std::filesystem::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name, std::ios::binary) << text;
  }

 private:
  std::filesystem::path path_;
};

}  // namespace polyfon::config
