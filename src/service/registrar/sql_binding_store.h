// SqlBindingStore: the registrar's bindings in SQL, written behind: changes are collected on control, the
// newest of each binding only, and go to the database in one transaction a flush. What a crash loses is at
// most the last flush interval of refreshes; phones register again. thread: save(), remove(), flush()
// control; the SQL runs on the strand.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/random.h"
#include "base/result.h"
#include "service/registrar/registrar.h"
#include "store/database.h"

namespace polyfon::registrar {

class SqlBindingStore final : public BindingStore {
 public:
  // Runs work on the worker strand that owns the database.
  using PostToStrand = std::function<void(std::move_only_function<void()>)>;

  SqlBindingStore(store::Database& database, PostToStrand post);
  ~SqlBindingStore() override;

  void save(const StoredBinding& binding) override;
  void remove(const BindingKey& key) override;
  void flush();  // posts what was collected; nothing when nothing was
  bool dirty() const;

  // At start: what has not expired, the newest first (what expires last). Blocks.
  static base::Result<std::vector<StoredBinding>> load(store::Database& database, base::WallTime now);
  // What temporary GRUUs are made with: drawn once for ever. Blocks.
  static base::Result<GruuMaker::Secret> gruu_secret(store::Database& database, base::Random& random);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace polyfon::registrar
