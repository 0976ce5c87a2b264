#include "config/polyfon_conf.h"

#include <algorithm>

#include <fmt/format.h>

#include "config/key.h"
#include "config/loaders.h"
#include "config/nearest.h"

namespace polyfon::config {

namespace {

using Settings = PolyfonSettings;

// Empty: none. Else absolute: where a relative one begins would depend on who starts polyfon.
template <auto M>
void set_absolute_path(Settings& settings, const Variable& variable, Diagnostics& diagnostics) {
  std::filesystem::path path = variable.value;
  if (path.empty() || path.is_absolute())
    settings.*M = std::move(path);
  else
    diagnostics.error(variable.where, fmt::format("{}: '{}' is not an absolute path", variable.name,
                                                  base::printable(variable.value, 120)));
}

void apply_log_level(Settings& settings, const Variable& variable, Diagnostics& diagnostics) {
  for (std::string_view level : {"debug", "verbose", "notice", "warning", "error"})
    if (base::iequals(level, variable.value)) {
      settings.log_level = level;
      return;
    }
  diagnostics.error(variable.where,
                    fmt::format("level: '{}' is unknown; expected debug, verbose, notice, warning or error",
                                base::printable(variable.value, 60)));
}

// A comma list in order of preference (RFC 8760 2.3).
void apply_digest(Settings& settings, const Variable& variable, Diagnostics& diagnostics) {
  std::vector<std::string> algorithms;
  for (auto word : base::split(variable.value, ',')) {
    word = base::trim(word);
    std::string name = base::upper(word);
    if (name == "MD5" || name == "SHA-256")
      algorithms.push_back(std::move(name));
    else
      diagnostics.error(variable.where, fmt::format("digest: '{}' is unknown; expected MD5, SHA-256 or both",
                                                    base::printable(word, 60)));
  }
  if (!algorithms.empty()) settings.digest_algorithms = std::move(algorithms);
}

void apply_forking(Settings& settings, const Variable& variable, Diagnostics& diagnostics) {
  if (base::iequals(variable.value, "all"))
    settings.forking = Forking::kAll;
  else if (base::iequals(variable.value, "by_q"))
    settings.forking = Forking::kByQ;
  else
    diagnostics.error(variable.where, fmt::format("fork: '{}' is unknown; expected all or by_q",
                                                  base::printable(variable.value, 60)));
}

// "secretary: 1001, 1002"
void apply_third_party(Settings& settings, const Variable& variable, Diagnostics& diagnostics) {
  std::string_view text = variable.value;
  if (text.empty()) return;
  auto colon = text.find(':');
  auto who = base::trim(text.substr(0, colon));
  std::vector<std::string> accounts;
  if (colon != std::string_view::npos)
    for (auto account : base::split(text.substr(colon + 1), ','))
      if (account = base::trim(account); !account.empty()) accounts.emplace_back(account);
  if (who.empty() || accounts.empty())
    return diagnostics.error(variable.where, fmt::format("third_party: '{}' is not 'account: account, ...'",
                                                         base::printable(text, 60)));
  auto& all = settings.third_party[std::string(who)];
  all.insert(all.end(), accounts.begin(), accounts.end());
}

// "tcp 0.0.0.0:8080"
void apply_listen(Settings& settings, const Variable& variable, Diagnostics& diagnostics) {
  const auto refuse = [&] {
    diagnostics.error(variable.where,
                      fmt::format("listen: '{}' is not udp, tcp or tls and an address with a port, like "
                                  "'tcp 0.0.0.0:8080'",
                                  base::printable(variable.value, 80)));
  };
  const std::string_view text = base::trim(variable.value);
  if (text.empty()) return;
  const std::size_t blank = text.find(' ');
  if (blank == std::string_view::npos) return refuse();
  const std::string_view name = text.substr(0, blank);
  auto address = base::SocketAddress::parse_with_port(base::trim(text.substr(blank)), 0);
  if (!address || address->port() == 0 || address->is_multicast()) return refuse();
  if (base::iequals(name, "udp"))
    settings.listen.push_back({Transport::kUdp, *address, variable.where});
  else if (base::iequals(name, "tcp"))
    settings.listen.push_back({Transport::kTcp, *address, variable.where});
  else if (base::iequals(name, "tls"))
    settings.listen.push_back({Transport::kTls, *address, variable.where});
  else
    refuse();
}

constexpr Key<Settings> kGeneral[] = {
    {"workers", "number", "2", "1-64", "threads for what blocks: SQL, files, reading the configuration.",
     set_number<&Settings::workers, 1, 64>},
    {"drain_time", "seconds", "30", "0-86400",
     "how long a graceful stop (SIGTERM, core stop gracefully) waits for calls to end.",
     set_number<&Settings::drain_time, 0, 86'400>},
    {"sounds_directory", "path", "/usr/share/asterisk/sounds", "absolute",
     "where prompts are looked for, below a folder for each language.",
     set_absolute_path<&Settings::sounds_directory>},
};
constexpr Key<Settings> kMedia[] = {
    {"threads", "number", "1", "1-64", "threads that carry audio; at best the number of cores less one.",
     set_number<&Settings::media_threads, 1, 64>},
};
constexpr Key<Settings> kRegistrar[] = {
    {"max_contacts", "number", "5", "1-100", "how many phones may be registered for one account at a time.",
     set_number<&Settings::max_contacts, 1, 100>},
    {"fork", "word", "by_q", "all, by_q",
     "who has several phones is called on all of them at once, or on those with the highest q first.",
     apply_forking},
    {"fork_time", "seconds", "20", "1-3600",
     "how long phones ring before those with a lower q have their turn.",
     set_number<&Settings::fork_time, 1, 3600>},
    {"remove_unreachable", "yes or no", "no", "",
     "a phone that does not answer qualify='s OPTIONS is forgotten until it registers again.",
     set_boolean<&Settings::remove_unreachable>},
    {"path_without_support", "yes or no", "no", "",
     "a proxy's Path is taken although the phone does not support it; else 420 (RFC 3327 5.3).",
     set_boolean<&Settings::path_without_support>},
    {"third_party", "account: accounts", "", "repeatable",
     "the account may register phones for those others, with its own password.", apply_third_party},
};
constexpr Key<Settings> kSip[] = {
    {"digest", "words", "MD5", "MD5, SHA-256",
     "algorithms of our challenges, the preferred first; many phones stumble over any but MD5.",
     apply_digest},
    {"listen", "transport address:port", "", "repeatable",
     "one more address to listen on, beside those of sip.conf: udp 0.0.0.0:8080, tls [::]:5061.",
     apply_listen},
    {"max_connections", "number", "10000", "1-1000000", "TCP and TLS connections at a time.",
     set_number<&Settings::max_connections, 1, 1'000'000>},
    {"max_connections_per_host", "number", "1000", "1-1000000",
     "those of one IPv4 address or IPv6 /64 network.",
     set_number<&Settings::max_connections_per_host, 1, 1'000'000>},
    {"connection_idle", "seconds", "7200", "60-604800",
     "a connection that has brought nothing for so long is closed; longer than registrations last.",
     set_number<&Settings::connection_idle, 60, 604'800>},
};
constexpr Key<Settings> kLog[] = {
    {"file", "path", "", "absolute", "the log goes into this file too.",
     set_absolute_path<&Settings::log_file>},
    {"level", "word", "notice", "debug, verbose, notice, warning, error",
     "the least weight of a line that is written.", apply_log_level},
};

constexpr SectionTable<Settings> kTables[] = {
    {"general", kGeneral}, {"media", kMedia}, {"registrar", kRegistrar}, {"sip", kSip}, {"log", kLog}};

std::string with_suggestion(std::string text, std::optional<std::string> suggestion) {
  return suggestion ? fmt::format("{}; did you mean {}?", text, *suggestion) : text;
}

// The nearest key of the section; else the same key in another section.
std::optional<std::string> suggest_key(const SectionTable<Settings>& table, std::string_view written) {
  std::vector<std::string_view> names;
  for (const auto& key : table.keys) names.push_back(key.name);
  if (auto found = nearest(written, names)) return fmt::format("'{}'", *found);
  for (const auto& other : kTables)
    if (const auto* key = find_key(other.keys, written))
      return fmt::format("'{}' in [{}]", key->name, other.name);
  return std::nullopt;
}

std::optional<std::string> suggest_section(std::string_view written) {
  std::vector<std::string_view> names;
  for (const auto& table : kTables) names.push_back(table.name);
  auto found = nearest(written, names);
  return found ? std::optional(fmt::format("[{}]", *found)) : std::nullopt;
}

}  // namespace

std::vector<PolyfonKey> polyfon_keys() {
  std::vector<PolyfonKey> keys;
  for (const auto& table : kTables)
    for (const auto& key : table.keys)
      keys.push_back({table.name, key.name, key.type, key.default_value, key.range, key.help});
  return keys;
}

void load_polyfon(const File& file, PolyfonSettings& settings, Diagnostics& diagnostics) {
  for (const Section& section : file.sections()) {
    if (section.is_template) continue;
    auto table = std::ranges::find_if(
        kTables, [&](std::string_view name) { return base::iequals(name, section.name); },
        &SectionTable<Settings>::name);
    if (table == std::end(kTables)) {
      diagnostics.error(section.where, with_suggestion(fmt::format("unknown section [{}]",
                                                                   base::printable(section.name, 60)),
                                                       suggest_section(section.name)));
      continue;
    }
    for (const Variable& variable : section.variables) {
      if (const auto* key = find_key(table->keys, variable.name))
        key->apply(settings, variable, diagnostics);
      else
        diagnostics.error(variable.where,
                          with_suggestion(fmt::format("unknown key '{}' in [{}]",
                                                      base::printable(variable.name, 60), table->name),
                                          suggest_key(*table, variable.name)));
    }
  }
}

}  // namespace polyfon::config
