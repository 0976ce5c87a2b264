// DNS records as the rest of polyfon sees them, and the reading of a name server's answer into them: SRV
// (RFC 2782), NAPTR (RFC 3403). c-ares parses the records; their TTL, which it does not give, is read here.
// Pure. thread: any.
#pragma once
#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "base/result.h"
#include "base/socket_address.h"
#include "base/time.h"

namespace polyfon::net {

struct SrvRecord {
  std::uint16_t priority = 0;
  std::uint16_t weight = 0;
  std::uint16_t port = 0;
  std::string target;  // "": the service is decidedly not there (RFC 2782: a target of ".")
  bool operator==(const SrvRecord&) const = default;
};

struct NaptrRecord {
  std::uint16_t order = 0;
  std::uint16_t preference = 0;
  std::string flags, service;
  std::string replacement;  // "": the record has an expression instead, or nothing
  bool operator==(const NaptrRecord&) const = default;
};

using Addresses = std::vector<base::SocketAddress>;  // port 0
using SrvRecords = std::vector<SrvRecord>;
using NaptrRecords = std::vector<NaptrRecord>;

inline constexpr std::size_t kMaxAddresses = 64;  // of one name; what comes after them is left out
inline constexpr std::size_t kMaxSrvRecords = 32;
inline constexpr std::size_t kMaxNaptrRecords = 32;

struct DnsAnswer {
  std::variant<Addresses, SrvRecords, NaptrRecords> records;
  base::Duration ttl{};  // the shortest of its records'
};

// The answer section of a whole message. Errors: kInvalid, the bytes are not one; kNotFound, it holds no such
// record. Sorted by priority, or order and preference.
base::Result<DnsAnswer> parse_srv(std::span<const unsigned char> message);
base::Result<DnsAnswer> parse_naptr(std::span<const unsigned char> message);

}  // namespace polyfon::net
