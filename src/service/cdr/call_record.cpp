#include "service/cdr/call_record.h"

#include <cstring>
#include <ctime>

#include <fmt/format.h>

namespace polyfon::cdr {

namespace {

constexpr char kVersion = 1;
constexpr std::int64_t kSecond = 1'000'000;

// The fields in the order of the journal form, once for both directions.
template <class Record, class Fn>
void each_text(Record& record, Fn&& fn) {
  for (auto* text : {&record.account_code, &record.source, &record.destination, &record.destination_context,
                     &record.caller_id, &record.channel, &record.destination_channel,
                     &record.last_application, &record.last_data, &record.disposition, &record.ama_flags,
                     &record.unique_id, &record.user_field, &record.peer_account, &record.linked_id})
    fn(*text);
}
template <class Record, class Fn>
void each_number(Record& record, Fn&& fn) {
  for (auto* number : {&record.start, &record.answer, &record.end, &record.sequence}) fn(*number);
}

// cdr_csv.c: strings in quotes, quotes doubled; what would break the line becomes a blank.
void append_quoted(std::string& line, std::string_view text) {
  line += '"';
  for (char c : text) {
    if (c == '"') line += '"';
    line += c == '\n' || c == '\r' || c == '\0' ? ' ' : c;
  }
  line += "\",";
}

void append_time(std::string& line, std::int64_t microseconds, bool gmt) {
  if (microseconds == 0) {
    line += ',';
    return;
  }
  std::time_t seconds = microseconds / kSecond;
  std::tm parts{};
  gmt ? gmtime_r(&seconds, &parts) : localtime_r(&seconds, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &parts);
  append_quoted(line, text);
}

}  // namespace

std::string CallRecord::encode() const {
  std::string out(1, kVersion);
  out.reserve(512);
  each_number(
      *this, [&](std::int64_t number) { out.append(reinterpret_cast<const char*>(&number), sizeof number); });
  each_text(*this, [&](const std::string& text) {
    auto size = static_cast<std::uint32_t>(text.size());
    out.append(reinterpret_cast<const char*>(&size), sizeof size);
    out += text;
  });
  return out;
}

base::Result<CallRecord> CallRecord::decode(std::string_view payload) {
  auto broken = [] {
    return base::fail(base::ErrorCode::kInvalid, "a call record in the journal cannot be read");
  };
  if (payload.empty() || payload[0] != kVersion) return broken();
  payload.remove_prefix(1);
  CallRecord record;
  bool good = true;
  auto take = [&](void* out, std::size_t size) {
    good = good && payload.size() >= size;
    if (!good) return;
    std::memcpy(out, payload.data(), size);
    payload.remove_prefix(size);
  };
  each_number(record, [&](std::int64_t& number) { take(&number, sizeof number); });
  each_text(record, [&](std::string& text) {
    std::uint32_t size = 0;
    take(&size, sizeof size);
    good = good && payload.size() >= size;
    if (!good) return;
    text = payload.substr(0, size);
    payload.remove_prefix(size);
  });
  if (!good || !payload.empty()) return broken();
  return record;
}

std::int64_t CallRecord::duration_seconds() const { return end > start ? (end - start) / kSecond : 0; }
std::int64_t CallRecord::billable_seconds() const {
  return answer && end > answer ? (end - answer) / kSecond : 0;
}

std::string CallRecord::csv(const config::CdrSettings& settings) const {
  std::string line;
  for (const auto* text : {&account_code, &source, &destination, &destination_context, &caller_id, &channel,
                           &destination_channel, &last_application, &last_data})
    append_quoted(line, *text);
  for (auto time : {start, answer, end}) append_time(line, time, settings.csv_use_gmt);
  line += fmt::format("{},{},", duration_seconds(), billable_seconds());
  append_quoted(line, disposition);
  append_quoted(line, ama_flags);
  if (settings.csv_log_unique_id) append_quoted(line, unique_id);
  if (settings.csv_log_user_field) append_quoted(line, user_field);
  if (settings.csv_new_columns) {
    append_quoted(line, peer_account);
    append_quoted(line, linked_id);
    line += fmt::format("{},", sequence);
  }
  line.back() = '\n';
  return line;
}

}  // namespace polyfon::cdr
