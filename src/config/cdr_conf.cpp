// cdr.conf: the call history, and its file Master.csv.
#include <algorithm>

#include <fmt/format.h>

#include "config/key.h"
#include "config/loaders.h"

namespace polyfon::config {

namespace {

constexpr Key<CdrSettings> kGeneralKeys[] = {
    {"enable", "yes|no", "yes", "", "a history is written", set_boolean<&CdrSettings::enabled>},
    {"unanswered", "yes|no", "yes", "", "attempts that nobody answered are in it (Asterisk: no)",
     set_boolean<&CdrSettings::unanswered>},
};
constexpr NotYet kGeneralNotYet[] = {
    {"congestion", "yes"},
    {"endbeforehexten", "no"},
    {"initiatedseconds", "no"},
    {"batch", "no"},
    {"size"},
    {"time"},
    {"scheduleronly", "no"},
    {"safeshutdown", "yes"},
    {"channeldefaultenabled", "yes"},
    {"ignorestatechanges", "no"},
    {"ignoredialchanges", "no"},
};
constexpr Key<CdrSettings> kCsvKeys[] = {
    {"usegmtime", "yes|no", "no", "", "times are UTC", set_boolean<&CdrSettings::csv_use_gmt>},
    {"loguniqueid", "yes|no", "yes", "", "the column uniqueid", set_boolean<&CdrSettings::csv_log_unique_id>},
    {"loguserfield", "yes|no", "yes", "", "the column userfield",
     set_boolean<&CdrSettings::csv_log_user_field>},
    {"newcdrcolumns", "yes|no", "no", "", "peeraccount, linkedid, sequence",
     set_boolean<&CdrSettings::csv_new_columns>},
};
constexpr NotYet kCsvNotYet[] = {{"accountlogs", "no"}};

constexpr SectionTable<CdrSettings> kTables[] = {{"general", kGeneralKeys, kGeneralNotYet},
                                                 {"csv", kCsvKeys, kCsvNotYet}};
constexpr std::string_view kOtherBackEnds[] = {"custom", "manager", "odbc",   "pgsql",  "radius",
                                               "tds",    "sqlite3", "syslog", "sqlite", "mysql"};

}  // namespace

CdrSettings load_cdr(const File& file, Diagnostics& diagnostics) {
  CdrSettings settings;
  for (const Section& section : file.sections()) {
    if (section.is_template) continue;
    auto same_name = [&](std::string_view name) { return base::iequals(section.name, name); };
    auto table = std::ranges::find_if(kTables, same_name, &SectionTable<CdrSettings>::name);
    if (table != std::end(kTables)) {
      read_section(section, *table, settings, diagnostics);
    } else if (std::ranges::any_of(kOtherBackEnds, same_name)) {
      diagnostics.warning(section.where,
                          fmt::format("'{}' is not done by polyfon yet; ignored", section.name));
    } else {
      diagnostics.warning(section.where,
                          fmt::format("unknown section [{}]", base::printable(section.name, 60)));
    }
  }
  return settings;
}

}  // namespace polyfon::config
