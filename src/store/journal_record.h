// The bytes of a journal record: length, type, sequence, checksum, payload; little-endian. Pure. thread: any.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace polyfon::store {

inline constexpr std::size_t kJournalHeaderBytes = 20;
inline constexpr std::size_t kMaxJournalPayload = 1u << 20;

struct JournalRecordView {
  std::uint32_t type;
  std::uint64_t sequence;
  std::string_view payload;
  std::size_t bytes;  // of the whole record
};

void encode_journal_record(std::string& out, std::uint32_t type, std::uint64_t sequence,
                           std::string_view payload);

// The record at the start of `bytes`; nullopt when it is torn or its checksum is wrong.
std::optional<JournalRecordView> decode_journal_record(std::string_view bytes);
// The sequence that its header says, unchecked; `bytes` has kJournalHeaderBytes at least.
std::uint64_t journal_record_sequence(std::string_view bytes);

}  // namespace polyfon::store
