// Location: where the contacts of an account are, as call needs it to dial; the registrar implements it. A
// contact's flow is where its registration came from: a phone behind NAT is reached there, whatever its
// Contact says. thread: control.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sip/message/uri.h"
#include "sip/transaction/flow.h"

namespace polyfon::call {

struct ContactAddress {
  std::string uri;  // of the Contact: the Request-URI
  sip::Flow flow;
  std::vector<std::string> path;  // Path of the registration, the proxy nearest to us first
  bool reachable = true;          // qualify says so, or is off
  unsigned q = 1000;              // preference in thousandths (RFC 3261 20.10)
  // +sip.instance: contacts of one instance are flows to the same phone: one at a time (RFC 5626 7). "":
  // none.
  std::string instance;
  std::vector<sip::Flow> alternatives{};  // where to send when `flow` fails, in order (RFC 3263 4.3)
};

// One phone of an account: what a GRUU names (RFC 5627).
struct Instance {
  std::string account, instance;
  std::string grid = {};  // what the GRUU's owner wrote into it: goes on with the call
};

class Location {
 public:
  virtual ~Location() = default;
  // The account's contacts, most recently registered first: of host=dynamic its bindings, else its resolved
  // host. Empty: it is not registered, or its host is not known.
  virtual std::vector<ContactAddress> contacts(std::string_view account) const = 0;
  // The account with a fixed host, or of type=peer and registered, that has that address (the port too,
  // unless it has insecure=port). "": none.
  virtual std::string_view account_at(const base::SocketAddress& address) const = 0;
  // The phone that the GRUU names, registered or not; nullopt: it is none of ours, or not valid any more.
  virtual std::optional<Instance> find_gruu(const sip::Uri&) const { return std::nullopt; }
};

}  // namespace polyfon::call
