// The names of headers: one table, and a perfect hash over it that the compiler finds.
#include <array>
#include <cstring>

#include "sip/message/grammar.h"
#include "sip/message/message.h"

namespace polyfon::sip {

namespace {

constexpr std::size_t kHeaders = static_cast<std::size_t>(Header::kCount);
constexpr std::size_t kSlots = 512;
constexpr std::size_t kLongestName = 24;

// In the order of Header.
constexpr std::array<std::string_view, kHeaders> kNames = {"",
                                                           "Via",
                                                           "From",
                                                           "To",
                                                           "Call-ID",
                                                           "CSeq",
                                                           "Max-Forwards",
                                                           "Contact",
                                                           "Route",
                                                           "Record-Route",
                                                           "Content-Type",
                                                           "Content-Length",
                                                           "Expires",
                                                           "Min-Expires",
                                                           "Authorization",
                                                           "Proxy-Authorization",
                                                           "WWW-Authenticate",
                                                           "Proxy-Authenticate",
                                                           "Supported",
                                                           "Require",
                                                           "Proxy-Require",
                                                           "Unsupported",
                                                           "Allow",
                                                           "Accept",
                                                           "User-Agent",
                                                           "Server",
                                                           "Event",
                                                           "Subscription-State",
                                                           "RSeq",
                                                           "RAck",
                                                           "Refer-To",
                                                           "Referred-By",
                                                           "Replaces",
                                                           "Session-Expires",
                                                           "Min-SE",
                                                           "Path",
                                                           "Service-Route",
                                                           "Date",
                                                           "Retry-After",
                                                           "Reason",
                                                           "Warning",
                                                           "Diversion",
                                                           "History-Info",
                                                           "P-Asserted-Identity",
                                                           "P-Preferred-Identity",
                                                           "Privacy",
                                                           "Remote-Party-ID",
                                                           "Content-Encoding",
                                                           "Allow-Events",
                                                           "SIP-ETag",
                                                           "SIP-If-Match",
                                                           "Alert-Info",
                                                           "In-Reply-To",
                                                           "Subject",
                                                           "Timestamp"};
static_assert(kNames.back() == "Timestamp");

// RFC 3261 7.3.3 and the extensions' own: indexed by the letter.
constexpr Header compact_name(char letter) {
  switch (letter) {
    case 'b': return Header::kReferredBy;
    case 'c': return Header::kContentType;
    case 'e': return Header::kContentEncoding;
    case 'f': return Header::kFrom;
    case 'i': return Header::kCallId;
    case 'k': return Header::kSupported;
    case 'l': return Header::kContentLength;
    case 'm': return Header::kContact;
    case 'o': return Header::kEvent;
    case 'r': return Header::kReferTo;
    case 's': return Header::kSubject;
    case 't': return Header::kTo;
    case 'u': return Header::kAllowEvents;
    case 'v': return Header::kVia;
    case 'x': return Header::kSessionExpires;
    default: return Header::kOther;
  }
}

// Setting bit 5 makes letters lower and leaves '-' and digits alone. Only a control character could be
// mistaken for '-' then, and a name holds none (Message::scan_header refuses the line).
constexpr unsigned low(char c) { return static_cast<unsigned char>(c) | 0x20U; }

constexpr std::size_t slot(std::string_view name, unsigned multiplier) {
  const unsigned mixed = low(name[0]) | (low(name[name.size() / 2]) << 8) |
                         (low(name[name.size() - 1]) << 16) | (static_cast<unsigned>(name.size()) << 24);
  return (mixed * multiplier) >> 23;
}

struct NameTable {
  unsigned multiplier = 0;
  std::array<std::uint8_t, kSlots> ids{};
  std::array<std::array<char, kLongestName>, kHeaders> lower{};
};

constexpr bool fill(NameTable& table, unsigned multiplier) {
  table.ids = {};
  table.multiplier = multiplier;
  for (std::size_t i = 1; i < kHeaders; ++i) {
    std::uint8_t& id = table.ids[slot(kNames[i], multiplier)];
    if (id != 0) return false;
    id = static_cast<std::uint8_t>(i);
  }
  return true;
}

consteval NameTable make_table() {
  NameTable table;
  unsigned multiplier = 0x9e3779b1U;
  while (!fill(table, multiplier | 1U)) multiplier = multiplier * 1664525U + 1013904223U;
  for (std::size_t i = 1; i < kHeaders; ++i) {
    for (std::size_t k = 0; k < kNames[i].size(); ++k)
      table.lower[i][k] = static_cast<char>(low(kNames[i][k]));
  }
  return table;
}
constexpr NameTable kTable = make_table();

template <class Word>
bool same_word(const char* name, const char* lower) {
  Word a, b;
  std::memcpy(&a, name, sizeof a);
  std::memcpy(&b, lower, sizeof b);
  return (a | static_cast<Word>(0x2020202020202020ULL)) == b;
}

// Compares word by word; the last word overlaps the one before it.
bool same_name(const char* name, const char* lower, std::size_t size) {
  if (size >= 8) {
    for (std::size_t i = 0; i + 8 <= size; i += 8) {
      if (!same_word<std::uint64_t>(name + i, lower + i)) return false;
    }
    return same_word<std::uint64_t>(name + size - 8, lower + size - 8);
  }
  if (size >= 4) {
    return same_word<std::uint32_t>(name, lower) &&
           same_word<std::uint32_t>(name + size - 4, lower + size - 4);
  }
  for (std::size_t i = 0; i < size; ++i) {
    if (static_cast<char>(low(name[i])) != lower[i]) return false;
  }
  return true;
}

}  // namespace

std::string_view compact_header_name(Header header) {
  static constexpr std::string_view kLetters = "bcefiklmorstuvx";
  for (std::size_t i = 0; i < kLetters.size(); ++i)
    if (compact_name(kLetters[i]) == header && header != Header::kOther) return kLetters.substr(i, 1);
  return header_name(header);
}

std::string_view header_name(Header header) { return kNames[static_cast<std::size_t>(header)]; }

Header parse_header_name(std::string_view name) {
  if (name.size() <= 1) return name.empty() ? Header::kOther : compact_name(base::to_lower(name[0]));
  const std::uint8_t id = kTable.ids[slot(name, kTable.multiplier)];
  if (kNames[id].size() != name.size()) return Header::kOther;
  return same_name(name.data(), kTable.lower[id].data(), name.size()) ? static_cast<Header>(id)
                                                                      : Header::kOther;
}

}  // namespace polyfon::sip
