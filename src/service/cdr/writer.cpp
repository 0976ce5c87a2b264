#include "service/cdr/writer.h"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <soci/soci.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "store/segment.h"

namespace polyfon::cdr {

namespace {

constexpr long long kNode = 1;  // this process; other nodes write under other numbers
constexpr std::size_t kBatch = 500;

}  // namespace

Writer::Writer(store::Journal& journal, store::Database& database, std::filesystem::path csv_file,
               config::CdrSettings settings)
    : journal_(journal), database_(database), csv_file_(std::move(csv_file)), settings_(settings) {}

base::Result<std::size_t> Writer::flush() {
  std::size_t total = 0;
  for (;;) {
    auto records = journal_.unacknowledged(kBatch);
    if (!records) return std::unexpected(records.error());
    // SQL must not be ahead of the journal's disk: after power loss the journal would number new records like
    // those. An empty journal is synced too: that is where it looks for room again.
    if (auto synced = journal_.sync(); !synced) return std::unexpected(synced.error());
    if (records->empty()) return total;
    auto rows = decode(*records);
    if (!rows) return std::unexpected(rows.error());
    if (auto written = write_sql(*rows); !written) return std::unexpected(written.error());
    if (auto written = write_csv(*rows); !written) return std::unexpected(written.error());
    journal_.acknowledge(records->back().sequence);
    total += rows->size();
    if (records->size() < kBatch) return total;
  }
}

// A record that cannot be read is kept beside Master.csv and does not hold the others up.
base::Result<std::vector<Writer::Row>> Writer::decode(
    const std::vector<store::Journal::Record>& records) const {
  std::vector<Row> rows;
  for (const auto& record : records) {
    if (record.type != kJournalType) continue;
    if (auto row = CallRecord::decode(record.payload)) {
      rows.push_back({record.sequence, std::move(*row)});
      continue;
    }
    auto path = csv_file_.parent_path() / fmt::format("unreadable-{}.record", record.sequence);
    base::log_error("cdr", "call record {} cannot be read; kept as {}", record.sequence, path.string());
    if (auto kept = store::write_file(path, record.payload); !kept) return std::unexpected(kept.error());
  }
  return rows;
}

base::Result<> Writer::write_sql(const std::vector<Row>& rows) {
  return database_.transaction([&](soci::session& session) {
    long long node = kNode, sequence = 0, record_sequence = 0, start = 0, answer = 0, end = 0;
    CallRecord r;
    soci::statement insert =
        (session.prepare << "INSERT OR IGNORE INTO call_records VALUES (:node, :sequence, :account, :source, "
                            ":destination,"
                            " :context, :callerid, :channel, :dstchannel, :app, :data, :start, :answer, "
                            ":end, :disposition,"
                            " :ama, :uniqueid, :userfield, :peeraccount, :linkedid, :recordsequence)",
         soci::use(node), soci::use(sequence), soci::use(r.account_code), soci::use(r.source),
         soci::use(r.destination), soci::use(r.destination_context), soci::use(r.caller_id),
         soci::use(r.channel), soci::use(r.destination_channel), soci::use(r.last_application),
         soci::use(r.last_data), soci::use(start), soci::use(answer), soci::use(end),
         soci::use(r.disposition), soci::use(r.ama_flags), soci::use(r.unique_id), soci::use(r.user_field),
         soci::use(r.peer_account), soci::use(r.linked_id), soci::use(record_sequence));
    for (const auto& row : rows) {
      r = row.record;
      sequence = static_cast<long long>(row.sequence);
      start = r.start;
      answer = r.answer;
      end = r.end;
      record_sequence = r.sequence;
      insert.execute(true);
    }
  });
}

base::Result<Writer::CsvState> Writer::csv_state() {
  CsvState state;
  auto read = database_.transaction([&](soci::session& session) {
    session << "SELECT sequence, bytes, inode FROM csv_state WHERE node = :node", soci::use(kNode),
        soci::into(state.sequence), soci::into(state.bytes), soci::into(state.inode);
    if (!session.got_data()) state = {};
  });
  if (!read) return std::unexpected(read.error());
  return state;
}

base::Result<> Writer::set_csv_state(CsvState state) {
  return database_.transaction([&](soci::session& session) {
    session << "INSERT OR REPLACE INTO csv_state (node, sequence, bytes, inode) VALUES (:node, :sequence, "
               ":bytes, :inode)",
        soci::use(kNode), soci::use(state.sequence), soci::use(state.bytes), soci::use(state.inode);
  });
}

// The file of the last rows lies beside under another name. Rows behind the confirmed ones were written just
// before a crash: they go into the new file, and not into both.
bool Writer::cut_moved_file(const CsvState& state) const {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(csv_file_.parent_path(), error)) {
    struct stat status{};
    if (::lstat(entry.path().c_str(), &status) != 0 || !S_ISREG(status.st_mode)) continue;
    if (static_cast<long long>(status.st_ino) != state.inode || entry.path() == csv_file_) continue;
    if (status.st_size > state.bytes && ::truncate(entry.path().c_str(), state.bytes) != 0)
      base::log_warning("cdr", "{} may end with rows that come again in {}: {}", entry.path().string(),
                        csv_file_.string(), std::strerror(errno));
    return true;
  }
  return false;  // it is gone, or this is a copy of it, as after a backup was put back
}

// SQL remembers the last row in the file, the file, and its length with that row: what a crash left after
// that length is cut off and written again. Another file or length (the first one, or after a rotation) is
// remembered before anything is added to it.
base::Result<> Writer::write_csv(const std::vector<Row>& rows) {
  auto state = csv_state();
  if (!state) return std::unexpected(state.error());
  std::string lines;
  for (const auto& row : rows)
    if (static_cast<long long>(row.sequence) > state->sequence) lines += row.record.csv(settings_);
  if (lines.empty()) return {};

  auto failed = [&] {
    return base::fail(base::ErrorCode::kIo,
                      fmt::format("cannot write {}: {}", csv_file_.string(), std::strerror(errno)));
  };
  store::FileDescriptor file(::open(csv_file_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0640));
  off_t end = file ? ::lseek(file.get(), 0, SEEK_END) : -1;
  struct stat status{};
  if (end < 0 || ::fstat(file.get(), &status) != 0) return failed();
  const auto inode = static_cast<long long>(status.st_ino);
  const bool moved =
      state->bytes >= 0 && state->inode != 0 && state->inode != inode && cut_moved_file(*state);
  if (!moved && state->bytes >= 0 && end > state->bytes) {
    if (::ftruncate(file.get(), state->bytes) != 0) return failed();
    end = state->bytes;
  }
  if (end != state->bytes || inode != state->inode) {
    state->bytes = end;
    state->inode = inode;
    if (auto remembered = set_csv_state(*state); !remembered) return remembered;
  }
  if (!store::write_at(file.get(), lines, static_cast<std::size_t>(end)) || ::fdatasync(file.get()) != 0)
    return failed();
  return set_csv_state(
      {static_cast<long long>(rows.back().sequence), end + static_cast<long long>(lines.size()), inode});
}

}  // namespace polyfon::cdr
