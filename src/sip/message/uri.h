// Uri: a SIP, SIPS or tel URI decoded into views (RFC 3261 19.1, RFC 3966). Escapes stay as written;
// unescape() decodes.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace polyfon::sip {

enum class Scheme : std::uint8_t { kSip, kSips, kTel, kOther };

struct Uri {
  static constexpr std::size_t kMaxBytes = 2048;
  static constexpr std::size_t kMaxParameters = 64;  // and as many headers

  Scheme scheme = Scheme::kSip;
  std::string_view opaque;  // all of it, scheme included, when the scheme is kOther: the rest is empty then
  std::string_view user;    // escaped; for tel: the number, with its visual separators
  std::string_view password;
  std::string_view host;        // an IPv6 literal without its brackets
  std::uint16_t port = 0;       // 0: absent
  std::string_view parameters;  // after the first ';', without it: "transport=tcp;lr"
  std::string_view headers;     // after '?', without it
  bool has_user = false;        // "sip:@host" is an error, "sip:host" has no user

  // kLimit: longer than kMaxBytes, or more than kMaxParameters parameters or headers. Unknown schemes are no
  // error.
  static base::Result<Uri> parse(std::string_view text);

  // The value of a parameter ("" when it has none); nullopt when absent. Names compare without case.
  std::optional<std::string_view> parameter(std::string_view name) const;
  // RFC 3261 19.1.4 (not transitive); RFC 3966 4 for tel; other schemes byte by byte.
  bool equivalent(const Uri& other) const;
  std::string to_string() const;
};

// RFC 3261 19.1.1: headers stand in no Request-URI, To or From: the URI without what follows '?'.
std::string_view without_headers(std::string_view uri);
std::string unescape(std::string_view text);     // %41 -> A, once; a broken escape is kept; %00 becomes NUL
std::string escape_user(std::string_view text);  // what may not stand in a user part becomes %XX

}  // namespace polyfon::sip
