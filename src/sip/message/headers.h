// Decoders of header values into views (RFC 3261 20, 25.1). Each takes the value of one header line, or the
// rest of a comma list, and says what was wrong; none allocates. Limits are named here.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/result.h"
#include "sip/message/message.h"
#include "sip/message/uri.h"

namespace polyfon::sip {

inline constexpr std::size_t kMaxHeaderParameters =
    64;                                          // of one header value, and name=value pairs of one AuthValue
inline constexpr std::size_t kMaxContacts = 32;  // of one message: for those who walk Contact
inline constexpr std::size_t kMaxVias = 64;      // of one message: parse_essentials() refuses more

// ";name=value;flag": found on demand.
struct Parameters {
  std::string_view text;  // starting at the first ';' or empty
  // "" for a flag; quotes removed from a quoted value, escapes as written; the first of that name.
  std::optional<std::string_view> find(std::string_view name) const;
};

struct Via {
  std::string_view transport;  // "UDP"
  std::string_view host;       // IPv6 without brackets (and taken without them)
  std::uint16_t port = 0;      // 0: absent
  Parameters parameters;
  std::string_view branch() const;  // "" when absent
};

struct NameAddr {
  std::string_view display_name;  // without quotes, escapes as written
  std::string_view uri_text;      // between < and >, or the bare addr-spec (which ends at the first ';')
  Uri uri;
  Parameters parameters;         // of the header, not of the URI
  std::string_view tag() const;  // "" when absent
};

struct CSeq {
  std::uint32_t number = 0;  // below 2^31 (RFC 3261 8.1.1.5)
  Method method = Method::kUnknown;
  std::string_view method_name;
};

// name=value pairs of a challenge or of credentials, after the scheme. RFC 7616, RFC 3261 22.
struct AuthValue {
  std::string_view scheme;  // "Digest"
  std::string_view text;    // the rest
  // The first pairs of a Digest, in order, so that those who ask for ten do not scan ten times.
  struct Pair {
    std::string_view name, value;
  };
  static constexpr std::size_t kKept = 16;
  std::array<Pair, kKept> kept;
  std::size_t kept_count = 0;
  // Quotes removed, escapes as written (unq() of RFC 7616 3.4); nullopt too behind a pair that breaks the
  // grammar.
  std::optional<std::string_view> find(std::string_view name) const;
};

struct RAck {
  std::uint32_t rseq = 0;
  CSeq cseq;
};

base::Result<Via> parse_via(std::string_view value);             // the first of a comma list
base::Result<Via> parse_via_head(std::string_view value);        // without its parameters: to answer 400 by
base::Result<NameAddr> parse_name_addr(std::string_view value);  // exactly one; "*" is none
bool is_star(std::string_view value);                            // Contact: *
base::Result<CSeq> parse_cseq(std::string_view value);
base::Result<AuthValue> parse_auth(std::string_view value);  // pairs are checked when the scheme is Digest
base::Result<RAck> parse_rack(std::string_view value);
base::Result<std::uint32_t> parse_delta_seconds(std::string_view value);  // larger than 2^32-1 becomes 2^32-1

// What every handler needs of a message, decoded and checked against each other: what fails here is answered
// 400 with the error's text as the phrase, or dropped when it is a response (RFC 4475 3.1.2).
struct Essentials {
  Via via;  // the topmost
  NameAddr from, to;
  CSeq cseq;                                 // its method is the request's
  std::string_view call_id;                  // not empty
  std::optional<std::uint8_t> max_forwards;  // absent in RFC 2543 requests
  Uri request_uri;                           // of a request; without headers; scheme kOther is for 416
};
base::Result<Essentials> parse_essentials(const Message& message);

// The next element of a comma list, outside quotes, <> and (comments), without the blanks around it; `rest`
// is advanced. Empty elements are passed over. nullopt at the end.
std::optional<std::string_view> next_in_list(std::string_view& rest);

// Whether a token list header (Supported, Require, Allow ...), over all its lines, holds `token` (any case).
bool list_contains(const Message& message, Header header, std::string_view token);

// Calls fn(element) for each element of a comma list over all lines of that header; fn returns false to stop.
template <class Fn>
void each_in_list(const Message& message, Header header, Fn&& fn) {
  bool go_on = true;
  message.each(header, [&](std::string_view value) {
    while (go_on) {
      auto element = next_in_list(value);
      if (!element) break;
      go_on = fn(*element);
    }
  });
}

}  // namespace polyfon::sip
