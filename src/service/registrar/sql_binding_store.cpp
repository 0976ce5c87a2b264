#include "service/registrar/sql_binding_store.h"

#include <map>

#include <soci/soci.h>

#include "base/log.h"

namespace polyfon::registrar {

namespace {

using Key = std::pair<std::string, std::string>;              // account, contact
using Changes = std::map<Key, std::optional<StoredBinding>>;  // nullopt: removed

void write(soci::session& session, const Changes& changes) {
  StoredBinding b;
  long long cseq = 0, expires_at = 0;
  std::string account, contact;
  soci::statement put =
      (session.prepare
           << "INSERT OR REPLACE INTO bindings (account, contact_uri, call_id, user_agent, path, cseq, flow,"
              " expires_at) VALUES (:account, :contact, :callid, :agent, :path, :cseq, :flow, :expires)",
       soci::use(b.account), soci::use(b.contact_uri), soci::use(b.call_id), soci::use(b.user_agent),
       soci::use(b.path), soci::use(cseq), soci::use(b.flow), soci::use(expires_at));
  soci::statement remove =
      (session.prepare << "DELETE FROM bindings WHERE account = :account AND contact_uri = :contact",
       soci::use(account), soci::use(contact));
  for (const auto& [key, binding] : changes) {
    if (binding) {
      b = *binding;
      cseq = b.cseq;
      expires_at = b.expires_at;
      put.execute(true);
    } else {
      std::tie(account, contact) = key;
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
  impl_->changes.insert_or_assign({binding.account, binding.contact_uri}, binding);
}
void SqlBindingStore::remove(const std::string& account, const std::string& contact_uri) {
  impl_->changes.insert_or_assign({account, contact_uri}, std::nullopt);
}
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
    long long cseq = 0, expires_at = 0;
    soci::statement select =
        (session.prepare << "SELECT account, contact_uri, call_id, user_agent, path, cseq, flow, expires_at "
                            "FROM bindings ORDER BY expires_at DESC",
         soci::into(b.account), soci::into(b.contact_uri), soci::into(b.call_id), soci::into(b.user_agent),
         soci::into(b.path), soci::into(cseq), soci::into(b.flow), soci::into(expires_at));
    select.execute();
    while (select.fetch()) {
      b.cseq = static_cast<std::uint32_t>(cseq);
      b.expires_at = expires_at;
      bindings.push_back(b);
    }
  });
  if (!read) return std::unexpected(read.error());
  return bindings;
}

}  // namespace polyfon::registrar
