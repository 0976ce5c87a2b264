// The loaders of load_snapshot(): one file of the configuration each, from what File has read to typed
// values. They touch no file but the music directories. thread: any.
#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "config/snapshot.h"

namespace polyfon::config {

struct SipConfiguration {
  SipSettings settings;
  std::vector<Endpoint> endpoints;  // in file order
};
SipConfiguration load_sip(const File& file, const PolyfonSettings& polyfon, Diagnostics& diagnostics);

RtpSettings load_rtp(const File& file, Diagnostics& diagnostics);
CdrSettings load_cdr(const File& file, Diagnostics& diagnostics);

// asterisk.conf: what of it matters here.
struct AsteriskOptions {
  bool exec_includes = false;
  std::filesystem::path data_directory = "/usr/share/asterisk";
  Location data_directory_where;  // line 0: not written
};
AsteriskOptions load_asterisk(const File& file, Diagnostics& diagnostics);

// Directories that are not absolute are below `data_directory`.
std::map<std::string, MusicClass> load_music(const File& file, const std::filesystem::path& data_directory,
                                             Diagnostics& diagnostics);
// Without musiconhold.conf: the class `default` of the stock music, where that is installed.
std::map<std::string, MusicClass> stock_music(const std::filesystem::path& data_directory);

// `settings` holds the defaults and takes the values.
void load_polyfon(const File& file, PolyfonSettings& settings, Diagnostics& diagnostics);

// One warning for each file of Asterisk in the directory that nothing here reads; `read`: the files that
// were.
void warn_unread_files(const std::filesystem::path& directory, const std::vector<std::filesystem::path>& read,
                       Diagnostics& diagnostics);

}  // namespace polyfon::config
