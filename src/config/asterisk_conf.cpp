// asterisk.conf: whether #exec is allowed, and where the data is. The rest is about Asterisk's own process:
// known, and nothing to polyfon.
#include <algorithm>

#include "config/key.h"
#include "config/loaders.h"

namespace polyfon::config {

namespace {

constexpr std::string_view kOptions[] = {"alwaysfork",
                                         "autosystemname",
                                         "cache_media_frames",
                                         "cache_record_files",
                                         "channel_storage_backend",
                                         "console",
                                         "crypto",
                                         "dahdichanname",
                                         "debug",
                                         "defaultlanguage",
                                         "documentation_language",
                                         "dontwarn",
                                         "dumpcore",
                                         "entityid",
                                         "forceblackbackground",
                                         "highpriority",
                                         "hideconnect",
                                         "hide_messaging_ami_events",
                                         "initcrypto",
                                         "internal_timing",
                                         "languageprefix",
                                         "lightbackground",
                                         "live_dangerously",
                                         "lockconfdir",
                                         "lockmode",
                                         "maxcalls",
                                         "maxfiles",
                                         "maxload",
                                         "mindtmfduration",
                                         "minmemfree",
                                         "nocolor",
                                         "nofork",
                                         "phoneprov",
                                         "quiet",
                                         "record_cache_dir",
                                         "refdebug",
                                         "rungroup",
                                         "runuser",
                                         "rtp_pt_dynamic",
                                         "rtp_use_dynamic",
                                         "stdexten",
                                         "sendfullybooted",
                                         "systemname",
                                         "timestamp",
                                         "transcode_via_sln",
                                         "transmit_silence",
                                         "transmit_silence_during_record",
                                         "verbose"};
constexpr std::string_view kDirectories[] = {"astcachedir", "astdbdir",    "astagidir",   "astetcdir",
                                             "astkeydir",   "astlogdir",   "astmoddir",   "astrundir",
                                             "astsbindir",  "astspooldir", "astvarlibdir"};

bool known(std::span<const std::string_view> names, std::string_view name) {
  return std::ranges::any_of(names, [&](std::string_view n) { return base::iequals(n, name); });
}

}  // namespace

AsteriskOptions load_asterisk(const File& file, Diagnostics& diagnostics) {
  AsteriskOptions options;
  for (const Section& section : file.sections()) {
    if (section.is_template) continue;  // the stock file has [directories](!): nothing in it counts
    const bool in_options = base::iequals(section.name, "options");
    const bool in_directories = base::iequals(section.name, "directories");
    if (!in_options && !in_directories) continue;
    for (const Variable& variable : section.variables) {
      if (in_options && base::iequals(variable.name, "execincludes")) {
        options.exec_includes = boolean_of(variable, diagnostics);
      } else if (in_directories && base::iequals(variable.name, "astdatadir")) {
        options.data_directory = variable.value;
        options.data_directory_where = variable.where;
      } else if (!known(in_options ? std::span<const std::string_view>(kOptions) : kDirectories,
                        variable.name)) {
        tell_unknown(variable, diagnostics);
      }
    }
  }
  return options;
}

}  // namespace polyfon::config
