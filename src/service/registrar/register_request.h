// RegisterRequest: one REGISTER decoded and checked as a whole before anything changes (RFC 3261 10.3: all or
// nothing; Path of RFC 3327, flows of RFC 5626). Pure. thread: control.
#pragma once
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "config/snapshot.h"
#include "sip/message/message.h"

namespace polyfon::registrar {

struct RegisterRequest {
  struct Contact {
    std::string_view uri;       // view of the message
    std::uint32_t expires = 0;  // seconds; 0: remove
    unsigned q = 1000;          // thousandths
    std::string_view instance;  // +sip.instance without its <>; "": none
    std::uint32_t reg_id = 0;   // the flow of that instance (RFC 5626); 0: an ordinary contact
  };
  std::string account;  // user part of To
  std::string domain;   // host and port of To
  bool secure = false;  // To is a SIPS URI
  std::string_view call_id;
  std::uint32_t cseq = 0;
  bool remove_all = false;        // Contact: *
  std::vector<Contact> contacts;  // empty and not remove_all: a query
  std::string_view user_agent;
  std::string path;                // all Path values, comma separated
  bool first_hop = true;           // nobody stood between the phone and us
  bool supports_outbound = false;  // Supported: outbound
  bool wants_gruu = false;         // Supported: gruu

  // RFC 5626 6: some contact is bound to its flow.
  bool has_flow() const;
};

// What to answer instead of 200.
struct RegisterRefusal {
  int status = 400;
  std::string reason;             // empty: the standard phrase
  std::uint32_t min_expires = 0;  // with 423
};

std::expected<RegisterRequest, RegisterRefusal> parse_register(const sip::Message& request,
                                                               const config::Snapshot& settings);

}  // namespace polyfon::registrar
