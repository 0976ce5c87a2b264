#include "main/history.h"

#include <future>

#include "base/log.h"

namespace polyfon {

base::Result<std::unique_ptr<History>> History::open(const std::filesystem::path& data,
                                                     const config::CdrSettings& settings,
                                                     net::WorkerPool& workers, net::Loop& control) {
  std::unique_ptr<History> history(new History(workers, control));
  auto journal = store::Journal::open(data / "journal");
  if (!journal) return std::unexpected(journal.error());
  auto database = store::Database::open(data / "polyfon.db");
  if (!database) return std::unexpected(database.error());
  history->journal_ = std::move(*journal);
  history->database_ = std::move(*database);
  history->writer_ = std::make_unique<cdr::Writer>(*history->journal_, *history->database_,
                                                   data / "cdr-csv" / "Master.csv", settings);
  if (settings.enabled)
    history->recorder_ =
        std::make_unique<cdr::Recorder>(*history->journal_, [self = history.get()] { self->on_record(); });
  history->flush({});
  return history;
}

History::History(net::WorkerPool& workers, net::Loop& control)
    : control_(control), strand_(std::make_unique<net::WorkerPool::Strand>(workers)) {}

History::~History() {
  if (!writer_) return;
  sync_timer_.cancel();
  feed_timer_.cancel();
  flush({});
  std::promise<void> done;  // at the end of the process: nobody waits for control any more
  strand_->post([&done] { done.set_value(); });
  done.get_future().wait();
}

void History::on_record() {
  if (!sync_timer_.armed()) control_.timers().arm(sync_timer_, control_.now() + kGroup);
  feed_in(kFeed);
}

void History::feed_in(base::Duration time) {
  if (!feed_timer_.armed()) control_.timers().arm(feed_timer_, control_.now() + time);
}

// A journal that cannot be synced is for flush() to report, and to try again.
void History::sync(base::Instant) {
  strand_->post([this] {
    if (!journal_->sync()) flush_on_worker();
  });
}

void History::flush(base::Instant) {
  strand_->post([this] { flush_on_worker(); });
}

// What failed is tried again without waiting for the next call to end: room may come at any time.
void History::flush_on_worker() {
  auto written = writer_->flush();
  std::string before;
  {
    std::scoped_lock guard(mutex_);
    before = std::exchange(why_it_waits_, written ? std::string() : written.error().text);
  }
  if (!written && before.empty())
    base::log_error("cdr", "call history waits in the journal: {}", written.error().text);
  if (written && !before.empty())
    base::log_notice("cdr", "call history is written again: {} rows had waited", *written);
  if (!written || journal_->state() != store::Journal::State::kHealthy)
    control_.post([this] { feed_in(kRetry); });
}

std::string History::why_it_waits() const {
  std::scoped_lock guard(mutex_);
  return why_it_waits_;
}

}  // namespace polyfon
