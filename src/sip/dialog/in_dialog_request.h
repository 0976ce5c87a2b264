// InDialogRequest: a request of ours inside a dialog, other than INVITE, that waits for its final response:
// BYE, PRACK, UPDATE, INFO. Kept so that a challenge can be answered. thread: control.
#pragma once
#include <string>

#include "sip/message/method.h"
#include "sip/transaction/transaction.h"

namespace polyfon::sip {

struct InDialogRequest {
  ClientId transaction;
  Method method = Method::kUnknown;
  std::string header_name, header_value;  // RAck or Reason
  std::string content_type, body;
  int attempt = 0;  // how often it was challenged
};

}  // namespace polyfon::sip
