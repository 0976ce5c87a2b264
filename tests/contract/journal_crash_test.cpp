// kill -9 at random moments: what append() returned is there afterwards, in order.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/random.h"
#include "contract/journal_support.h"

namespace polyfon::store {
namespace {

std::string payload_of(std::uint64_t sequence) {
  return fmt::format("{}:{}", sequence, std::string(sequence * 37 % 400, 'p'));
}

// The child: appends and reports until it is killed; a part of what is there it acknowledges now and then.
[[noreturn]] void append_for_ever(const std::filesystem::path& directory, int report) {
  auto journal = Journal::open(directory, {.segment_bytes = 4000, .reserve_bytes = 4096});
  if (!journal) ::_exit(1);
  std::uint64_t next = 0;
  for (int i = 1;; ++i) {
    auto sequence =
        next ? (*journal)->append(1, payload_of(next)) : (*journal)->append(2, "the first of a run");
    if (!sequence || ::write(report, &*sequence, sizeof *sequence) != sizeof *sequence) ::_exit(1);
    next = *sequence + 1;
    if (i % 64 == 0) {
      auto records = (*journal)->unacknowledged(100);
      if (records && records->size() > 50) (*journal)->acknowledge((*records)[49].sequence);
    }
  }
}

TEST(JournalCrash, what_was_returned_survives_kill_9_at_any_moment) {
  TempFolder folder;
  base::SeededRandom random(20261122);
  std::uint64_t last = 0;
  for (int round = 0; round < 50; ++round) {
    int report[2];
    ASSERT_EQ(::pipe(report), 0);
    pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      ::close(report[0]);
      append_for_ever(folder / "journal", report[1]);
    }
    ::close(report[1]);
    // Killed when it has reported so many; it is further on by then.
    std::uint64_t kill_after = 1 + random.below(300), reported = 0, sequence = 0;
    while (::read(report[0], &sequence, sizeof sequence) == sizeof sequence) {
      ASSERT_GT(sequence, last) << "given twice, or out of order";
      last = sequence;
      if (++reported == kill_after) ::kill(child, SIGKILL);
    }
    ::close(report[0]);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status)) << "round " << round << ": the child ended by itself";

    auto journal = open_journal(folder / "journal", {.segment_bytes = 4000, .reserve_bytes = 4096});
    ASSERT_TRUE(journal);
    auto records = all_records(*journal);
    ASSERT_FALSE(records.empty());
    ASSERT_GE(records.back().sequence, last) << "round " << round;
    ASSERT_LE(records.back().sequence, last + 1) << "one may have been written and not reported";
    for (std::size_t i = 0; i < records.size(); ++i) {
      ASSERT_EQ(records[i].sequence, records[0].sequence + i);
      if (records[i].type == 1) ASSERT_EQ(records[i].payload, payload_of(records[i].sequence));
    }
    ASSERT_EQ(journal->torn_records(), 0u) << "a killed write() is whole or absent";
    last = records.back().sequence;
  }
}

}  // namespace
}  // namespace polyfon::store
