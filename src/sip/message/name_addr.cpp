// name-addr and addr-spec with their header parameters (RFC 3261 20.10, 20.20, 20.39, 25.1).
#include "sip/message/headers.h"
#include "sip/message/parameter.h"

namespace polyfon::sip {

namespace {

std::unexpected<base::Error> invalid(const char* text) { return base::fail(base::ErrorCode::kInvalid, text); }

// display-name = *(token LWS) / quoted-string; the cursor stands behind it, at '<' when all is well.
base::Result<> take_display_name(grammar::Cursor& cursor, NameAddr& address) {
  if (cursor.at('"')) {
    if (!cursor.quoted(address.display_name)) return invalid("address: quote that never closes");
    cursor.skip_lws();
    return {};
  }
  address.display_name = grammar::trim_lws(cursor.take_while(grammar::kDisplayChar));
  return {};
}

// Between < and >: no blanks (RFC 4475 3.1.2.14).
base::Result<> take_bracketed(grammar::Cursor& cursor, NameAddr& address) {
  if (!cursor.eat('<')) return invalid("address: expected '<' after the display name");
  const std::size_t close = cursor.rest.find('>');
  if (close == std::string_view::npos) return invalid("address: '<' without '>'");
  address.uri_text = cursor.take(close);
  cursor.take(1);
  return {};
}

// RFC 3261 20: a URI with ',', '?' or ';' must stand in brackets, so that what follows ';' belongs to the
// header.
base::Result<> take_bare(grammar::Cursor& cursor, NameAddr& address) {
  std::size_t size = 0;
  while (size < cursor.rest.size() && cursor.rest[size] != ';' && !grammar::is_lws(cursor.rest[size])) ++size;
  address.uri_text = cursor.take(size);
  if (address.uri_text.find_first_of(",?") == std::string_view::npos) return {};
  return invalid("address: a URI with ',' or '?' must stand in <>");
}

// "sip:a@b" is bare; "sip <sip:a@b>" is not: a scheme and its ':' come before anything a display name cannot
// hold.
bool is_bare(std::string_view value) {
  std::size_t size = 0;
  while (size < value.size() && grammar::is(value[size], grammar::kToken)) ++size;
  return size > 0 && size < value.size() && value[size] == ':';
}

}  // namespace

std::string_view NameAddr::tag() const { return parameters.find("tag").value_or(std::string_view{}); }

bool is_star(std::string_view value) { return grammar::trim_lws(value) == "*"; }

base::Result<NameAddr> parse_name_addr(std::string_view value) {
  NameAddr address;
  grammar::Cursor cursor{value};
  cursor.skip_lws();
  base::Result<> ok;
  if (is_bare(cursor.rest)) {
    ok = take_bare(cursor, address);
  } else if (ok = take_display_name(cursor, address); ok) {
    ok = take_bracketed(cursor, address);
  }
  if (!ok) return std::unexpected(std::move(ok.error()));
  auto uri = Uri::parse(address.uri_text);
  if (!uri) return std::unexpected(std::move(uri.error()));
  address.uri = *uri;
  auto parameters = take_parameters(cursor, "address");
  if (!parameters) return std::unexpected(std::move(parameters.error()));
  if (!cursor.at_end()) return invalid("address: expected ';' or the end after the URI");
  address.parameters.text = *parameters;
  return address;
}

}  // namespace polyfon::sip
