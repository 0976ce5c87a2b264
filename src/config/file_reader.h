// FileReader: reads lines into the sections of a File: how Asterisk's config.c reads (reference:
// asterisk 1.1), but going on after what is fatal there, so that every mistake is told at once. One object a
// File; not kept. The parts: file_reader.cpp lines and variables, file_section.cpp [headers],
// file_include.cpp #directives. thread: any.
#pragma once
#include <filesystem>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/text.h"
#include "config/comment_stripper.h"
#include "config/file.h"

namespace polyfon::config {

class FileReader {
 public:
  FileReader(File& file, std::filesystem::path directory, Diagnostics& diagnostics, bool exec_allowed);

  bool read_main(std::string_view name);  // false: there is no such file
  void read_text(std::string_view text, std::string name);

 private:
  // Where variables go. kNoSection: none was opened yet; kLostSection: its header was wrong or missing, and
  // the variables below it are left out, so that one mistake is one message.
  static constexpr std::size_t kNoSection = static_cast<std::size_t>(-1);
  static constexpr std::size_t kLostSection = static_cast<std::size_t>(-2);

  struct Source {  // the file being read; an include has one of its own
    std::string name;
    unsigned line = 0;
    std::size_t section = kNoSection;
    CommentStripper comments;
    bool told_encoding = false;
  };
  struct Include {
    std::string_view pattern;
    bool optional = false;  // #tryinclude
  };

  void take_raw_line(Source& source, std::string_view line);
  void take_line(Source& source, std::string_view line);
  void take_variable(Source& source, std::string_view line);
  bool append_to_last(Section& section, std::string_view name, std::string_view text);
  void add_variable(Source& source, std::string_view name, std::string_view value, bool object);
  bool reserve(const Location& where, std::size_t variables, std::size_t bytes);

  void take_header(Source& source, std::string_view line);
  void take_options(Source& source, Section fresh, std::string_view options);
  void append_section(const Source& source, std::string_view filter, Section& fresh, std::size_t& target);
  void inherit(const Source& source, std::string_view base, Section& fresh, std::size_t target);
  std::size_t find_to_append(const Source& source, std::string_view name, std::string_view filter);
  std::size_t open_section(Section section);
  void copy_variables(const Source& source, const std::vector<Variable>& from, std::vector<Variable>& to);

  void take_directive(Source& source, std::string_view line);
  void include(const Source& source, Include wanted);
  void execute(const Source& source, std::string_view command);
  bool may_go_deeper(const Source& source);
  std::vector<std::filesystem::path> expand(std::string_view pattern) const;
  enum class Outcome { kRead, kMissing, kNotAFile, kFailed };
  Outcome read_path(const std::filesystem::path& path, const Location& where);

  Location here(const Source& source) const { return {source.name, source.line}; }
  std::string shown(const std::filesystem::path& path) const;

  using Index = std::unordered_map<std::string, std::vector<std::size_t>, base::CaseInsensitiveHash,
                                   base::CaseInsensitiveEqual>;
  File& file_;
  std::filesystem::path directory_;
  Diagnostics& diagnostics_;
  bool exec_allowed_;
  Index sections_by_name_;
  std::size_t latest_section_ = kNoSection;  // an included file begins in it
  int level_ = 0;
  std::size_t variables_ = 0, bytes_ = 0;
  bool full_ = false;              // a limit was reached and told: the rest is not read
  bool includes_stopped_ = false;  // the nesting limit was reached and told
};

}  // namespace polyfon::config
