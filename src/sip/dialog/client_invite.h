// ClientInvite: the INVITE or re-INVITE of ours that is out. thread: control.
#pragma once
#include <string>

#include "sip/transaction/transaction.h"

namespace polyfon::sip {

struct ClientInvite {
  ClientId transaction;
  std::uint32_t cseq = 0;
  std::string sdp;         // our offer, to send again after a challenge or glare; empty: theirs is to come
  bool open = true;        // no final response yet
  int attempt = 0;         // how often it was challenged
  bool cancelled = false;  // a re-INVITE that took too long
  int glare = 0;           // how often it met 491
};

}  // namespace polyfon::sip
