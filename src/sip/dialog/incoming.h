// Incoming: one request on its way through the user agent: what is known of it, handed down by reference.
// thread: control.
#pragma once
#include "base/time.h"
#include "sip/transaction/envelope.h"
#include "sip/transaction/flow.h"
#include "sip/transaction/server_key.h"

namespace polyfon::sip {

struct Incoming {
  const Message& message;
  const Envelope& envelope;
  const Flow& flow;
  ServerKeys keys;
};

struct HeaderView {
  std::string_view name;
  std::string_view value;
};

}  // namespace polyfon::sip
