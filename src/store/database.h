// Database: the SQL store behind one small class: SQLite through SOCI, with migrations numbered from 1. One
// connection: every call blocks, belongs on a worker, and waits for the one before. What is committed
// survives power loss. Integers are BIGINT, read with static into<long long> (SOCI's dynamic rows read 32
// bits). thread: any.
#pragma once
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "base/result.h"

namespace soci {
class session;  // NOLINT(readability-identifier-naming): SOCI's name
}

namespace polyfon::store {

class Database {
 public:
  // Opens or makes the file, in WAL mode, and brings it to the newest migration. `patience`: how long a call
  // waits when another program holds the file.
  static base::Result<std::unique_ptr<Database>> open(
      const std::filesystem::path& file, std::chrono::seconds patience = std::chrono::seconds(10));
  ~Database();

  // Runs `work` in a transaction; an exception of SOCI becomes an Error and rolls back.
  base::Result<> transaction(const std::function<void(soci::session&)>& work);

 private:
  Database();
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace polyfon::store
