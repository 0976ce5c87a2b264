#include "service/registrar/sql_binding_store.h"

#include <charconv>
#include <map>

#include <fmt/format.h>
#include <soci/soci.h>

#include "base/log.h"

namespace polyfon::registrar {

namespace {

using Changes = std::map<BindingKey, std::optional<StoredBinding>>;  // nullopt: removed
constexpr std::string_view kGruuSecret = "gruu";

void write(soci::session& session, const Changes& changes) {
  StoredBinding b;
  BindingKey k;
  long long cseq = 0, expires_at = 0, reg_id = 0, q = 0;
  soci::statement put =
      (session.prepare
           << "INSERT OR REPLACE INTO bindings (account, contact_uri, call_id, user_agent, path, cseq, flow,"
              " expires_at, instance, reg_id, q) VALUES (:account, :contact, :callid, :agent, :path, :cseq, "
              ":flow, :expires, :instance, :regid, :q)",
       soci::use(b.account), soci::use(b.contact_uri), soci::use(b.call_id), soci::use(b.user_agent),
       soci::use(b.path), soci::use(cseq), soci::use(b.flow), soci::use(expires_at), soci::use(b.instance),
       soci::use(reg_id), soci::use(q));
  soci::statement remove =
      (session.prepare << "DELETE FROM bindings WHERE account = :account AND contact_uri = :contact AND "
                          "instance = :instance AND reg_id = :regid",
       soci::use(k.account), soci::use(k.contact_uri), soci::use(k.instance), soci::use(reg_id));
  for (const auto& [key, binding] : changes) {
    if (binding) {
      b = *binding;
      cseq = b.cseq;
      expires_at = b.expires_at;
      reg_id = b.reg_id;
      q = b.q;
      put.execute(true);
    } else {
      k = key;
      reg_id = key.reg_id;
      remove.execute(true);
    }
  }
}

}  // namespace

struct SqlBindingStore::Impl {
  store::Database& database;
  PostToStrand post;
  Changes changes;
};

SqlBindingStore::SqlBindingStore(store::Database& database, PostToStrand post)
    : impl_(new Impl{database, std::move(post), {}}) {}
SqlBindingStore::~SqlBindingStore() = default;

void SqlBindingStore::save(const StoredBinding& binding) {
  impl_->changes.insert_or_assign(binding.key(), binding);
}
void SqlBindingStore::remove(const BindingKey& key) { impl_->changes.insert_or_assign(key, std::nullopt); }
bool SqlBindingStore::dirty() const { return !impl_->changes.empty(); }

void SqlBindingStore::flush() {
  if (impl_->changes.empty()) return;
  impl_->post([&database = impl_->database, changes = std::exchange(impl_->changes, {})] {
    auto written = database.transaction([&](soci::session& session) { write(session, changes); });
    if (!written)
      base::log_error("registrar", "registrations are not stored, phones will register again: {}",
                      written.error().text);
  });
}

base::Result<std::vector<StoredBinding>> SqlBindingStore::load(store::Database& database,
                                                               base::WallTime now) {
  std::vector<StoredBinding> bindings;
  long long seconds = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
  auto read = database.transaction([&](soci::session& session) {
    session << "DELETE FROM bindings WHERE expires_at <= :now", soci::use(seconds);
    StoredBinding b;
    long long cseq = 0, expires_at = 0, reg_id = 0, q = 0;
    soci::statement select =
        (session.prepare << "SELECT account, contact_uri, call_id, user_agent, path, cseq, flow, expires_at, "
                            "instance, reg_id, q FROM bindings ORDER BY expires_at DESC",
         soci::into(b.account), soci::into(b.contact_uri), soci::into(b.call_id), soci::into(b.user_agent),
         soci::into(b.path), soci::into(cseq), soci::into(b.flow), soci::into(expires_at),
         soci::into(b.instance), soci::into(reg_id), soci::into(q));
    select.execute();
    while (select.fetch()) {
      b.cseq = static_cast<std::uint32_t>(cseq);
      b.expires_at = expires_at;
      b.reg_id = static_cast<std::uint32_t>(reg_id);
      b.q = static_cast<unsigned>(q);
      bindings.push_back(b);
    }
  });
  if (!read) return std::unexpected(read.error());
  return bindings;
}

base::Result<GruuMaker::Secret> SqlBindingStore::gruu_secret(store::Database& database,
                                                             base::Random& random) {
  GruuMaker::Secret secret{};
  random.fill(std::as_writable_bytes(std::span(secret)));
  std::string name(kGruuSecret), kept;
  for (unsigned char byte : secret) kept += fmt::format("{:02x}", byte);
  auto read = database.transaction([&](soci::session& session) {
    session << "INSERT OR IGNORE INTO secrets (name, value) VALUES (:name, :value)", soci::use(name),
        soci::use(kept);
    session << "SELECT value FROM secrets WHERE name = :name", soci::use(name), soci::into(kept);
  });
  if (!read) return std::unexpected(read.error());
  for (std::size_t i = 0; i < secret.size() && 2 * i + 1 < kept.size(); ++i)
    std::from_chars(&kept[2 * i], &kept[2 * i] + 2, secret[i], 16);
  return secret;
}

}  // namespace polyfon::registrar
