// The database over real files.
#include "store/database.h"

#include <fstream>
#include <thread>

#include <gtest/gtest.h>
#include <soci/soci.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/migrations.h"
#include "temp_folder.h"

namespace polyfon::store {
namespace {

using namespace std::chrono_literals;

class DatabaseFile : public testing::Test {
 protected:
  std::unique_ptr<Database> open() {
    auto database = Database::open(file, 1s);
    EXPECT_TRUE(database) << (database ? "" : database.error().text);
    return database ? std::move(*database) : nullptr;
  }
  static long long number(Database& database, const std::string& query) {
    long long value = -1;
    auto read = database.transaction([&](soci::session& session) { session << query, soci::into(value); });
    EXPECT_TRUE(read) << (read ? "" : read.error().text);
    return value;
  }
  static void run(Database& database, const std::string& statement) {
    auto done = database.transaction([&](soci::session& session) { session << statement; });
    ASSERT_TRUE(done) << done.error().text;
  }
  TempFolder folder;
  std::filesystem::path file = folder / "polyfon.db";
};

TEST_F(DatabaseFile, is_made_with_every_migration_once) {
  auto database = open();
  ASSERT_TRUE(database);
  EXPECT_EQ(number(*database, "SELECT COUNT(*) FROM schema_migrations"),
            static_cast<long long>(migrations().size()));
  run(*database, "INSERT INTO csv_state (node, sequence, bytes) VALUES (1, 2, 3)");
  database.reset();
  database = open();
  ASSERT_TRUE(database);
  EXPECT_EQ(number(*database, "SELECT COUNT(*) FROM schema_migrations"),
            static_cast<long long>(migrations().size()));
  EXPECT_EQ(number(*database, "SELECT bytes FROM csv_state"), 3);
}

TEST_F(DatabaseFile, migrations_are_numbered_without_gaps) {
  int expected = 0;
  for (const auto& migration : migrations()) {
    EXPECT_EQ(migration.version, ++expected);
    EXPECT_FALSE(migration.name.empty());
    EXPECT_FALSE(migration.statements.empty());
  }
}

TEST_F(DatabaseFile, numbers_over_53_bits_survive) {
  auto database = open();
  ASSERT_TRUE(database);
  long long written = 9007199254740993, read = 0;
  auto done = database->transaction([&](soci::session& session) {
    session << "INSERT INTO csv_state (node, sequence, bytes) VALUES (1, :sequence, 0)", soci::use(written);
    session << "SELECT sequence FROM csv_state", soci::into(read);
  });
  ASSERT_TRUE(done) << done.error().text;
  EXPECT_EQ(read, written);
}

TEST_F(DatabaseFile, is_in_wal_mode_and_syncs_every_commit) {
  auto database = open();
  ASSERT_TRUE(database);
  std::string mode;
  ASSERT_TRUE(database->transaction(
      [&](soci::session& session) { session << "PRAGMA journal_mode", soci::into(mode); }));
  EXPECT_EQ(mode, "wal");
  EXPECT_EQ(number(*database, "PRAGMA synchronous"), 2);
}

TEST_F(DatabaseFile, an_error_rolls_back_names_the_file_and_leaves_it_usable) {
  auto database = open();
  ASSERT_TRUE(database);
  auto failed = database->transaction([](soci::session& session) {
    session << "INSERT INTO csv_state (node, sequence, bytes) VALUES (1, 2, 3)";
    session << "INSERT INTO no_such_table VALUES (1)";
  });
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, base::ErrorCode::kIo);
  EXPECT_NE(failed.error().text.find(file.string()), std::string::npos) << failed.error().text;
  EXPECT_NE(failed.error().text.find("no_such_table"), std::string::npos) << failed.error().text;
  EXPECT_EQ(number(*database, "SELECT COUNT(*) FROM csv_state"), 0);
}

TEST_F(DatabaseFile, an_exception_of_the_work_rolls_back_too) {
  auto database = open();
  ASSERT_TRUE(database);
  auto failed = database->transaction([](soci::session& session) {
    session << "INSERT INTO csv_state (node, sequence, bytes) VALUES (1, 2, 3)";
    throw std::runtime_error("enough");
  });
  ASSERT_FALSE(failed);
  EXPECT_NE(failed.error().text.find("enough"), std::string::npos);
  EXPECT_EQ(number(*database, "SELECT COUNT(*) FROM csv_state"), 0);
}

TEST_F(DatabaseFile, a_folder_with_blanks_in_its_name_is_fine) {
  std::filesystem::create_directories(folder / "my own data");
  file = folder / "my own data/the polyfon.db";
  auto database = open();
  ASSERT_TRUE(database);
  EXPECT_TRUE(std::filesystem::exists(file));
}

TEST_F(DatabaseFile, a_folder_that_is_not_there_is_an_error_with_the_name) {
  auto database = Database::open(folder / "missing/polyfon.db");
  ASSERT_FALSE(database);
  EXPECT_NE(database.error().text.find("missing/polyfon.db"), std::string::npos) << database.error().text;
}

TEST_F(DatabaseFile, a_file_that_is_no_database_is_an_error_and_stays_as_it_is) {
  const std::string text(5000, 'x');
  std::ofstream(file) << text;
  auto database = Database::open(file);
  ASSERT_FALSE(database);
  EXPECT_NE(database.error().text.find(file.string()), std::string::npos) << database.error().text;
  std::ifstream in(file);
  EXPECT_EQ(std::string(std::istreambuf_iterator(in), {}), text);
}

TEST_F(DatabaseFile, a_file_that_another_program_holds_is_an_error_and_works_again_afterwards) {
  auto database = open();
  ASSERT_TRUE(database);
  sqlite3* other = nullptr;
  ASSERT_EQ(sqlite3_open(file.c_str(), &other), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(other, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_OK);
  auto insert = [](soci::session& session) {
    session << "INSERT INTO csv_state (node, sequence, bytes) VALUES (1, 2, 3)";
  };
  auto refused = database->transaction(insert);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().text.find(file.string()), std::string::npos) << refused.error().text;
  EXPECT_NE(refused.error().text.find("locked"), std::string::npos) << refused.error().text;
  sqlite3_exec(other, "ROLLBACK", nullptr, nullptr, nullptr);
  sqlite3_close(other);
  auto done = database->transaction(insert);
  EXPECT_TRUE(done) << (done ? "" : done.error().text);
}

TEST_F(DatabaseFile, a_file_that_may_not_be_written_is_an_error) {
  open().reset();
  ASSERT_EQ(::chmod(file.c_str(), 0444), 0);
  ASSERT_EQ(::chmod(folder.path().c_str(), 0555), 0);
  // Root may write everything: be somebody else for a moment.
  uid_t own = ::geteuid();
  if (own == 0) ASSERT_EQ(::seteuid(65534), 0);
  auto database = Database::open(file, 1s);
  if (own == 0) ASSERT_EQ(::seteuid(own), 0);
  ::chmod(folder.path().c_str(), 0755);
  ASSERT_FALSE(database);
  EXPECT_NE(database.error().text.find(file.string()), std::string::npos) << database.error().text;
}

TEST_F(DatabaseFile, two_threads_take_turns) {
  auto database = open();
  ASSERT_TRUE(database);
  auto work = [&](long long node) {
    for (long long i = 0; i < 20; ++i) {
      auto done = database->transaction([&](soci::session& session) {
        session << "INSERT OR REPLACE INTO csv_state (node, sequence, bytes) VALUES (:node, :sequence, 0)",
            soci::use(node), soci::use(i);
      });
      ASSERT_TRUE(done) << done.error().text;
    }
  };
  std::thread first(work, 1), second(work, 2);
  first.join();
  second.join();
  EXPECT_EQ(number(*database, "SELECT SUM(sequence) FROM csv_state"), 38);
}

}  // namespace
}  // namespace polyfon::store
