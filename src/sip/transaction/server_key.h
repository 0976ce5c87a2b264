// The keys that find server transactions: RFC 3261 17.2.3 (branch, sent-by, method), the RFC 2543 fallback
// for branches without the magic cookie, and 8.2.2.2 (merged requests). Keyed hashes: tables of them cannot
// be flooded.
#pragma once
#include <cstdint>

#include "sip/transaction/envelope.h"
#include "sip/transaction/keyed_hash.h"

namespace polyfon::sip {

inline constexpr std::string_view kMagicCookie = "z9hG4bK";

struct ServerKeys {
  std::uint64_t transaction = 0;  // of this request
  std::uint64_t invite = 0;       // of the INVITE that an ACK or CANCEL is about; else as `transaction`
  std::uint64_t merged = 0;       // the same request over another path; 0 when it is in a dialog
};

ServerKeys server_keys(const KeyedHash& hash, const Message& request, const Envelope& envelope);

}  // namespace polyfon::sip
