// RegisterRequest: one REGISTER decoded and checked as a whole before anything changes (RFC 3261 10.3: all or
// nothing). Pure. thread: control.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/snapshot.h"
#include "sip/message/message.h"

namespace polyfon::registrar {

struct RegisterRequest {
  struct Contact {
    std::string_view uri;       // view of the message
    std::uint32_t expires = 0;  // seconds; 0: remove
  };
  std::string account;  // user part of To
  std::string_view call_id;
  std::uint32_t cseq = 0;
  bool remove_all = false;        // Contact: *
  std::vector<Contact> contacts;  // empty and not remove_all: a query
  std::string_view user_agent;
  std::string path;  // all Path values, comma separated; empty unless the phone supports it
};

// What to answer instead of 200.
struct RegisterRefusal {
  int status = 400;
  std::string reason;             // empty: the standard phrase
  std::uint32_t min_expires = 0;  // with 423
};

std::expected<RegisterRequest, RegisterRefusal> parse_register(const sip::Message& request,
                                                               const config::SipSettings& settings);

}  // namespace polyfon::registrar
