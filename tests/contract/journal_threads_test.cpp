// Control appends while a worker syncs, reads and acknowledges: meant for ThreadSanitizer, and for what the
// worker sees.
#include <thread>

#include "contract/journal_support.h"

namespace polyfon::store {
namespace {

TEST(JournalThreads, a_worker_gets_every_record_once_while_control_appends) {
  constexpr std::uint64_t kRecords = 20'000;
  TempFolder folder;
  auto journal = open_journal(folder / "journal", {.segment_bytes = 20'000, .reserve_bytes = 4096});
  ASSERT_TRUE(journal);
  std::uint64_t seen = 0;
  std::thread worker([&] {
    while (seen < kRecords) {
      if (seen % 16 == 0) EXPECT_TRUE(journal->sync());
      auto records = journal->unacknowledged(500);
      ASSERT_TRUE(records);
      for (const auto& record : *records) {
        ASSERT_EQ(record.sequence, seen + 1);
        ASSERT_EQ(record.payload, std::to_string(record.sequence));
        seen = record.sequence;
      }
      if (records->empty())
        std::this_thread::yield();
      else
        journal->acknowledge(seen);
      EXPECT_EQ(journal->state(), Journal::State::kHealthy);
      EXPECT_EQ(journal->reason(), "");
    }
  });
  for (std::uint64_t i = 1; i <= kRecords; ++i) ASSERT_EQ(journal->append(1, std::to_string(i)), i);
  worker.join();
  EXPECT_EQ(seen, kRecords);
  EXPECT_EQ(segments_in(folder / "journal").size(), 1u);
}

}  // namespace
}  // namespace polyfon::store
