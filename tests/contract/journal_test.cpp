// The journal over real files: what goes in comes out, over restarts, rotations and damage.
#include "store/journal.h"

#include <fstream>

#include <fcntl.h>

#include "contract/journal_support.h"

namespace polyfon::store {
namespace {

namespace fs = std::filesystem;

class JournalFiles : public testing::Test {
 protected:
  void append(int count, std::string_view text = "payload of some length") {
    for (int i = 0; i < count; ++i) {
      auto sequence = journal->append(1, fmt::format("{} {}", text, ++appended));
      ASSERT_TRUE(sequence) << sequence.error().text;
      last = *sequence;
    }
  }
  void reopen() {
    journal.reset();
    journal = open_journal(directory);
    ASSERT_TRUE(journal);
  }
  // Changes the bytes of a segment, as a bad disk would.
  void damage(const fs::path& segment, std::size_t offset, std::string_view bytes) {
    FileDescriptor file(::open(segment.c_str(), O_WRONLY | O_CLOEXEC));
    ASSERT_TRUE(write_at(file.get(), bytes, offset));
  }
  std::size_t record_bytes() const {
    return kJournalHeaderBytes + std::string("payload of some length 1").size();
  }

  TempFolder folder;
  fs::path directory = folder / "data/journal";
  std::unique_ptr<Journal> journal = open_journal(directory);
  int appended = 0;
  std::uint64_t last = 0;
};

TEST_F(JournalFiles, begins_empty_and_healthy) {
  EXPECT_TRUE(all_records(*journal).empty());
  EXPECT_EQ(journal->state(), Journal::State::kHealthy);
  EXPECT_EQ(journal->reason(), "");
  EXPECT_EQ(journal->torn_records(), 0u);
  EXPECT_TRUE(journal->sync());
  EXPECT_EQ(fs::file_size(directory / "reserve"), kSmallJournal.reserve_bytes);
}

TEST_F(JournalFiles, gives_back_what_was_appended_in_order) {
  EXPECT_EQ(journal->append(7, "first"), 1u);
  EXPECT_EQ(journal->append(8, std::string_view("\0\n\xff", 3)), 2u);
  EXPECT_EQ(journal->append(9, ""), 3u);
  auto records = all_records(*journal);
  ASSERT_EQ(records.size(), 3u);
  EXPECT_EQ(records[0].type, 7u);
  EXPECT_EQ(records[0].payload, "first");
  EXPECT_EQ(records[1].payload, std::string("\0\n\xff", 3));
  EXPECT_EQ(records[2].type, 9u);
  EXPECT_EQ(records[2].payload, "");
}

TEST_F(JournalFiles, offers_again_what_is_not_acknowledged) {
  append(5);
  EXPECT_EQ(sequences(all_records(*journal)), range(1, 5));
  EXPECT_EQ(sequences(all_records(*journal)), range(1, 5));
  journal->acknowledge(3);
  EXPECT_EQ(sequences(all_records(*journal)), range(4, 5));
}

TEST_F(JournalFiles, hands_out_at_most_as_many_as_are_asked_for) {
  append(100);
  std::vector<std::uint64_t> seen;
  for (;;) {
    auto portion = journal->unacknowledged(7);
    ASSERT_TRUE(portion);
    if (portion->empty()) break;
    EXPECT_LE(portion->size(), 7u);
    for (const auto& record : *portion) seen.push_back(record.sequence);
    journal->acknowledge(seen.back());
  }
  EXPECT_EQ(seen, range(1, 100));
}

TEST_F(JournalFiles, an_older_acknowledgement_changes_nothing) {
  append(5);
  all_records(*journal);
  journal->acknowledge(4);
  journal->acknowledge(2);
  EXPECT_EQ(sequences(all_records(*journal)), range(5, 5));
}

TEST_F(JournalFiles, keeps_records_and_acknowledgements_over_a_restart) {
  append(50);
  all_records(*journal);
  journal->acknowledge(20);
  reopen();
  EXPECT_EQ(sequences(all_records(*journal)), range(21, 50));
  append(5);
  EXPECT_EQ(last, 55u);
  EXPECT_EQ(sequences(all_records(*journal)), range(21, 55));
  EXPECT_EQ(journal->torn_records(), 0u);
}

TEST_F(JournalFiles, goes_through_many_segments_and_deletes_those_that_are_done) {
  append(200);
  EXPECT_GT(segments_in(directory).size(), 5u);
  auto records = all_records(*journal);
  EXPECT_EQ(sequences(records), range(1, 200));
  journal->acknowledge(100);
  auto left = segments_in(directory);
  EXPECT_LE(*segment_number(left[0]), 101u);
  EXPECT_GT(*segment_number(left[1]), 101u);
  journal->acknowledge(200);
  EXPECT_EQ(segments_in(directory).size(), 1u) << "the one that is being written stays";
  EXPECT_TRUE(journal->sync());
}

TEST_F(JournalFiles, counts_on_when_everything_was_acknowledged_and_deleted) {
  for (int round = 0; round < 5; ++round) {
    append(60);
    all_records(*journal);
    journal->acknowledge(last);
    EXPECT_TRUE(all_records(*journal).empty());
    reopen();
    EXPECT_TRUE(all_records(*journal).empty());
  }
  append(1);
  EXPECT_EQ(last, 301u);
}

TEST_F(JournalFiles, counts_on_when_the_acknowledgement_is_lost) {
  append(60);
  all_records(*journal);
  journal->acknowledge(60);
  journal.reset();
  fs::remove(directory / "acknowledged");
  journal = open_journal(directory);
  append(1);
  EXPECT_EQ(last, 61u);
}

TEST_F(JournalFiles, counts_on_when_even_the_segments_are_lost) {
  append(60);
  all_records(*journal);
  journal->acknowledge(60);
  journal.reset();
  for (const auto& segment : segments_in(directory)) fs::remove(segment);
  journal = open_journal(directory);
  append(1);
  EXPECT_EQ(last, 61u);
}

TEST_F(JournalFiles, counts_on_from_the_name_of_an_empty_segment_when_nothing_else_is_left) {
  append(60);
  journal.reset();
  for (const auto& segment : segments_in(directory)) fs::remove(segment);
  fs::remove(directory / "acknowledged");
  std::ofstream(directory / segment_name(61));
  journal = open_journal(directory);
  append(1);
  EXPECT_EQ(last, 61u);
}

TEST_F(JournalFiles, a_torn_end_is_cut_off_and_kept_aside) {
  append(5);
  journal.reset();
  auto segment = segments_in(directory).back();
  auto whole = fs::file_size(segment);
  fs::resize_file(segment, whole - 3);
  journal = open_journal(directory);
  EXPECT_EQ(journal->torn_records(), 1u);
  EXPECT_EQ(sequences(all_records(*journal)), range(1, 4));
  EXPECT_EQ(fs::file_size(segment), 4 * record_bytes());
  auto aside = read_file(fmt::format("{}.{}.torn", segment.string(), 4 * record_bytes()));
  ASSERT_TRUE(aside);
  EXPECT_EQ(aside->size(), record_bytes() - 3);
}

TEST_F(JournalFiles, a_sequence_that_damage_may_have_hidden_is_not_given_again) {
  append(5);
  journal.reset();
  damage(segments_in(directory).back(), 3 * record_bytes(), std::string(2 * record_bytes(), '\0'));
  journal = open_journal(directory);
  EXPECT_EQ(sequences(all_records(*journal)), range(1, 3));
  append(3);
  auto after = sequences(all_records(*journal));
  ASSERT_EQ(after.size(), 6u);
  EXPECT_GT(after[3], 5u) << "4 and 5 may be in SQL already";
  reopen();
  EXPECT_EQ(sequences(all_records(*journal)), after);
}

TEST_F(JournalFiles, a_damaged_record_in_an_older_segment_costs_that_record_alone) {
  append(100);
  journal.reset();
  auto first = segments_in(directory).front();
  damage(first, 5 * record_bytes() + 30, "###");
  journal = open_journal(directory);
  auto expected = range(1, 100);
  std::erase(expected, 6u);
  EXPECT_EQ(sequences(all_records(*journal)), expected);
  EXPECT_EQ(journal->torn_records(), 1u);
  EXPECT_EQ(count_torn(directory), 1u);
  append(1);
  EXPECT_EQ(last, 101u);
}

TEST_F(JournalFiles, a_damaged_record_in_the_last_segment_costs_that_record_alone) {
  append(5);
  journal.reset();
  damage(segments_in(directory).back(), record_bytes() + 2, "###");
  journal = open_journal(directory);
  EXPECT_EQ(sequences(all_records(*journal)), (std::vector<std::uint64_t>{1, 3, 4, 5}));
  append(2);
  EXPECT_EQ(last, 7u);
  EXPECT_EQ(sequences(all_records(*journal)), (std::vector<std::uint64_t>{1, 3, 4, 5, 6, 7}));
}

TEST_F(JournalFiles, what_was_damaged_stays_aside_when_its_segment_is_deleted) {
  append(100);
  journal.reset();
  damage(segments_in(directory).front(), record_bytes() + 25, "###");
  journal = open_journal(directory);
  all_records(*journal);
  journal->acknowledge(100);
  EXPECT_EQ(segments_in(directory).size(), 1u);
  EXPECT_EQ(count_torn(directory), 1u);
  reopen();
  EXPECT_EQ(journal->torn_records(), 0u);
  EXPECT_TRUE(all_records(*journal).empty());
}

TEST_F(JournalFiles, damage_that_appears_while_it_runs_is_passed_over) {
  append(100);
  damage(segments_in(directory).front(), record_bytes() + 25, "###");
  auto records = all_records(*journal);
  EXPECT_EQ(records.size(), 99u);
  EXPECT_EQ(records.back().sequence, 100u);
}

TEST_F(JournalFiles, an_empty_last_segment_is_no_damage) {
  append(3);
  journal.reset();
  std::ofstream(directory / segment_name(4));
  journal = open_journal(directory);
  EXPECT_EQ(journal->torn_records(), 0u);
  append(1);
  EXPECT_EQ(last, 4u);
  EXPECT_EQ(sequences(all_records(*journal)), range(1, 4));
}

TEST_F(JournalFiles, two_torn_ends_in_a_row_are_both_kept) {
  for (int round = 0; round < 2; ++round) {
    append(3);
    journal.reset();
    auto segment = segments_in(directory).back();
    fs::resize_file(segment, fs::file_size(segment) - 1);
    journal = open_journal(directory);
    EXPECT_EQ(journal->torn_records(), 1u);
  }
  EXPECT_EQ(count_torn(directory), 2u);
  EXPECT_EQ(all_records(*journal).size(), 4u);
}

TEST_F(JournalFiles, a_second_one_on_the_same_directory_is_refused_with_what_to_do) {
  auto second = Journal::open(directory, kSmallJournal);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, base::ErrorCode::kExists);
  EXPECT_EQ(second.error().text, fmt::format("another polyfon runs on {}: stop it, or use another --data",
                                             (folder / "data").string()));
  journal.reset();
  EXPECT_TRUE(Journal::open(directory, kSmallJournal));
}

TEST_F(JournalFiles, a_directory_that_cannot_be_made_is_named) {
  std::ofstream(folder / "file");
  auto impossible = Journal::open(folder / "file/journal");
  ASSERT_FALSE(impossible);
  EXPECT_EQ(impossible.error().code, base::ErrorCode::kIo);
  EXPECT_NE(impossible.error().text.find("file/journal"), std::string::npos);
}

TEST_F(JournalFiles, a_payload_over_the_limit_is_refused_and_takes_no_sequence) {
  auto refused = journal->append(1, std::string(kMaxJournalPayload + 1, 'x'));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, base::ErrorCode::kLimit);
  EXPECT_EQ(journal->append(1, std::string(kMaxJournalPayload, 'x')), 1u);
  EXPECT_EQ(journal->state(), Journal::State::kHealthy);
}

TEST_F(JournalFiles, other_files_in_its_directory_are_left_alone) {
  std::ofstream(directory / "notes.journal") << "mine";
  append(1);
  reopen();
  EXPECT_EQ(read_file(directory / "notes.journal"), "mine");
  EXPECT_EQ(sequences(all_records(*journal)), range(1, 1));
}

}  // namespace
}  // namespace polyfon::store
