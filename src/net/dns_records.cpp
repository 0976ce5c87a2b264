#include "net/dns_records.h"

#include <algorithm>
#include <optional>
#include <tuple>
#include <type_traits>

#include <ares.h>

namespace polyfon::net {
namespace {

using base::ErrorCode;
using Bytes = std::span<const unsigned char>;

constexpr std::size_t kHeaderBytes = 12;      // RFC 1035 4.1.1
constexpr std::size_t kQuestionBytes = 4;     // after the name: type, class
constexpr std::size_t kRecordHeadBytes = 10;  // after the name: type, class, TTL, length

std::size_t read_16(Bytes bytes, std::size_t at) { return std::size_t{bytes[at]} << 8 | bytes[at + 1]; }

// Where a name ends; nullopt when it does not.
std::optional<std::size_t> skip_name(Bytes bytes, std::size_t at) {
  if (at >= bytes.size()) return std::nullopt;
  char* name = nullptr;
  long length = 0;
  if (ares_expand_name(bytes.data() + at, bytes.data(), static_cast<int>(bytes.size()), &name, &length) !=
      ARES_SUCCESS)
    return std::nullopt;
  ares_free_string(name);
  return at + static_cast<std::size_t>(length);
}

// The shortest TTL of the answer section.
std::optional<base::Duration> answer_ttl(Bytes bytes) {
  if (bytes.size() < kHeaderBytes) return std::nullopt;
  std::optional<std::size_t> at = kHeaderBytes;
  for (std::size_t left = read_16(bytes, 4); left > 0; --left) {
    at = skip_name(bytes, *at);
    if (!at) return std::nullopt;
    *at += kQuestionBytes;
  }
  std::optional<std::uint32_t> shortest;
  for (std::size_t left = read_16(bytes, 6); left > 0; --left) {
    at = skip_name(bytes, *at);
    if (!at || *at + kRecordHeadBytes > bytes.size()) return std::nullopt;
    auto ttl = static_cast<std::uint32_t>(read_16(bytes, *at + 4) << 16 | read_16(bytes, *at + 6));
    if (ttl >> 31 != 0) ttl = 0;  // RFC 2181 8
    shortest = std::min(shortest.value_or(ttl), ttl);
    *at += kRecordHeadBytes + read_16(bytes, *at + 8);
  }
  return std::chrono::seconds(shortest.value_or(0));
}

// c-ares' own list of records, freed as one.
template <class Record>
struct List {
  Record* head = nullptr;
  ~List() {
    if (head != nullptr) ares_free_data(head);
  }
};

std::string text(const char* bytes) { return bytes == nullptr ? std::string() : std::string(bytes); }
std::string text(const unsigned char* bytes) { return text(reinterpret_cast<const char*>(bytes)); }

std::unexpected<base::Error> unreadable() {
  return base::fail(ErrorCode::kInvalid, "the name server's answer cannot be read");
}

// What `parse` finds, each made by `make`, the first in `rank` first, at most `limit`.
template <class Raw, class Parse, class Make, class Rank>
base::Result<DnsAnswer> read(Bytes bytes, std::size_t limit, Parse parse, Make make, Rank rank) {
  const auto ttl = answer_ttl(bytes);
  if (!ttl) return unreadable();
  List<Raw> list;
  const int status = parse(bytes.data(), static_cast<int>(bytes.size()), &list.head);
  if (status != ARES_SUCCESS && status != ARES_ENODATA) return unreadable();
  std::vector<std::invoke_result_t<Make, const Raw&>> records;
  for (const Raw* raw = list.head; raw != nullptr; raw = raw->next) records.push_back(make(*raw));
  if (records.empty()) return base::fail(ErrorCode::kNotFound, "the name has no such record");
  std::ranges::sort(records, {}, rank);
  if (records.size() > limit) records.resize(limit);
  return DnsAnswer{.records = std::move(records), .ttl = *ttl};
}

}  // namespace

base::Result<DnsAnswer> parse_srv(Bytes message) {
  return read<ares_srv_reply>(
      message, kMaxSrvRecords, ares_parse_srv_reply,
      [](const ares_srv_reply& raw) { return SrvRecord{raw.priority, raw.weight, raw.port, text(raw.host)}; },
      &SrvRecord::priority);
}

base::Result<DnsAnswer> parse_naptr(Bytes message) {
  return read<ares_naptr_reply>(
      message, kMaxNaptrRecords, ares_parse_naptr_reply,
      [](const ares_naptr_reply& raw) {
        return NaptrRecord{raw.order, raw.preference, text(raw.flags), text(raw.service),
                           text(raw.replacement)};
      },
      [](const NaptrRecord& record) { return std::tuple(record.order, record.preference); });
}

}  // namespace polyfon::net
