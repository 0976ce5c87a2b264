// RecordCursor: walks the records in the bytes of a segment, in order. A stretch that is no whole record (a
// bad sector, a write that power loss tore) is passed over: the next record begins where one decodes whose
// sequence follows. Pure. thread: any.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "store/journal_record.h"

namespace polyfon::store {

class RecordCursor {
 public:
  // `after`: sequences are higher than that one.
  RecordCursor(std::string_view bytes, std::uint64_t after) : bytes_(bytes), last_(after) {}

  // nullopt: there is no whole record any more; unread() is what is left.
  std::optional<JournalRecordView> next();
  // What was passed over before the record that next() gave last; empty when nothing was.
  std::string_view passed_over() const { return passed_over_; }
  std::string_view unread() const { return bytes_.substr(end_); }
  std::size_t end() const { return end_; }  // of the record that next() gave last

 private:
  std::optional<JournalRecordView> record_at(std::size_t offset) const;

  std::string_view bytes_, passed_over_;
  std::size_t end_ = 0;
  std::uint64_t last_;
};

}  // namespace polyfon::store
