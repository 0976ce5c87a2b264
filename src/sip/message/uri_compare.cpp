// Equivalence of URIs: RFC 3261 19.1.4, RFC 3966 4.
#include <array>
#include <bitset>

#include "sip/message/host.h"
#include "sip/message/uri.h"
#include "sip/message/uri_part.h"

namespace polyfon::sip {

namespace {

// Parameters that make a difference when only one URI has them, even with their default value.
bool is_significant(std::string_view name) {
  constexpr std::array<std::string_view, 5> kNames = {"user", "ttl", "method", "maddr", "transport"};
  for (std::string_view wanted : kNames) {
    if (same_escaped(name, wanted, Case::kInsensitive)) return true;
  }
  return false;
}

// Every parameter of `a` that `b` has too is equal, and none that counts is missing in `b`.
bool parameters_match(const Uri& a, const Uri& b) {
  std::string_view rest = a.parameters;
  while (auto part = next_uri_part(rest, ';')) {
    const auto other = b.parameter(part->name);
    if (!other ? is_significant(part->name)
               : !same_escaped(*a.parameter(part->name), *other, Case::kInsensitive)) {
      return false;
    }
  }
  return true;
}

// The headers are the same, in any order; one that comes twice must come twice in the other.
bool headers_match(std::string_view a, std::string_view b) {
  std::bitset<Uri::kMaxParameters> used;
  std::size_t matched = 0;
  for (std::string_view rest = a; auto part = next_uri_part(rest, '&'); ++matched) {
    std::size_t i = 0;
    bool found = false;
    for (std::string_view others = b; auto other = next_uri_part(others, '&'); ++i) {
      if (used[i] || !same_escaped(part->name, other->name, Case::kInsensitive) ||
          !same_escaped(part->value, other->value, Case::kInsensitive)) {
        continue;
      }
      used[i] = found = true;
      break;
    }
    if (!found) return false;
  }
  std::size_t count = 0;
  for (std::string_view rest = b; next_uri_part(rest, '&');) ++count;
  return matched == count;
}

bool is_separator(char c) { return c == '-' || c == '.' || c == '(' || c == ')'; }

// RFC 3966 4: visual separators do not count. A global number begins with '+', so that it never equals a
// local one.
bool same_number(std::string_view a, std::string_view b) {
  std::size_t i = 0, k = 0;
  while (true) {
    while (i < a.size() && is_separator(a[i])) ++i;
    while (k < b.size() && is_separator(b[k])) ++k;
    if (i == a.size() || k == b.size()) return i == a.size() && k == b.size();
    if (base::to_lower(a[i++]) != base::to_lower(b[k++])) return false;
  }
}

bool tel_value_match(std::string_view name, std::string_view a, std::string_view b) {
  const bool number = base::iequals(name, "ext") ||
                      (base::iequals(name, "phone-context") && a.starts_with('+') && b.starts_with('+'));
  return number ? same_number(a, b) : same_escaped(a, b, Case::kInsensitive);
}

// RFC 3966 4: a parameter that only one of them has makes them differ.
bool tel_parameters_match(const Uri& a, const Uri& b) {
  std::string_view rest = a.parameters;
  while (auto part = next_uri_part(rest, ';')) {
    const auto other = b.parameter(part->name);
    if (!other || !tel_value_match(part->name, *a.parameter(part->name), *other)) return false;
  }
  return true;
}

}  // namespace

bool Uri::equivalent(const Uri& other) const {
  if (scheme != other.scheme) return false;
  if (scheme == Scheme::kOther) return opaque == other.opaque;
  if (scheme == Scheme::kTel) {
    return same_number(user, other.user) && tel_parameters_match(*this, other) &&
           tel_parameters_match(other, *this);
  }
  return has_user == other.has_user && port == other.port &&
         same_escaped(user, other.user, Case::kSensitive) &&
         same_escaped(password, other.password, Case::kSensitive) && same_host(host, other.host) &&
         parameters_match(*this, other) && parameters_match(other, *this) &&
         headers_match(headers, other.headers);
}

}  // namespace polyfon::sip
