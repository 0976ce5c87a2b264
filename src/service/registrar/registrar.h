// Registrar: REGISTER (RFC 3261 10.3): authenticates by digest, keeps the bindings of each account, answers
// queries, and tells call where an account is (call::Location). An account with a fixed host has one binding
// that never expires. Bindings are restored after a restart; the far ends of qualify'd accounts are asked by
// OPTIONS. At most 500 bytes a binding. thread: control.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/metrics.h"
#include "base/time.h"
#include "base/timer_wheel.h"
#include "call/location.h"
#include "config/snapshot.h"
#include "service/registrar/binding.h"
#include "service/registrar/gruu.h"
#include "sip/auth/digest.h"
#include "sip/dialog/user_agent.h"

namespace polyfon::registrar {

// What a stored binding is found by.
struct BindingKey {
  std::string account, contact_uri, instance;
  std::uint32_t reg_id = 0;
  auto operator<=>(const BindingKey&) const = default;
};

// What is kept of a binding over a restart; a store takes it (write-behind, on a worker).
struct StoredBinding {
  std::string account, contact_uri, call_id, user_agent, path;
  std::uint32_t cseq = 0;
  std::string flow;             // "udp:LISTENER:ADDRESS:PORT"
  std::int64_t expires_at = 0;  // seconds since 1970
  std::string instance = {};
  std::uint32_t reg_id = 0;
  unsigned q = 1000;  // thousandths
  BindingKey key() const { return {account, contact_uri, instance, reg_id}; }
};

class BindingStore {
 public:
  virtual ~BindingStore() = default;
  virtual void save(const StoredBinding& binding) = 0;  // insert or replace by its key
  virtual void remove(const BindingKey& key) = 0;
};

struct RegistrarCounters {
  base::Counter registered, refreshed, unregistered, queried, challenged, rejected_auth, rejected_interval,
      rejected_order, rejected_limit, expired;
};

class StaticHosts;

// One binding as the console shows it.
struct BindingView {
  std::string contact_uri, user_agent;
  sip::Flow flow;
  std::int64_t expires_in = 0;  // seconds
  bool fixed = false;           // of a fixed host: it does not expire
  using Status = ContactStatus;
  Status status = Status::kUnmonitored;
  std::chrono::milliseconds round_trip{0};
};

class Registrar final : public sip::RequestHandler, public call::Location {
 public:
  // Extensions of REGISTER that are done here, for UserAgent::set_request_handler().
  static constexpr std::string_view kExtensions = "path, outbound, gruu";

  struct Parts {
    sip::UserAgent& user_agent;
    base::TimerWheel& timers;
    const base::Clock& clock;
    const sip::NonceSource& nonces;
    StaticHosts* hosts = nullptr;   // null: accounts with a fixed host are not reached
    BindingStore* store = nullptr;  // null: nothing survives a restart
    GruuMaker::Secret gruu_secret{};
  };
  Registrar(Parts parts, std::shared_ptr<const config::Snapshot> snapshot);
  ~Registrar() override;

  // Reload: bindings of vanished accounts go.
  void set_snapshot(std::shared_ptr<const config::Snapshot> snapshot);
  // At start: the newest first.
  void restore(const std::vector<StoredBinding>& bindings);

  void on_request(sip::IncomingRequest request, base::Instant now) override;
  std::vector<call::ContactAddress> contacts(std::string_view account) const override;
  std::string_view account_at(const base::SocketAddress& address) const override;
  std::optional<call::Instance> find_gruu(const sip::Uri& uri) const override;

  std::vector<BindingView> bindings(std::string_view account) const;
  std::size_t binding_count() const;  // registered ones
  std::size_t bytes() const;  // memory that the bindings take, with containers, probes and malloc's share
  const RegistrarCounters& counters() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace polyfon::registrar
