// Registrations in the database: written behind, read at start.
#include <gtest/gtest.h>
#include <soci/soci.h>

#include "service/registrar/sql_binding_store.h"
#include "temp_folder.h"

namespace polyfon::registrar {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t kNow = 1'767'323'045;

class BindingStoreFile : public testing::Test {
 protected:
  BindingStoreFile() {
    auto opened = store::Database::open(folder_ / "polyfon.db");
    EXPECT_TRUE(opened) << (opened ? "" : opened.error().text);
    if (opened) database = std::move(*opened);
    store = std::make_unique<SqlBindingStore>(*database,
                                              [this](auto work) { posted.push_back(std::move(work)); });
  }
  static StoredBinding sample(const std::string& account = "1001",
                              const std::string& contact = "sip:1001@192.0.2.10") {
    return {account,
            contact,
            "call-id",
            "Desk \"Phone\"",
            "<sip:edge.example;lr>",
            4294967295u,
            "udp:0:192.0.2.10:5060",
            kNow + 300};
  }
  // What a worker does.
  void work() {
    for (auto& each : posted) each();
    posted.clear();
  }
  void write() { store->flush(), work(); }
  std::vector<StoredBinding> load(std::int64_t now = kNow) {
    auto loaded = SqlBindingStore::load(*database, base::WallTime(std::chrono::seconds(now)));
    EXPECT_TRUE(loaded) << (loaded ? "" : loaded.error().text);
    return loaded ? *loaded : std::vector<StoredBinding>();
  }
  std::vector<std::string> loaded_contacts() {
    std::vector<std::string> result;
    for (const auto& binding : load()) result.push_back(binding.account + " " + binding.contact_uri);
    return result;
  }
  using Texts = std::vector<std::string>;

 private:
  TempFolder folder_;

 protected:
  std::unique_ptr<store::Database> database;
  std::vector<std::move_only_function<void()>> posted;
  std::unique_ptr<SqlBindingStore> store;
};

TEST_F(BindingStoreFile, gives_back_every_field) {
  store->save(sample());
  write();
  auto loaded = load();
  ASSERT_EQ(loaded.size(), 1u);
  const auto& binding = loaded[0];
  EXPECT_EQ(binding.account, "1001");
  EXPECT_EQ(binding.contact_uri, "sip:1001@192.0.2.10");
  EXPECT_EQ(binding.call_id, "call-id");
  EXPECT_EQ(binding.user_agent, "Desk \"Phone\"");
  EXPECT_EQ(binding.path, "<sip:edge.example;lr>");
  EXPECT_EQ(binding.cseq, 4294967295u);
  EXPECT_EQ(binding.flow, "udp:0:192.0.2.10:5060");
  EXPECT_EQ(binding.expires_at, kNow + 300);
}

TEST_F(BindingStoreFile, posts_nothing_when_nothing_changed) {
  EXPECT_FALSE(store->dirty());
  store->flush();
  EXPECT_TRUE(posted.empty());
  store->save(sample());
  EXPECT_TRUE(store->dirty());
  store->flush();
  EXPECT_FALSE(store->dirty());
  EXPECT_EQ(posted.size(), 1u);
}

TEST_F(BindingStoreFile, the_newest_change_of_a_binding_is_written_alone) {
  auto binding = sample();
  for (std::uint32_t i = 1; i <= 50; ++i) {
    binding.cseq = i;
    store->save(binding);
  }
  store->flush();
  EXPECT_EQ(posted.size(), 1u);
  work();
  ASSERT_EQ(load().size(), 1u);
  EXPECT_EQ(load()[0].cseq, 50u);
}

TEST_F(BindingStoreFile, saved_and_removed_before_a_flush_is_not_there) {
  store->save(sample());
  store->remove({"1001", "sip:1001@192.0.2.10", ""});
  write();
  EXPECT_TRUE(load().empty());
}

TEST_F(BindingStoreFile, removed_and_saved_before_a_flush_is_there) {
  store->save(sample());
  write();
  store->remove({"1001", "sip:1001@192.0.2.10", ""});
  auto again = sample();
  again.cseq = 2;
  store->save(again);
  write();
  ASSERT_EQ(load().size(), 1u);
  EXPECT_EQ(load()[0].cseq, 2u);
}

TEST_F(BindingStoreFile, removes_that_contact_of_that_account_alone) {
  store->save(sample("1001", "sip:a@192.0.2.10"));
  store->save(sample("1001", "sip:b@192.0.2.10"));
  store->save(sample("1002", "sip:a@192.0.2.10"));
  write();
  store->remove({"1001", "sip:a@192.0.2.10", ""});
  write();
  EXPECT_EQ(loaded_contacts(), (Texts{"1001 sip:b@192.0.2.10", "1002 sip:a@192.0.2.10"}));
}

TEST_F(BindingStoreFile, changes_after_a_flush_come_after_it) {
  store->save(sample());
  store->flush();
  store->remove({"1001", "sip:1001@192.0.2.10", ""});
  store->flush();
  work();
  EXPECT_TRUE(load().empty());
}

TEST_F(BindingStoreFile, what_has_expired_is_neither_loaded_nor_kept) {
  auto brief = sample("1001", "sip:brief@192.0.2.10");
  brief.expires_at = kNow + 10;
  store->save(brief);
  store->save(sample());
  write();
  EXPECT_EQ(load(kNow + 9).size(), 2u);
  EXPECT_EQ(load(kNow + 10).size(), 1u);
  EXPECT_EQ(load(kNow).size(), 1u) << "it was deleted";
}

TEST_F(BindingStoreFile, the_newest_is_loaded_first) {
  for (int i : {2, 3, 1}) {
    auto binding = sample("1001", fmt::format("sip:phone{}@192.0.2.10", i));
    binding.expires_at = kNow + i * 100;
    store->save(binding);
  }
  write();
  EXPECT_EQ(loaded_contacts(), (Texts{"1001 sip:phone3@192.0.2.10", "1001 sip:phone2@192.0.2.10",
                                      "1001 sip:phone1@192.0.2.10"}));
}

TEST_F(BindingStoreFile, texts_are_texts) {
  auto binding = sample("1001'; DROP TABLE bindings; --", "sip:a@b;x=\"'\"");
  store->save(binding);
  write();
  EXPECT_EQ(loaded_contacts(), (Texts{"1001'; DROP TABLE bindings; -- sip:a@b;x=\"'\""}));
}

TEST_F(BindingStoreFile, a_database_that_refuses_ends_nothing) {
  ASSERT_TRUE(database->transaction([](soci::session& session) { session << "DROP TABLE bindings"; }));
  store->save(sample());
  write();
  EXPECT_FALSE(SqlBindingStore::load(*database, base::WallTime(std::chrono::seconds(kNow))));
}

}  // namespace
}  // namespace polyfon::registrar
