// History: the call history's parts wired together: journal and recorder on control, database and writer on a
// worker strand. Within kGroup of a record the journal is synced (one sync a group), within kFeed the rows
// are in SQL and Master.csv: those need several syncs however few rows there are. thread: control.
#pragma once
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>

#include "base/result.h"
#include "base/timer_wheel.h"
#include "config/snapshot.h"
#include "net/loop.h"
#include "net/worker_pool.h"
#include "service/cdr/recorder.h"
#include "service/cdr/writer.h"
#include "store/database.h"
#include "store/journal.h"

namespace polyfon {

class History {
 public:
  static constexpr base::Duration kGroup = std::chrono::milliseconds(50);
  static constexpr base::Duration kFeed = std::chrono::milliseconds(500);
  // How often a full disk, or a database that refuses, is tried again.
  static constexpr base::Duration kRetry = std::chrono::seconds(1);

  // Rows that a crash left in the journal are written first.
  static base::Result<std::unique_ptr<History>> open(const std::filesystem::path& data,
                                                     const config::CdrSettings& settings,
                                                     net::WorkerPool& workers, net::Loop& control);
  ~History();  // writes what is left

  cdr::Recorder* recorder() { return recorder_.get(); }  // null: cdr.conf has enable=no
  const store::Journal& journal() const { return *journal_; }
  store::Database& database() { return *database_; }
  net::WorkerPool::Strand& strand() { return *strand_; }
  std::string why_it_waits() const;  // why rows cannot be written now; empty: they can

 private:
  History(net::WorkerPool& workers, net::Loop& control);
  void on_record();
  void sync(base::Instant now);
  void flush(base::Instant now);
  void flush_on_worker();
  void feed_in(base::Duration time);

  net::Loop& control_;
  std::unique_ptr<store::Journal> journal_;
  std::unique_ptr<store::Database> database_;
  std::unique_ptr<cdr::Recorder> recorder_;
  std::unique_ptr<cdr::Writer> writer_;
  std::unique_ptr<net::WorkerPool::Strand> strand_;
  mutable std::mutex mutex_;  // the reason goes from the strand to the console
  std::string why_it_waits_;
  base::Timer sync_timer_ = base::Timer::of<&History::sync>(this);
  base::Timer feed_timer_ = base::Timer::of<&History::flush>(this);
};

}  // namespace polyfon
