// Fork: the order in which the contacts of one account are called (RFC 3261 16.6, 16.7): in groups by q, or
// all at once; of the flows to one phone one at a time, the next when a flow has failed (RFC 5626 7). Pure.
// thread: control.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "call/location.h"
#include "config/snapshot.h"

namespace polyfon::call {

class Fork {
 public:
  Fork(std::vector<ContactAddress> contacts, config::Forking forking);

  // Whom to call now, or next when these have all failed or rung long enough. Empty: nobody is left.
  std::vector<ContactAddress> next_group();
  bool has_next_group() const { return !waiting_.empty(); }
  // Another flow to the phone whose flow has failed; nullopt: there is none.
  std::optional<ContactAddress> next_flow(std::string_view instance);
  // RFC 3261 16.7 step 5: who was called wants no call at any of his phones.
  void stop();

 private:
  config::Forking forking_;
  std::vector<ContactAddress> waiting_;                                    // the most wanted first
  std::map<std::string, std::vector<ContactAddress>, std::less<>> flows_;  // more of each instance
};

// No final answer of the phone, but of its flow, or none: 408, 430, and no way there at all.
bool is_failed_flow(int sip_status, bool by_peer);

}  // namespace polyfon::call
