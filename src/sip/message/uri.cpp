#include "sip/message/uri.h"

#include "base/text.h"
#include "sip/message/grammar.h"
#include "sip/message/host.h"
#include "sip/message/uri_part.h"

namespace polyfon::sip {

namespace {

using base::ErrorCode;
using base::fail;

base::Result<> check_parameters(std::string_view text) {
  if (text.empty() || text.back() == ';') return fail(ErrorCode::kInvalid, "URI: empty parameter");
  std::size_t count = 0;
  while (auto part = next_uri_part(text, ';')) {
    if (++count > Uri::kMaxParameters) return fail(ErrorCode::kLimit, "URI: more than 64 parameters");
    if (part->name.empty() || !grammar::all_or_escaped(part->name, grammar::kUriParamChar)) {
      return fail(ErrorCode::kInvalid, "URI: bad parameter name");
    }
    // The grammar wants a value behind '='; phones write ";lr=" too.
    if (!grammar::all_or_escaped(part->value, grammar::kUriParamChar)) {
      return fail(ErrorCode::kInvalid, "URI: bad parameter value");
    }
  }
  return {};
}

base::Result<> check_headers(std::string_view text) {
  if (text.empty() || text.back() == '&') return fail(ErrorCode::kInvalid, "URI: empty header");
  std::size_t count = 0;
  while (auto part = next_uri_part(text, '&')) {
    if (++count > Uri::kMaxParameters) return fail(ErrorCode::kLimit, "URI: more than 64 headers");
    if (part->name.empty() || !part->has_value ||
        !grammar::all_or_escaped(part->name, grammar::kUriHeaderChar) ||
        !grammar::all_or_escaped(part->value, grammar::kUriHeaderChar)) {
      return fail(ErrorCode::kInvalid, "URI: bad header, expected name=value");
    }
  }
  return {};
}

base::Result<> parse_userinfo(std::string_view text, Uri& uri) {
  const std::size_t colon = text.find(':');
  uri.user = text.substr(0, colon);
  uri.has_user = true;
  if (uri.user.empty()) return fail(ErrorCode::kInvalid, "URI: empty user before '@'");
  if (!grammar::all_or_escaped(uri.user, grammar::kUserChar))
    return fail(ErrorCode::kInvalid, "URI: bad user part");
  if (colon == std::string_view::npos) return {};
  uri.password = text.substr(colon + 1);
  if (grammar::all_or_escaped(uri.password, grammar::kPasswordChar)) return {};
  return fail(ErrorCode::kInvalid, "URI: bad password");
}

base::Result<> parse_port(std::string_view text, Uri& uri) {
  const auto port = base::parse_number<std::uint16_t>(text, 1);
  if (!port) return fail(ErrorCode::kInvalid, "URI: bad port, expected 1 to 65535");
  uri.port = *port;
  return {};
}

base::Result<> parse_hostport(std::string_view text, Uri& uri) {
  if (!text.empty() && text.front() == '[') {
    const std::size_t close = text.find(']');
    if (close == std::string_view::npos) return fail(ErrorCode::kInvalid, "URI: '[' without ']'");
    uri.host = text.substr(1, close - 1);
    if (!parse_ipv6(uri.host)) return fail(ErrorCode::kInvalid, "URI: bad IPv6 address");
    text.remove_prefix(close + 1);
    if (text.empty()) return {};
    if (text.front() != ':') return fail(ErrorCode::kInvalid, "URI: expected ':' or the end after ']'");
    return parse_port(text.substr(1), uri);
  }
  const std::size_t colon = text.find(':');
  uri.host = text.substr(0, colon);
  if (!is_hostname(uri.host)) return fail(ErrorCode::kInvalid, "URI: bad host");
  if (colon == std::string_view::npos) return {};
  return parse_port(text.substr(colon + 1), uri);
}

// RFC 3261 19.1.1. '@' stands nowhere but behind the userinfo, which may hold ';' and '?' itself (RFC
// 4475 3.1.1.9).
base::Result<Uri> parse_sip(std::string_view text, Scheme scheme) {
  Uri uri;
  uri.scheme = scheme;
  if (const std::size_t at = text.find('@'); at != std::string_view::npos) {
    if (auto ok = parse_userinfo(text.substr(0, at), uri); !ok) return std::unexpected(std::move(ok.error()));
    text.remove_prefix(at + 1);
  }
  if (const std::size_t mark = text.find('?'); mark != std::string_view::npos) {
    uri.headers = text.substr(mark + 1);
    if (auto ok = check_headers(uri.headers); !ok) return std::unexpected(std::move(ok.error()));
    text = text.substr(0, mark);
  }
  if (const std::size_t mark = text.find(';'); mark != std::string_view::npos) {
    uri.parameters = text.substr(mark + 1);
    if (auto ok = check_parameters(uri.parameters); !ok) return std::unexpected(std::move(ok.error()));
    text = text.substr(0, mark);
  }
  if (auto ok = parse_hostport(text, uri); !ok) return std::unexpected(std::move(ok.error()));
  return uri;
}

bool is_tel_number(std::string_view number) {
  const bool global = !number.empty() && number.front() == '+';
  if (global) number.remove_prefix(1);
  bool has_digit = false;
  for (char c : number) {
    if (base::is_digit(c) || (!global && (grammar::hex_value(c) >= 0 || c == '*' || c == '#'))) {
      has_digit = true;
    } else if (c != '-' && c != '.' && c != '(' && c != ')') {
      return false;
    }
  }
  return has_digit;
}

// RFC 3966 3. A local number without phone-context is taken: phones send what was dialled.
base::Result<Uri> parse_tel(std::string_view text) {
  Uri uri;
  uri.scheme = Scheme::kTel;
  const std::size_t mark = text.find(';');
  uri.user = text.substr(0, mark);
  uri.has_user = true;
  if (!is_tel_number(uri.user)) return fail(ErrorCode::kInvalid, "tel URI: expected a telephone number");
  if (mark == std::string_view::npos) return uri;
  uri.parameters = text.substr(mark + 1);
  if (auto ok = check_parameters(uri.parameters); !ok) return std::unexpected(std::move(ok.error()));
  return uri;
}

bool is_scheme(std::string_view text) {
  if (text.empty() || !base::is_alpha(text.front())) return false;
  for (char c : text) {
    if (!base::is_alnum(c) && c != '+' && c != '-' && c != '.') return false;
  }
  return true;
}

// RFC 3986's characters, loosely: nothing that could end the URI where it stands.
bool is_opaque(std::string_view text) {
  for (char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= 0x20 || byte == 0x7f || c == '<' || c == '>' || c == '"') return false;
  }
  return !text.empty();
}

}  // namespace

base::Result<Uri> Uri::parse(std::string_view text) {
  if (text.size() > kMaxBytes) return fail(ErrorCode::kLimit, "URI: longer than 2048 bytes");
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return fail(ErrorCode::kInvalid, "URI: expected a scheme and ':'");
  const std::string_view scheme = text.substr(0, colon), rest = text.substr(colon + 1);
  if (base::iequals(scheme, "sip")) return parse_sip(rest, Scheme::kSip);
  if (base::iequals(scheme, "sips")) return parse_sip(rest, Scheme::kSips);
  if (base::iequals(scheme, "tel")) return parse_tel(rest);
  if (!is_scheme(scheme) || !is_opaque(rest))
    return fail(ErrorCode::kInvalid, "URI: bad scheme or character");
  Uri uri;
  uri.scheme = Scheme::kOther;
  uri.opaque = text;
  return uri;
}

std::optional<std::string_view> Uri::parameter(std::string_view name) const {
  std::string_view rest = parameters;
  while (auto part = next_uri_part(rest, ';')) {
    if (same_escaped(part->name, name, Case::kInsensitive)) return part->value;
  }
  return std::nullopt;
}

}  // namespace polyfon::sip
