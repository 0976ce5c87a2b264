// What tests of the journal over real files share.
#pragma once
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "store/journal.h"
#include "store/journal_record.h"
#include "store/segment.h"
#include "temp_folder.h"

namespace polyfon::store {

inline constexpr JournalOptions kSmallJournal{.segment_bytes = 1000, .reserve_bytes = 4096};

inline std::unique_ptr<Journal> open_journal(const std::filesystem::path& directory,
                                             JournalOptions options = kSmallJournal) {
  auto journal = Journal::open(directory, options);
  EXPECT_TRUE(journal) << (journal ? "" : journal.error().text);
  return journal ? std::move(*journal) : nullptr;
}

// All the segments of the directory, oldest first.
inline std::vector<std::filesystem::path> segments_in(const std::filesystem::path& directory) {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(directory))
    if (segment_number(entry.path())) paths.push_back(entry.path());
  std::ranges::sort(paths);
  return paths;
}

inline std::size_t count_torn(const std::filesystem::path& directory) {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(directory))
    count += entry.path().extension() == ".torn";
  return count;
}

// Every unacknowledged record, asked for in portions.
inline std::vector<Journal::Record> all_records(Journal& journal) {
  auto records = journal.unacknowledged(1'000'000);
  EXPECT_TRUE(records) << (records ? "" : records.error().text);
  return records ? std::move(*records) : std::vector<Journal::Record>();
}
inline std::vector<std::uint64_t> sequences(const std::vector<Journal::Record>& records) {
  std::vector<std::uint64_t> result;
  for (const auto& record : records) result.push_back(record.sequence);
  return result;
}

inline std::vector<std::uint64_t> range(std::uint64_t from, std::uint64_t to) {
  std::vector<std::uint64_t> result;
  for (; from <= to; ++from) result.push_back(from);
  return result;
}

}  // namespace polyfon::store
