#include "config/snapshot.h"

#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "config/loaders.h"

namespace polyfon::config {

namespace {

class SnapshotLoader {
 public:
  SnapshotLoader(std::filesystem::path directory, Diagnostics& diagnostics) : diagnostics_(diagnostics) {
    snapshot_->directory = std::move(directory);
  }
  std::shared_ptr<const Snapshot> load();

 private:
  std::optional<File> read(std::string_view name);
  void load_asterisk_conf();
  void load_sip_conf();
  void load_extensions();

  Diagnostics& diagnostics_;
  std::shared_ptr<Snapshot> snapshot_ = std::make_shared<Snapshot>();
  AsteriskOptions asterisk_;
};

std::shared_ptr<const Snapshot> SnapshotLoader::load() {
  std::error_code failure;
  if (!std::filesystem::is_directory(snapshot_->directory, failure)) {
    diagnostics_.error({snapshot_->directory.string(), 0}, "there is no such directory");
    return snapshot_;
  }
  load_asterisk_conf();
  if (auto file = read("polyfon.conf")) load_polyfon(*file, snapshot_->polyfon, diagnostics_);
  load_sip_conf();
  load_extensions();
  if (auto file = read("rtp.conf")) snapshot_->rtp = load_rtp(*file, diagnostics_);
  if (auto file = read("cdr.conf")) snapshot_->cdr = load_cdr(*file, diagnostics_);
  if (auto file = read("musiconhold.conf"))
    snapshot_->music = load_music(*file, asterisk_.data_directory, diagnostics_);
  else
    snapshot_->music = stock_music(asterisk_.data_directory);
  warn_unread_files(snapshot_->directory, snapshot_->files, diagnostics_);
  return snapshot_;
}

std::optional<File> SnapshotLoader::read(std::string_view name) {
  auto file = File::read(snapshot_->directory, name, diagnostics_, asterisk_.exec_includes);
  if (!file) return std::nullopt;
  snapshot_->files.insert(snapshot_->files.end(), file->files().begin(), file->files().end());
  snapshot_->uses_exec |= file->uses_exec();
  return file;
}

// The data directory of the machine that the files come from may not exist here: then the stock one stays.
void SnapshotLoader::load_asterisk_conf() {
  auto file = read("asterisk.conf");
  if (!file) return;
  asterisk_ = load_asterisk(*file, diagnostics_);
  const Location& where = asterisk_.data_directory_where;
  if (where.line == 0) return;
  std::error_code failure;
  if (std::filesystem::is_directory(asterisk_.data_directory, failure)) {
    snapshot_->polyfon.sounds_directory = asterisk_.data_directory / "sounds";
    return;
  }
  const AsteriskOptions stock;
  diagnostics_.warning(where, fmt::format("astdatadir: there is no directory '{}'; taken as {}",
                                          asterisk_.data_directory.string(), stock.data_directory.string()));
  asterisk_.data_directory = stock.data_directory;
}

void SnapshotLoader::load_sip_conf() {
  auto file = read("sip.conf");
  if (!file)
    diagnostics_.warning({"sip.conf", 0}, fmt::format("no sip.conf in {}: no phone can register",
                                                      snapshot_->directory.string()));
  const File none;  // a name, so that a file of many accounts is not copied
  SipConfiguration sip = load_sip(file ? *file : none, snapshot_->polyfon, diagnostics_);
  snapshot_->sip = std::move(sip.settings);
  snapshot_->endpoints.reserve(sip.endpoints.size());
  snapshot_->endpoint_by_name.reserve(sip.endpoints.size());
  for (Endpoint& endpoint : sip.endpoints) {
    auto shared = std::make_shared<const Endpoint>(std::move(endpoint));
    snapshot_->endpoint_by_name.emplace(shared->name, shared);
    snapshot_->endpoints.push_back(std::move(shared));
  }
}

void SnapshotLoader::load_extensions() {
  snapshot_->extensions = read("extensions.conf");
  if (!snapshot_->extensions)
    diagnostics_.warning(
        {"extensions.conf", 0},
        fmt::format("no extensions.conf in {}: no number can be dialled", snapshot_->directory.string()));
}

}  // namespace

const Endpoint* Snapshot::find_endpoint(std::string_view name) const {
  auto found = endpoint_by_name.find(name);
  return found == endpoint_by_name.end() ? nullptr : found->second.get();
}

std::shared_ptr<const Snapshot> load_snapshot(const std::filesystem::path& directory,
                                              Diagnostics& diagnostics) {
  auto snapshot = SnapshotLoader(directory, diagnostics).load();
  diagnostics.sort();
  return snapshot;
}

}  // namespace polyfon::config
