#include "service/cdr/writer.h"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <soci/soci.h>
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
  if (auto synced = journal_.sync(); !synced) return std::unexpected(synced.error());
  std::size_t total = 0;
  for (;;) {
    auto records = journal_.unacknowledged(kBatch);
    if (!records) return std::unexpected(records.error());
    if (records->empty()) return total;
    auto rows = decode(*records);
    if (!rows) return std::unexpected(rows.error());
    if (auto written = write_sql(*rows); !written) return std::unexpected(written.error());
    if (auto written = write_csv(*rows); !written) return std::unexpected(written.error());
    journal_.acknowledge(records->back().sequence);
    total += rows->size();
  }
}

// A record that cannot be read is kept beside the journal's rows and does not hold the others up.
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
    store::FileDescriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640));
    if (!file || ::write(file.get(), record.payload.data(), record.payload.size()) < 0)
      return base::fail(base::ErrorCode::kIo,
                        fmt::format("cannot write {}: {}", path.string(), std::strerror(errno)));
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

// SQL remembers the last row in the file and the file's length with it: what a crash left after that length
// is cut off and written again.
base::Result<> Writer::write_csv(const std::vector<Row>& rows) {
  long long node = kNode, sequence = 0, bytes = 0;
  auto read = database_.transaction([&](soci::session& session) {
    session << "SELECT sequence, bytes FROM csv_state WHERE node = :node", soci::use(node),
        soci::into(sequence), soci::into(bytes);
    if (!session.got_data()) sequence = bytes = -1;
  });
  if (!read) return read;
  auto failed = [&] {
    return base::fail(base::ErrorCode::kIo,
                      fmt::format("cannot write {}: {}", csv_file_.string(), std::strerror(errno)));
  };
  store::FileDescriptor file(::open(csv_file_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0640));
  if (!file) return failed();
  off_t end = ::lseek(file.get(), 0, SEEK_END);
  if (bytes >= 0 && end > bytes) {
    if (::ftruncate(file.get(), bytes) != 0) return failed();
    end = bytes;
  }
  std::string lines;
  for (const auto& row : rows)
    if (static_cast<long long>(row.sequence) > sequence) lines += row.record.csv(settings_);
  if (lines.empty()) return {};
  if (::pwrite(file.get(), lines.data(), lines.size(), end) != static_cast<ssize_t>(lines.size()))
    return failed();
  sequence = static_cast<long long>(rows.back().sequence);
  bytes = end + static_cast<long long>(lines.size());
  return database_.transaction([&](soci::session& session) {
    session << "INSERT OR REPLACE INTO csv_state (node, sequence, bytes) VALUES (:node, :sequence, :bytes)",
        soci::use(node), soci::use(sequence), soci::use(bytes);
  });
}

}  // namespace polyfon::cdr
