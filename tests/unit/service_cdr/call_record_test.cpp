#include "service/cdr/call_record.h"

#include <cstdlib>
#include <ctime>

#include <gtest/gtest.h>

#include "base/random.h"

namespace polyfon::cdr {
namespace {

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kStart = 1'767'323'045 * kSecond;  // 2026-01-02 03:04:05 UTC

CallRecord sample() {
  CallRecord record;
  record.account_code = "sales";
  record.source = "1001";
  record.destination = "1002";
  record.destination_context = "office";
  record.caller_id = "\"Anna\" <1001>";
  record.channel = "SIP/1001-00000001";
  record.destination_channel = "SIP/1002-00000002";
  record.last_application = "Dial";
  record.last_data = "SIP/1002,20,r";
  record.start = kStart;
  record.answer = kStart + 5 * kSecond;
  record.end = kStart + 65 * kSecond;
  record.disposition = "ANSWERED";
  record.unique_id = "1767323045.1";
  record.user_field = "note";
  record.peer_account = "support";
  record.linked_id = "1767323045.1";
  record.sequence = 17;
  return record;
}

config::CdrSettings settings() {
  config::CdrSettings result;
  result.csv_use_gmt = true;
  return result;
}

void expect_same(const CallRecord& a, const CallRecord& b) {
  config::CdrSettings all = settings();
  all.csv_new_columns = true;
  EXPECT_EQ(a.csv(all), b.csv(all));
  EXPECT_EQ(a.encode(), b.encode());
  EXPECT_EQ(a.start, b.start);
  EXPECT_EQ(a.end, b.end);
}

TEST(CallRecord, comes_back_from_its_journal_form) {
  auto decoded = CallRecord::decode(sample().encode());
  ASSERT_TRUE(decoded);
  expect_same(*decoded, sample());
  EXPECT_EQ(decoded->last_data, "SIP/1002,20,r");
  EXPECT_EQ(decoded->linked_id, "1767323045.1");
}

TEST(CallRecord, comes_back_whatever_its_texts_and_numbers_are) {
  base::SeededRandom random(7);
  for (int round = 0; round < 500; ++round) {
    CallRecord record;
    auto text = [&] {
      std::string result(random.below(round % 10 == 0 ? 5000 : 40), '\0');
      random.fill(std::as_writable_bytes(std::span(result)));
      return result;
    };
    for (auto* field :
         {&record.account_code, &record.source, &record.destination, &record.destination_context,
          &record.caller_id, &record.channel, &record.destination_channel, &record.last_application,
          &record.last_data, &record.disposition, &record.ama_flags, &record.unique_id, &record.user_field,
          &record.peer_account, &record.linked_id})
      *field = text();
    for (auto* field : {&record.start, &record.answer, &record.end, &record.sequence})
      *field = static_cast<std::int64_t>(random.next());
    auto decoded = CallRecord::decode(record.encode());
    ASSERT_TRUE(decoded);
    ASSERT_EQ(decoded->encode(), record.encode());
    ASSERT_EQ(decoded->caller_id, record.caller_id);
    ASSERT_EQ(decoded->sequence, record.sequence);
  }
}

TEST(CallRecord, cut_anywhere_cannot_be_read) {
  auto bytes = sample().encode();
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_FALSE(CallRecord::decode(std::string_view(bytes).substr(0, size))) << size;
}

TEST(CallRecord, with_something_behind_it_cannot_be_read) {
  EXPECT_FALSE(CallRecord::decode(sample().encode() + '\0'));
}

TEST(CallRecord, of_another_version_cannot_be_read) {
  auto bytes = sample().encode();
  bytes[0] = 2;
  auto decoded = CallRecord::decode(bytes);
  ASSERT_FALSE(decoded);
  EXPECT_EQ(decoded.error().text, "a call record in the journal cannot be read");
}

TEST(CallRecord, with_damaged_lengths_cannot_be_read_and_costs_no_memory) {
  auto bytes = sample().encode();
  for (std::size_t i = 33; i < bytes.size(); ++i) {
    auto damaged = bytes;
    damaged[i] = '\xff';
    CallRecord::decode(damaged);  // whatever comes out, nothing is read beyond the end
  }
}

TEST(CallRecord, counts_whole_seconds) {
  CallRecord record = sample();
  record.end = record.start + 10 * kSecond - 1;
  record.answer = record.start + 1;
  EXPECT_EQ(record.duration_seconds(), 9);
  EXPECT_EQ(record.billable_seconds(), 9);
  record.answer = record.start + kSecond;
  EXPECT_EQ(record.billable_seconds(), 8);
}

TEST(CallRecord, is_never_shorter_than_nothing) {
  CallRecord record = sample();
  record.answer = 0;
  EXPECT_EQ(record.billable_seconds(), 0);
  record.end = record.start - 5 * kSecond;  // the clock was set back
  record.answer = record.start;
  EXPECT_EQ(record.duration_seconds(), 0);
  EXPECT_EQ(record.billable_seconds(), 0);
}

// What cdr_csv.c writes for the same call, byte by byte.
TEST(CallRecordCsv, an_answered_call) {
  EXPECT_EQ(
      sample().csv(settings()),
      "\"sales\",\"1001\",\"1002\",\"office\",\"\"\"Anna\"\" <1001>\",\"SIP/1001-00000001\","
      "\"SIP/1002-00000002\",\"Dial\",\"SIP/1002,20,r\",\"2026-01-02 03:04:05\",\"2026-01-02 03:04:10\","
      "\"2026-01-02 03:05:10\",65,60,\"ANSWERED\",\"DOCUMENTATION\",\"1767323045.1\",\"note\"\n");
}

TEST(CallRecordCsv, a_call_without_answer_has_an_empty_time_without_quotes) {
  CallRecord record = sample();
  record.answer = 0;
  record.end = kStart + 20 * kSecond;
  record.disposition = "NO ANSWER";
  record.user_field = record.account_code = record.destination_channel = "";
  EXPECT_EQ(record.csv(settings()),
            "\"\",\"1001\",\"1002\",\"office\",\"\"\"Anna\"\" <1001>\",\"SIP/1001-00000001\",\"\",\"Dial\","
            "\"SIP/1002,20,r\",\"2026-01-02 03:04:05\",,\"2026-01-02 03:04:25\",20,0,\"NO ANSWER\","
            "\"DOCUMENTATION\",\"1767323045.1\",\"\"\n");
}

TEST(CallRecordCsv, columns_follow_cdr_conf) {
  auto tail = [](bool unique_id, bool user_field, bool new_columns) {
    config::CdrSettings choice = settings();
    choice.csv_log_unique_id = unique_id;
    choice.csv_log_user_field = user_field;
    choice.csv_new_columns = new_columns;
    auto line = sample().csv(choice);
    return line.substr(line.find("\"DOCUMENTATION\""));
  };
  EXPECT_EQ(tail(false, false, false), "\"DOCUMENTATION\"\n");
  EXPECT_EQ(tail(true, false, false), "\"DOCUMENTATION\",\"1767323045.1\"\n");
  EXPECT_EQ(tail(false, true, false), "\"DOCUMENTATION\",\"note\"\n");
  EXPECT_EQ(tail(false, false, true), "\"DOCUMENTATION\",\"support\",\"1767323045.1\",17\n");
  EXPECT_EQ(tail(true, true, true),
            "\"DOCUMENTATION\",\"1767323045.1\",\"note\",\"support\",\"1767323045.1\",17\n");
}

TEST(CallRecordCsv, quotes_are_doubled_and_commas_stay_inside) {
  CallRecord record;
  record.source = "a\"b";
  record.destination = "\"";
  record.destination_context = "x,y;z";
  record.caller_id = "\"\"";
  EXPECT_TRUE(record.csv(settings()).starts_with("\"\",\"a\"\"b\",\"\"\"\",\"x,y;z\",\"\"\"\"\"\",\"\""));
}

TEST(CallRecordCsv, stays_one_line_whatever_a_stranger_sends) {
  CallRecord record;
  record.source = std::string("a\r\nb\0c\td", 8);
  auto line = record.csv(settings());
  EXPECT_TRUE(line.starts_with("\"\",\"a  b c\td\",")) << line;
  EXPECT_EQ(std::ranges::count(line, '\n'), 1);
}

TEST(CallRecordCsv, text_beyond_ascii_is_left_alone) {
  CallRecord record;
  record.caller_id = "\"Анна\" <1001>";
  EXPECT_NE(record.csv(settings()).find("\"\"\"Анна\"\" <1001>\""), std::string::npos);
}

TEST(CallRecordCsv, times_are_local_unless_usegmtime_is_set) {
  const char* before = std::getenv("TZ");
  std::string zone = before ? before : "";
  ::setenv("TZ", "UTC-3", 1);  // POSIX: three hours east
  ::tzset();
  config::CdrSettings local = settings();
  local.csv_use_gmt = false;
  EXPECT_NE(sample().csv(local).find("\"2026-01-02 06:04:05\""), std::string::npos);
  EXPECT_NE(sample().csv(settings()).find("\"2026-01-02 03:04:05\""), std::string::npos);
  before ? ::setenv("TZ", zone.c_str(), 1) : ::unsetenv("TZ");
  ::tzset();
}

}  // namespace
}  // namespace polyfon::cdr
