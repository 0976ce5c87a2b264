// Call history: one row per attempt, made from call events. A finished row is written to the journal at once (before the
// message that ends the call leaves), then by a worker to SQLite and to Master.csv in Asterisk's columns (asterisk 3.3,
// cdr.conf), idempotently by sequence. thread: on_call_event() control; the rest where it says.
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/metrics.h"
#include "base/result.h"
#include "call/events.h"
#include "config/snapshot.h"
#include "store/database.h"
#include "store/journal.h"

namespace polyfon::cdr {

struct CallRecord {  // Asterisk's columns; times in microseconds since 1970, 0: never
  std::string account_code, source, destination, destination_context, caller_id, channel, destination_channel,
      last_application, last_data;
  std::int64_t start = 0, answer = 0, end = 0;
  std::string disposition;   // ANSWERED, NO ANSWER, BUSY, FAILED, CONGESTION
  std::string ama_flags = "DOCUMENTATION";
  std::string unique_id, user_field, peer_account, linked_id;
  std::int64_t sequence = 0;

  std::string encode() const;                       // for the journal
  static base::Result<CallRecord> decode(std::string_view payload);
  std::string csv(const config::CdrSettings& settings) const;  // one line of Master.csv, with its newline
};

// Control's part: turns events into rows and journals them.
class Recorder final : public call::EventReader {
 public:
  using Written = std::function<void()>;  // a record was journalled: wake the writer
  Recorder(store::Journal& journal, Written written);
  ~Recorder() override;
  void on_call_event(const call::CallEvent& event) override;
  std::uint64_t lost() const;             // rows that neither disk nor reserve took

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// The worker's part: feeds SQL and Master.csv from the journal. Every function blocks. thread: one worker at a time.
class Writer {
 public:
  Writer(store::Journal& journal, store::Database& database, std::filesystem::path csv_file, config::CdrSettings settings);
  // Syncs the journal, then writes what is unacknowledged; safe to call at any time, also after a crash in between.
  base::Result<std::size_t> flush();

 private:
  store::Journal& journal_;
  store::Database& database_;
  std::filesystem::path csv_file_;
  config::CdrSettings settings_;
};

}  // namespace polyfon::cdr
