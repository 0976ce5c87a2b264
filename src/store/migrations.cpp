#include "store/migrations.h"

#include <array>

namespace polyfon::store {

namespace {

constexpr std::array<std::string_view, 4> kCallHistory{
    // Times are microseconds since 1970, 0 when it never came to that; (node, sequence) makes writing
    // idempotent.
    "CREATE TABLE call_records ("
    " node BIGINT NOT NULL, sequence BIGINT NOT NULL,"
    " account_code TEXT NOT NULL, source TEXT NOT NULL, destination TEXT NOT NULL, destination_context TEXT "
    "NOT NULL,"
    " caller_id TEXT NOT NULL, channel TEXT NOT NULL, destination_channel TEXT NOT NULL,"
    " last_application TEXT NOT NULL, last_data TEXT NOT NULL,"
    " start_time BIGINT NOT NULL, answer_time BIGINT NOT NULL, end_time BIGINT NOT NULL,"
    " disposition TEXT NOT NULL, ama_flags TEXT NOT NULL, unique_id TEXT NOT NULL, user_field TEXT NOT NULL,"
    " peer_account TEXT NOT NULL, linked_id TEXT NOT NULL, record_sequence BIGINT NOT NULL,"
    " PRIMARY KEY (node, sequence))",
    "CREATE INDEX call_records_by_start ON call_records (start_time)",
    "CREATE INDEX call_records_by_link ON call_records (linked_id)",
    // How far Master.csv has been written: the last sequence in it, and its length then.
    "CREATE TABLE csv_state (node BIGINT PRIMARY KEY, sequence BIGINT NOT NULL, bytes BIGINT NOT NULL)"};

constexpr std::array<std::string_view, 1> kBindings{
    "CREATE TABLE bindings ("
    " account TEXT NOT NULL, contact_uri TEXT NOT NULL, call_id TEXT NOT NULL, user_agent TEXT NOT NULL, "
    "path TEXT NOT NULL,"
    " cseq BIGINT NOT NULL, flow TEXT NOT NULL, expires_at BIGINT NOT NULL,"
    " PRIMARY KEY (account, contact_uri))"};

// Which file Master.csv was: logrotate may move it away. 0: not known.
constexpr std::array<std::string_view, 1> kCsvFile{
    "ALTER TABLE csv_state ADD COLUMN inode BIGINT NOT NULL DEFAULT 0"};

// Flows of one instance may have one contact (RFC 5626): they are part of the key.
constexpr std::array<std::string_view, 5> kInstances{
    "CREATE TABLE bindings_of_instances ("
    " account TEXT NOT NULL, contact_uri TEXT NOT NULL, call_id TEXT NOT NULL, user_agent TEXT NOT NULL, "
    "path TEXT NOT NULL,"
    " cseq BIGINT NOT NULL, flow TEXT NOT NULL, expires_at BIGINT NOT NULL,"
    " instance TEXT NOT NULL, reg_id BIGINT NOT NULL, q BIGINT NOT NULL,"
    " PRIMARY KEY (account, contact_uri, instance, reg_id))",
    "INSERT INTO bindings_of_instances SELECT account, contact_uri, call_id, user_agent, path, cseq, flow, "
    "expires_at, '', 0, 1000 FROM bindings",
    "DROP TABLE bindings", "ALTER TABLE bindings_of_instances RENAME TO bindings",
    "CREATE TABLE secrets (name TEXT PRIMARY KEY, value TEXT NOT NULL)"};

constexpr std::array<Migration, 4> kMigrations{Migration{1, "call history", kCallHistory},
                                               Migration{2, "registrations", kBindings},
                                               Migration{3, "the file of the call history", kCsvFile},
                                               Migration{4, "instances and flows of phones", kInstances}};

}  // namespace

std::span<const Migration> migrations() { return kMigrations; }

}  // namespace polyfon::store
