// What is behind Registrar: registration.cpp answers REGISTER, registrar.cpp says where accounts are.
// thread: control.
#pragma once
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/log.h"
#include "base/text.h"
#include "service/registrar/binding.h"
#include "service/registrar/probe.h"
#include "service/registrar/register_request.h"
#include "service/registrar/registrar.h"

namespace polyfon::registrar {

using EndpointPtr = std::shared_ptr<const config::Endpoint>;
EndpointPtr find_endpoint(const config::Snapshot& snapshot, std::string_view name);  // null: none

struct Registrar::Impl {
  using Bindings = std::vector<Binding>;
  struct Account {
    Bindings bindings;             // the newest registration first
    std::unique_ptr<Probe> probe;  // qualify=; looks at the bindings
  };
  using Accounts = std::unordered_map<std::string, Account, base::TextHash, std::equal_to<>>;

  Impl(Parts p, std::shared_ptr<const config::Snapshot> s);
  ~Impl();
  void take(std::shared_ptr<const config::Snapshot> fresh);

  // --- REGISTER ---
  void handle(sip::IncomingRequest request, base::Instant now);
  // Whose password counts: the account's own, or that of who registers for others.
  EndpointPtr registrant(const sip::Message& message, std::string_view account,
                         const EndpointPtr& endpoint) const;
  bool authenticated(sip::IncomingRequest& request, const RegisterRequest& wanted, const EndpointPtr& who,
                     base::Instant now);
  bool may_register(const config::Endpoint& who, std::string_view account) const;
  void challenge(sip::IncomingRequest& request, base::Instant now, bool stale);
  void refuse(sip::IncomingRequest& request, const RegisterRefusal& refusal);
  // The binding that a contact is about; end(): none yet.
  static Bindings::iterator find(Account& account, const RegisterRequest& wanted,
                                 const RegisterRequest::Contact& contact);
  bool in_order(Account& account, const RegisterRequest& wanted) const;
  bool registers_itself(const RegisterRequest& wanted) const;
  void change(Account& account, const config::Endpoint& endpoint, const RegisterRequest& wanted,
              const sip::IncomingRequest& request, base::Instant now);
  void put(Account& account, const config::Endpoint& endpoint, const RegisterRequest& wanted,
           const RegisterRequest::Contact& contact, const sip::Flow& flow, base::Instant now);
  void accept(sip::IncomingRequest& request, const config::Endpoint& endpoint, const Account& account,
              const RegisterRequest& wanted, base::Instant now);
  std::string contact_value(const Binding& binding, const config::Endpoint& endpoint,
                            const RegisterRequest& wanted, base::Instant now);

  // --- where accounts are ---
  void place_fixed();
  void place(const EndpointPtr& endpoint, base::Duration first_question = {});
  std::string fixed_uri(const config::Endpoint& endpoint) const;
  void take_servers(call::ContactAddress& contact, std::string_view account) const;
  std::string_view peer_at(const base::SocketAddress& address) const;
  std::optional<call::Instance> find_temporary(std::uint64_t era) const;

  // --- bindings ---
  void erase(std::string_view name, Account& account, Bindings::iterator binding);
  void sweep(base::Instant now);
  bool is_over(const Account& account, const Binding& binding, base::Instant now);
  void watch(Account& account, const EndpointPtr& endpoint, base::Duration first = {});
  void stored(std::string_view name, const Binding& binding, base::Instant now);

  Parts parts;
  GruuMaker gruus;
  std::uint64_t next_gruu = 0;
  std::shared_ptr<const config::Snapshot> snapshot;
  std::vector<EndpointPtr> dynamic_peers;  // type=peer, host=dynamic
  std::shared_ptr<const Probe::Shared> probes;
  Accounts accounts;
  RegistrarCounters counters;
  base::LogLimit wrong_password_log{10, std::chrono::seconds(10)};
  base::Timer sweep_timer = base::Timer::of<&Impl::sweep>(this);
};

}  // namespace polyfon::registrar
