#include "store/journal_record.h"

#include <gtest/gtest.h>

namespace polyfon::store {
namespace {

std::string encoded(std::uint32_t type, std::uint64_t sequence, std::string_view payload) {
  std::string out = "what stood there before";
  encode_journal_record(out, type, sequence, payload);
  return out;
}

TEST(JournalRecord, comes_back_as_it_was_written) {
  for (std::size_t size : {0u, 1u, 19u, 20u, 300u, 70'000u}) {
    std::string payload(size, 'p');
    auto bytes = encoded(7, 9007199254740993u, payload);
    auto record = decode_journal_record(bytes);
    ASSERT_TRUE(record) << size;
    EXPECT_EQ(record->type, 7u);
    EXPECT_EQ(record->sequence, 9007199254740993u);
    EXPECT_EQ(record->payload, payload);
    EXPECT_EQ(record->bytes, kJournalHeaderBytes + size);
    EXPECT_EQ(journal_record_sequence(bytes), 9007199254740993u);
  }
}

TEST(JournalRecord, has_the_form_that_is_on_disks_already) {
  const std::string expected(
      "\x02\0\0\0"          // length
      "\x01\0\0\0"          // type
      "\x05\0\0\0\0\0\0\0"  // sequence
      "\xf2\xcc\x08\x78"    // CRC-32C of the three and the payload
      "ab",
      22);
  EXPECT_EQ(encoded(1, 5, "ab"), expected);
}

TEST(JournalRecord, what_follows_is_not_of_it) {
  auto bytes = encoded(1, 1, "one") + encoded(1, 2, "two");
  auto record = decode_journal_record(bytes);
  ASSERT_TRUE(record);
  EXPECT_EQ(record->payload, "one");
}

TEST(JournalRecord, cut_anywhere_is_none) {
  auto bytes = encoded(1, 1, "payload");
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_FALSE(decode_journal_record(std::string_view(bytes).substr(0, size))) << size;
}

TEST(JournalRecord, with_any_bit_turned_is_none) {
  const auto good = encoded(1, 1, "payload");
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    auto bytes = good;
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
    EXPECT_FALSE(decode_journal_record(bytes)) << bit;
  }
}

TEST(JournalRecord, of_zeros_is_none) { EXPECT_FALSE(decode_journal_record(std::string(4096, '\0'))); }

TEST(JournalRecord, larger_than_the_limit_is_none) {
  EXPECT_FALSE(decode_journal_record(encoded(1, 1, std::string(kMaxJournalPayload + 1, 'x'))));
  EXPECT_TRUE(decode_journal_record(encoded(1, 1, std::string(kMaxJournalPayload, 'x'))));
}

}  // namespace
}  // namespace polyfon::store
