#include "store/record_cursor.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/random.h"

namespace polyfon::store {
namespace {

std::string record(std::uint64_t sequence, std::string_view payload = "payload") {
  std::string out;
  encode_journal_record(out, 1, sequence, payload);
  return out;
}

std::vector<std::uint64_t> sequences(std::string_view bytes, std::uint64_t after = 0) {
  std::vector<std::uint64_t> result;
  RecordCursor cursor(bytes, after);
  while (auto next = cursor.next()) result.push_back(next->sequence);
  return result;
}
using Sequences = std::vector<std::uint64_t>;

TEST(RecordCursor, walks_records_in_order) {
  std::string bytes = record(1) + record(2, "") + record(3);
  RecordCursor cursor(bytes, 0);
  std::size_t end = 0;
  for (std::uint64_t sequence : {1, 2, 3}) {
    auto next = cursor.next();
    ASSERT_TRUE(next);
    EXPECT_EQ(next->sequence, sequence);
    EXPECT_EQ(cursor.end(), end += next->bytes);
    EXPECT_TRUE(cursor.passed_over().empty());
  }
  EXPECT_FALSE(cursor.next());
  EXPECT_TRUE(cursor.unread().empty());
}

TEST(RecordCursor, passes_over_what_a_bad_sector_left) {
  std::string damaged = record(2);
  damaged[25] = '!';
  std::string bytes = record(1) + damaged + record(3);
  RecordCursor cursor(bytes, 0);
  cursor.next();
  auto next = cursor.next();
  ASSERT_TRUE(next);
  EXPECT_EQ(next->sequence, 3u);
  EXPECT_EQ(cursor.passed_over(), damaged);
  EXPECT_FALSE(cursor.next());
}

TEST(RecordCursor, finds_the_way_when_the_length_itself_is_damaged) {
  for (int byte = 0; byte < 20; ++byte) {
    std::string damaged = record(2);
    damaged[static_cast<std::size_t>(byte)] ^= '\x55';
    EXPECT_EQ(sequences(record(1) + damaged + record(3)), (Sequences{1, 3})) << byte;
  }
}

TEST(RecordCursor, stops_at_a_torn_end_and_leaves_it_unread) {
  std::string torn = record(2).substr(0, 22), bytes = record(1) + torn;
  RecordCursor cursor(bytes, 0);
  EXPECT_TRUE(cursor.next());
  EXPECT_FALSE(cursor.next());
  EXPECT_EQ(cursor.unread(), torn);
}

TEST(RecordCursor, never_goes_back_in_sequence) {
  EXPECT_EQ(sequences(record(5) + record(5) + record(4) + record(6)), (Sequences{5, 6}));
  EXPECT_EQ(sequences(record(5) + record(6), 5), (Sequences{6}));
}

TEST(RecordCursor, finds_nothing_in_noise) {
  base::SeededRandom random(1);
  std::string noise(200'000, '\0');
  random.fill(std::as_writable_bytes(std::span(noise)));
  EXPECT_TRUE(sequences(noise).empty());
  EXPECT_EQ(sequences(noise + record(1) + noise + record(2) + noise), (Sequences{1, 2}));
}

TEST(RecordCursor, a_sequence_far_ahead_is_chance) {
  EXPECT_TRUE(sequences(record(std::uint64_t{1} << 40)).empty());
  EXPECT_EQ(sequences(record(std::uint64_t{1} << 40), (std::uint64_t{1} << 40) - 1).size(), 1u);
}

}  // namespace
}  // namespace polyfon::store
