// From the journal to SQL and Master.csv over real files: every row once in each, whatever interrupts.
#include <fstream>

#include <fcntl.h>
#include <signal.h>
#include <soci/soci.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/random.h"
#include "base/text.h"
#include "contract/journal_support.h"
#include "service/cdr/writer.h"

namespace polyfon::cdr {
namespace {

namespace fs = std::filesystem;

// The parts of polyfon, once started, on a data directory.
struct Process {
  explicit Process(const fs::path& data, config::CdrSettings settings = {})
      : journal(store::open_journal(data / "journal", {.segment_bytes = 20'000, .reserve_bytes = 4096})) {
    fs::create_directories(data / "cdr-csv");
    auto opened = store::Database::open(data / "polyfon.db");
    EXPECT_TRUE(opened) << (opened ? "" : opened.error().text);
    if (opened) database = std::move(*opened);
    writer = std::make_unique<Writer>(*journal, *database, data / "cdr-csv/Master.csv", settings);
  }
  // A row whose destination is its number.
  std::uint64_t add(int number) {
    CallRecord record;
    record.source = "1001";
    record.destination = std::to_string(number);
    record.start = 1'767'323'045'000'000;
    record.end = record.start + 1'000'000;
    record.disposition = "ANSWERED";
    record.sequence = number;
    auto sequence = journal->append(kJournalType, record.encode());
    EXPECT_TRUE(sequence);
    return sequence ? *sequence : 0;
  }
  void add(int from, int to) {
    for (; from <= to; ++from) add(from);
  }
  void flush() {
    auto flushed = writer->flush();
    EXPECT_TRUE(flushed) << (flushed ? "" : flushed.error().text);
  }
  std::vector<int> in_sql() const {
    std::vector<int> rows;
    auto read = database->transaction([&](soci::session& session) {
      std::string destination;
      soci::statement select = (session.prepare << "SELECT destination FROM call_records ORDER BY sequence",
                                soci::into(destination));
      select.execute();
      while (select.fetch()) rows.push_back(std::stoi(destination));
    });
    EXPECT_TRUE(read) << (read ? "" : read.error().text);
    return rows;
  }
  void sql(const std::string& statement) {
    auto done = database->transaction([&](soci::session& session) { session << statement; });
    ASSERT_TRUE(done) << done.error().text;
  }

  std::unique_ptr<store::Journal> journal;
  std::unique_ptr<store::Database> database;
  std::unique_ptr<Writer> writer;
};

std::vector<int> rows_in(const fs::path& file) {
  std::vector<int> rows;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    auto columns = base::split(line, ',');
    EXPECT_EQ(columns.size(), 18u) << line;
    auto number = columns.size() > 2 ? columns[2] : "";
    EXPECT_GE(number.size(), 3u) << line;
    rows.push_back(number.size() < 3 ? -1 : std::stoi(std::string(number.substr(1, number.size() - 2))));
  }
  return rows;
}

std::vector<int> numbers(int from, int to) {
  std::vector<int> result;
  for (; from <= to; ++from) result.push_back(from);
  return result;
}

class CdrWriter : public testing::Test {
 protected:
  TempFolder folder;
  fs::path data = folder / "data";
  fs::path csv = data / "cdr-csv/Master.csv";

