// Diagnostic: what is to be said about a configuration: FILE:LINE: error|warning: TEXT. Reading goes on after
// an error, so that all of them are told at once; a configuration with an error is not applied. thread: any.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace polyfon::config {

inline constexpr std::size_t kMaxDiagnostics = 100'000;  // later ones are counted, and not kept

struct Location {
  std::string file;   // as it is to be shown: relative to the configuration directory when below it
  unsigned line = 0;  // 1-based; 0: the file as a whole
};

struct Diagnostic {
  enum class Severity { kWarning, kError };
  Severity severity;
  Location where;
  std::string text;
  std::string to_string() const;  // "sip.conf:12: error: ..."
};

class Diagnostics {
 public:
  void error(Location where, std::string text);
  void warning(Location where, std::string text);
  // By file and line, those of one line in the order they were added. What a template's line says is said
  // once, however many sections inherit it.
  void sort();
  bool has_errors() const { return errors_ > 0; }
  const std::vector<Diagnostic>& all() const { return all_; }
  std::size_t dropped() const { return dropped_; }  // beyond kMaxDiagnostics

 private:
  void add(Diagnostic::Severity severity, Location where, std::string text);

  std::vector<Diagnostic> all_;
  std::size_t errors_ = 0;
  std::size_t dropped_ = 0;
};

}  // namespace polyfon::config
