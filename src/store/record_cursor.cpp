#include "store/record_cursor.h"

namespace polyfon::store {

namespace {

// Damage hides fewer records than this; a sequence further on is chance, and no checksum is computed for it.
constexpr std::uint64_t kMaxHidden = std::uint64_t{1} << 24;

}  // namespace

std::optional<JournalRecordView> RecordCursor::next() {
  for (std::size_t at = end_; at + kJournalHeaderBytes <= bytes_.size(); ++at)
    if (auto record = record_at(at)) {
      passed_over_ = bytes_.substr(end_, at - end_);
      end_ = at + record->bytes;
      last_ = record->sequence;
      return record;
    }
  return std::nullopt;
}

std::optional<JournalRecordView> RecordCursor::record_at(std::size_t offset) const {
  auto rest = bytes_.substr(offset);
  std::uint64_t sequence = journal_record_sequence(rest);
  if (sequence <= last_ || sequence - last_ > kMaxHidden) return std::nullopt;
  return decode_journal_record(rest);
}

}  // namespace polyfon::store
