// Writer: feeds SQL and Master.csv from the journal, idempotently: the journal's sequence is the key in SQL,
// and SQL keeps how far which file has been written. Master.csv may be moved away at any time (logrotate):
// the next row begins a new one, and what a crash left unconfirmed in the old one is cut off as long as it
// lies in the same folder, uncompressed. Every function blocks. thread: one worker at a time.
#pragma once
#include <filesystem>
#include <vector>

#include "base/result.h"
#include "config/snapshot.h"
#include "service/cdr/call_record.h"
#include "store/database.h"
#include "store/journal.h"

namespace polyfon::cdr {

class Writer {
 public:
  Writer(store::Journal& journal, store::Database& database, std::filesystem::path csv_file,
         config::CdrSettings settings);
  // Writes what was unacknowledged at the call, each batch when the journal is synced that far; safe to call
  // at any time, also after a crash in between.
  base::Result<std::size_t> flush();

 private:
  struct Row {
    std::uint64_t sequence;
    CallRecord record;
  };
  base::Result<std::vector<Row>> decode(const std::vector<store::Journal::Record>& records) const;
  base::Result<> write_sql(const std::vector<Row>& rows);
  base::Result<> write_csv(const std::vector<Row>& rows);
  struct CsvState {
    long long sequence = -1;  // of the last row in the file
    long long bytes = -1;     // the file's length with it; -1: never written
    long long inode = 0;      // which file that was; 0: not known
  };
  base::Result<CsvState> csv_state();
  base::Result<> set_csv_state(CsvState state);
  bool cut_moved_file(const CsvState& state) const;  // false: it is not there

  store::Journal& journal_;
  store::Database& database_;
  std::filesystem::path csv_file_;
  config::CdrSettings settings_;
};

}  // namespace polyfon::cdr