  CdrWriter() { fs::create_directories(data); }
  // Everything that is on the disk, as it is now; and back.
  void copy(const fs::path& from, const fs::path& to) {
    fs::remove_all(to);
    fs::copy(from, to, fs::copy_options::recursive);
  }
  void expect_rows(const Process& run, int last) {
    EXPECT_EQ(run.in_sql(), numbers(1, last));
    EXPECT_EQ(rows_in(csv), numbers(1, last));
  }
};

TEST_F(CdrWriter, takes_rows_to_sql_and_to_the_file_in_order) {
  Process run(data);
  run.add(1, 3);
  EXPECT_EQ(run.writer->flush(), 3u);
  expect_rows(run, 3);
  EXPECT_EQ(run.writer->flush(), 0u);
  run.add(4, 1200);  // more than one batch
  EXPECT_EQ(run.writer->flush(), 1197u);
  expect_rows(run, 1200);
  EXPECT_TRUE(store::all_records(*run.journal).empty());
}

TEST_F(CdrWriter, the_file_has_the_bytes_of_the_rows_and_nothing_else) {
  config::CdrSettings settings;
  settings.csv_use_gmt = true;
  Process run(data, settings);
  run.add(1);
  run.flush();
  EXPECT_EQ(*store::read_file(csv),
            "\"\",\"1001\",\"1\",\"\",\"\",\"\",\"\",\"\",\"\",\"2026-01-02 03:04:05\",,\"2026-01-02 "
            "03:04:06\",1,0,"
            "\"ANSWERED\",\"DOCUMENTATION\",\"\",\"\"\n");
}

TEST_F(CdrWriter, every_column_reaches_sql) {
  Process run(data);
  CallRecord record;
  record.account_code = "account";
  record.caller_id = "\"Anna\" <1001>";
  record.last_data = "it's; DROP TABLE call_records";
  record.start = 9007199254740993;
  record.peer_account = "peer";
  record.linked_id = "link";
  record.sequence = 9007199254740993;
  ASSERT_TRUE(run.journal->append(kJournalType, record.encode()));
  run.flush();
  std::string account, caller, last_data, peer, link;
  long long start = 0, sequence = 0, node = 0;
  ASSERT_TRUE(run.database->transaction([&](soci::session& session) {
    session << "SELECT account_code, caller_id, last_data, peer_account, linked_id, start_time, "
               "record_sequence, node "
               "FROM call_records",
        soci::into(account), soci::into(caller), soci::into(last_data), soci::into(peer), soci::into(link),
        soci::into(start), soci::into(sequence), soci::into(node);
  }));
  EXPECT_EQ(account, "account");
  EXPECT_EQ(caller, "\"Anna\" <1001>");
  EXPECT_EQ(last_data, "it's; DROP TABLE call_records");
  EXPECT_EQ(peer, "peer");
  EXPECT_EQ(link, "link");
  EXPECT_EQ(start, 9007199254740993);
  EXPECT_EQ(sequence, 9007199254740993);
  EXPECT_EQ(node, 1);
}

TEST_F(CdrWriter, rows_of_a_run_that_was_killed_are_written_by_the_next) {
  {
    Process(data).add(1, 5);
  }
  Process run(data);
  run.flush();
  expect_rows(run, 5);
}

// --- a crash between the steps of a flush: the disk as each step leaves it ---

TEST_F(CdrWriter, a_crash_before_sql_loses_and_doubles_nothing) {
  {
    Process run(data);
    run.add(1, 3);
    run.flush();
    run.add(4, 6);
  }
  copy(data, folder / "before");
  {
    Process(data).flush();
  }
  copy(folder / "before", data);
  Process run(data);
  run.flush();
  expect_rows(run, 6);
}

TEST_F(CdrWriter, a_crash_between_sql_and_the_file_loses_and_doubles_nothing) {
  {
    Process run(data);
    run.add(1, 3);
    fs::create_directory(csv);  // the file cannot be written
    auto failed = run.writer->flush();
    ASSERT_FALSE(failed);
    EXPECT_NE(failed.error().text.find(csv.string()), std::string::npos) << failed.error().text;
    EXPECT_EQ(run.in_sql(), numbers(1, 3));
    EXPECT_EQ(store::all_records(*run.journal).size(), 3u) << "they wait in the journal";
    fs::remove(csv);
  }
  Process run(data);
  run.add(4);
  run.flush();
  expect_rows(run, 4);
}

TEST_F(CdrWriter, a_crash_after_the_first_row_of_all_doubles_nothing) {
  {
    Process run(data);
    run.add(1, 3);
  }
  copy(data / "journal", folder / "journal");
  {
    Process(data).flush();
  }
  copy(folder / "journal", data / "journal");
  Process run(data);
  run.sql("UPDATE csv_state SET sequence = -1, bytes = 0");  // remembered, written, and not remembered again
  run.flush();
  expect_rows(run, 3);
}

TEST_F(CdrWriter, a_crash_in_the_middle_of_the_file_doubles_nothing) {
  {
    Process run(data);
    run.add(1, 3);
    run.flush();
    run.add(4, 6);
  }
  copy(data, folder / "before");
  {
    Process(data).flush();
  }
  auto whole = fs::file_size(csv);
  auto before = fs::file_size(folder / "before/cdr-csv/Master.csv");
  for (auto size = before; size <= whole; size += 7) {
    copy(csv, folder / "longer.csv");
    copy(folder / "before", data);
    copy(folder / "longer.csv", csv);
    fs::resize_file(csv, size);
    Process run(data);
    run.flush();
    expect_rows(run, 6);
  }
}

TEST_F(CdrWriter, a_crash_before_the_acknowledgement_doubles_nothing) {
  {
    Process run(data);
    run.add(1, 6);
  }
  copy(data / "journal", folder / "journal");
  {
    Process(data).flush();
  }
  copy(folder / "journal", data / "journal");
  Process run(data);
  EXPECT_EQ(store::all_records(*run.journal).size(), 6u);
  run.add(7);
  run.flush();
  expect_rows(run, 7);
}

// --- Master.csv and others who handle it ---

TEST_F(CdrWriter, a_file_that_asterisk_wrote_is_continued) {
  fs::create_directories(csv.parent_path());
  std::ofstream(csv) << "\"old\",\"row\"\n";
  Process run(data);
  run.add(1);
  run.flush();
  EXPECT_TRUE(store::read_file(csv)->starts_with("\"old\",\"row\"\n\"\",\"1001\",\"1\","));
}

TEST_F(CdrWriter, a_file_that_was_moved_away_is_begun_anew) {
  Process run(data);
  run.add(1, 5);
  run.flush();
  fs::rename(csv, data / "cdr-csv/Master.csv.1");
  run.add(6, 7);
  run.flush();
  EXPECT_EQ(rows_in(csv), numbers(6, 7));
  run.add(8, 20);
  run.flush();
  EXPECT_EQ(rows_in(csv), numbers(6, 20));
  EXPECT_EQ(rows_in(data / "cdr-csv/Master.csv.1"), numbers(1, 5));
}

TEST_F(CdrWriter, a_file_that_was_emptied_is_begun_anew) {
  Process run(data);
  run.add(1, 5);
  run.flush();
  fs::resize_file(csv, 0);  // logrotate: copytruncate
  run.add(6, 7);
  run.flush();
  EXPECT_EQ(rows_in(csv), numbers(6, 7));
}

TEST_F(CdrWriter, a_crash_after_the_first_row_of_a_new_file_doubles_nothing) {
  {
    Process run(data);
    run.add(1, 5);
    run.flush();
    fs::rename(csv, data / "cdr-csv/Master.csv.1");
    run.add(6, 7);
  }
  copy(data / "journal", folder / "journal");
  {
    Process(data).flush();
  }
  copy(folder / "journal", data / "journal");
  Process run(data);
  run.sql("UPDATE csv_state SET sequence = 5, bytes = 0");
  run.flush();
  EXPECT_EQ(rows_in(csv), numbers(6, 7));
}

// The rows were written, the crash came before SQL knew, and logrotate came before the restart.
TEST_F(CdrWriter, a_rotation_between_a_crash_and_the_restart_doubles_nothing) {
  {
    Process run(data);
    run.add(1, 5);
    run.flush();
    run.add(6, 9);
  }
  copy(data / "journal", folder / "journal");
  fs::copy(data / "polyfon.db", folder / "polyfon.db");
  {
    Process(data).flush();
  }
  auto whole = fs::file_size(csv);
  copy(folder / "journal", data / "journal");
  for (const char* name : {"polyfon.db-wal", "polyfon.db-shm"}) fs::remove(data / name);
  fs::copy(folder / "polyfon.db", data / "polyfon.db", fs::copy_options::overwrite_existing);
  auto rotated = data / "cdr-csv/Master.csv.1";
  fs::rename(csv, rotated);
  fs::resize_file(rotated, whole - 3);  // and not even its last line was whole
  Process run(data);
  run.add(10);
  run.flush();
  EXPECT_EQ(run.in_sql(), numbers(1, 10));
  EXPECT_EQ(rows_in(rotated), numbers(1, 5));
  EXPECT_EQ(rows_in(csv), numbers(6, 10));
}

TEST_F(CdrWriter, a_longer_file_in_its_place_is_continued_and_not_cut) {
  Process run(data);
  run.add(1, 2);
  run.flush();
  fs::rename(csv, data / "cdr-csv/Master.csv.1");
  std::string old;
  for (int i = 0; i < 100; ++i) old += "\"old\",\"row\"\n";
  std::ofstream(csv) << old;
  run.add(3);
  run.flush();
  auto text = *store::read_file(csv);
  EXPECT_TRUE(text.starts_with(old + "\"\",\"1001\",\"3\","));
  EXPECT_EQ(rows_in(data / "cdr-csv/Master.csv.1"), numbers(1, 2));
}

TEST_F(CdrWriter, something_that_is_no_file_holds_the_rows_in_the_journal) {
  Process run(data);
  run.add(1, 5);
  run.flush();
  fs::remove(csv);
  ASSERT_EQ(::mkfifo(csv.c_str(), 0600), 0);
  int reader = ::open(csv.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  run.add(6);
  EXPECT_FALSE(run.writer->flush());
  EXPECT_EQ(store::all_records(*run.journal).size(), 1u);
  ::close(reader);
  fs::remove(csv);
  run.flush();
  EXPECT_EQ(rows_in(csv), numbers(6, 6));
}

TEST_F(CdrWriter, without_rows_the_file_is_not_touched) {
  Process run(data);
  run.flush();
  EXPECT_FALSE(fs::exists(csv));
}

TEST_F(CdrWriter, a_database_that_was_removed_is_made_anew_and_the_file_continued) {
  {
    Process run(data);
    run.add(1, 3);
    run.flush();
  }
  for (const char* file : {"polyfon.db", "polyfon.db-wal", "polyfon.db-shm"}) fs::remove(data / file);
  Process run(data);
  run.add(4, 5);
  run.flush();
  EXPECT_EQ(run.in_sql(), numbers(4, 5));
  EXPECT_EQ(rows_in(csv), numbers(1, 5));
}

// --- records that are none ---

TEST_F(CdrWriter, a_record_that_cannot_be_read_is_kept_aside_and_holds_nobody_up) {
  Process run(data);
  run.add(1);
  auto broken = run.journal->append(kJournalType, "not a call record");
  ASSERT_TRUE(broken);
  run.add(2);
  EXPECT_EQ(run.writer->flush(), 2u);
  expect_rows(run, 2);
  EXPECT_EQ(*store::read_file(data / fmt::format("cdr-csv/unreadable-{}.record", *broken)),
            "not a call record");
}

TEST_F(CdrWriter, records_of_another_type_are_none_of_its_own) {
  Process run(data);
  ASSERT_TRUE(run.journal->append(2, "a ledger entry"));
  run.add(1);
  EXPECT_EQ(run.writer->flush(), 1u);
  expect_rows(run, 1);
}

// --- kill -9 ---

[[noreturn]] void write_for_ever(const fs::path& data, int report, int number) {
  Process run(data);
  for (;;) {
    for (int i = 0; i < 20; ++i) {
      run.add(++number);
      if (::write(report, &number, sizeof number) != sizeof number) ::_exit(1);
    }
    if (!run.writer->flush()) ::_exit(1);
  }
}

TEST_F(CdrWriter, kill_9_at_any_moment_leaves_every_row_once) {
  base::SeededRandom random(3);
  int last = 0;
  std::vector<fs::path> files;
  for (int round = 0; round < 30; ++round) {
    if (random.below(4) == 0 && fs::exists(csv)) {  // logrotate comes by
      files.push_back(data / fmt::format("cdr-csv/Master.csv.{}", round));
      fs::rename(csv, files.back());
    }
    int report[2];
    ASSERT_EQ(::pipe(report), 0);
    pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      ::close(report[0]);
      write_for_ever(data, report[1], last);
    }
    ::close(report[1]);
    int number = 0;
    ASSERT_EQ(::read(report[0], &number, sizeof number), static_cast<ssize_t>(sizeof number));
    timespec moment{0, static_cast<long>(random.below(30'000'000))};
    ::nanosleep(&moment, nullptr);
    ::kill(child, SIGKILL);
    do last = number;
    while (::read(report[0], &number, sizeof number) == sizeof number);
    ::close(report[0]);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status)) << "round " << round << ": the child ended by itself";

    Process run(data);
    auto waiting = store::all_records(*run.journal);
    if (!waiting.empty())
      last = std::max(last, std::stoi(CallRecord::decode(waiting.back().payload)->destination));
    run.flush();
    ASSERT_EQ(run.in_sql(), numbers(1, last)) << "round " << round;
    std::vector<int> in_files;
    for (const auto& file : files) std::ranges::copy(rows_in(file), std::back_inserter(in_files));
    std::ranges::copy(rows_in(csv), std::back_inserter(in_files));
    ASSERT_EQ(in_files, numbers(1, last)) << "round " << round;
  }
}

}  // namespace
}  // namespace polyfon::cdr
