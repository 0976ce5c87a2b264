#include "store/database.h"

#include <mutex>

#include <fmt/format.h>
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include "store/migrations.h"

namespace polyfon::store {

struct Database::Impl {
  std::filesystem::path file;
  std::mutex mutex;
  soci::session session;
};

namespace {

void migrate(soci::session& session) {
  session << "CREATE TABLE IF NOT EXISTS schema_migrations (version BIGINT PRIMARY KEY, name TEXT NOT NULL)";
  long long version = 0;
  session << "SELECT COALESCE(MAX(version), 0) FROM schema_migrations", soci::into(version);
  for (const auto& migration : migrations()) {
    if (migration.version <= version) continue;
    soci::transaction transaction(session);
    for (auto statement : migration.statements) session << std::string(statement);
    long long number = migration.version;
    std::string name(migration.name);
    session << "INSERT INTO schema_migrations (version, name) VALUES (:version, :name)", soci::use(number),
        soci::use(name);
    transaction.commit();
  }
}

}  // namespace

Database::Database() : impl_(std::make_unique<Impl>()) {}
Database::~Database() = default;

base::Result<std::unique_ptr<Database>> Database::open(const std::filesystem::path& file,
                                                       std::chrono::seconds patience) {
  std::unique_ptr<Database> database(new Database);
  database->impl_->file = file;
  try {
    auto& session = database->impl_->session;
    session.open(soci::sqlite3,
                 fmt::format("db=\"{}\" timeout={} shared_cache=false", file.string(), patience.count()));
    std::string mode;
    session << "PRAGMA journal_mode=WAL", soci::into(mode);
    session << "PRAGMA synchronous=FULL";  // what is acknowledged to the journal is gone from there
    session << "PRAGMA foreign_keys=ON";
    migrate(session);
  } catch (const std::exception& error) {
    return base::fail(base::ErrorCode::kIo, fmt::format("database {}: {}", file.string(), error.what()));
  }
  return database;
}

base::Result<> Database::transaction(const std::function<void(soci::session&)>& work) {
  std::scoped_lock guard(impl_->mutex);
  try {
    soci::transaction transaction(impl_->session);
    work(impl_->session);
    transaction.commit();
    return {};
  } catch (const std::exception& error) {
    return base::fail(base::ErrorCode::kIo,
                      fmt::format("database {}: {}", impl_->file.string(), error.what()));
  }
}

}  // namespace polyfon::store
