// Call history: one row per attempt, made from call events. This is the row itself: its journal form, and its
// line in Master.csv (asterisk 3.3, cdr.conf). recorder.h makes rows on control, writer.h takes them to SQL
// and CSV on a worker. Pure. thread: any.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "config/snapshot.h"

namespace polyfon::cdr {

struct CallRecord {  // Asterisk's columns; times in microseconds since 1970, 0: never
  std::string account_code, source, destination, destination_context, caller_id, channel, destination_channel,
      last_application, last_data;
  std::int64_t start = 0, answer = 0, end = 0;
  std::string disposition;  // ANSWERED, NO ANSWER, BUSY, FAILED, CONGESTION
  std::string ama_flags = "DOCUMENTATION";
  std::string unique_id, user_field, peer_account, linked_id;
  std::int64_t sequence = 0;

  std::string encode() const;  // for the journal
  static base::Result<CallRecord> decode(std::string_view payload);
  std::int64_t duration_seconds() const;
  std::int64_t billable_seconds() const;
  std::string csv(const config::CdrSettings& settings) const;  // one line of Master.csv, with its newline
};

inline constexpr std::uint32_t kJournalType = 1;  // of a call record in the journal

}  // namespace polyfon::cdr
