// Via (RFC 3261 20.42): SIP / 2.0 / UDP host : port ; parameters, with white space wherever the grammar has
// it.
#include "sip/message/headers.h"
#include "sip/message/host.h"
#include "sip/message/parameter.h"

namespace polyfon::sip {

namespace {

std::unexpected<base::Error> invalid(const char* text) { return base::fail(base::ErrorCode::kInvalid, text); }

bool ends_sent_by(char c) { return grammar::is_lws(c) || c == ';' || c == ','; }

// host [ ":" port ]; a bare IPv6 address has no port.
base::Result<> parse_sent_by(grammar::Cursor& cursor, Via& via) {
  if (cursor.at('[')) {
    const std::size_t close = cursor.rest.find(']');
    if (close == std::string_view::npos) return invalid("Via: '[' without ']'");
    via.host = cursor.take(close + 1).substr(1, close - 1);
    if (!parse_ipv6(via.host)) return invalid("Via: bad IPv6 address in sent-by");
  } else {
    std::size_t size = 0;
    while (size < cursor.rest.size() && !ends_sent_by(cursor.rest[size])) ++size;
    const std::string_view text = cursor.rest.substr(0, size);
    const bool bare_ipv6 = text.find(':') != text.rfind(':') && parse_ipv6(text);
    via.host = cursor.take(bare_ipv6 ? size : std::min(size, text.find(':')));
    if (!bare_ipv6 && !is_hostname(via.host)) return invalid("Via: bad host in sent-by");
  }
  if (!cursor.eat_spaced(':')) return {};
  std::size_t digits = 0;
  while (digits < cursor.rest.size() && base::is_digit(cursor.rest[digits])) ++digits;
  const auto port = base::parse_number<std::uint16_t>(cursor.take(digits), 1);
  if (!port) return invalid("Via: bad port in sent-by, expected 1 to 65535");
  via.port = *port;
  return {};
}

}  // namespace

std::string_view Via::branch() const { return parameters.find("branch").value_or(std::string_view{}); }

namespace {

base::Result<> parse_via_head(grammar::Cursor& cursor, Via& via) {
  cursor.skip_lws();
  if (!base::iequals(cursor.token(), "SIP") || !cursor.eat_spaced('/') || cursor.token().empty() ||
      !cursor.eat_spaced('/')) {
    return invalid("Via: expected SIP/2.0/transport");
  }
  via.transport = cursor.token();
  if (via.transport.empty() || !cursor.skip_lws()) return invalid("Via: expected a transport and sent-by");
  return parse_sent_by(cursor, via);
}

}  // namespace

base::Result<Via> parse_via_head(std::string_view value) {
  Via via;
  grammar::Cursor cursor{value};
  if (auto ok = parse_via_head(cursor, via); !ok) return std::unexpected(std::move(ok.error()));
  return via;
}

base::Result<Via> parse_via(std::string_view value) {
  Via via;
  grammar::Cursor cursor{value};
  if (auto ok = parse_via_head(cursor, via); !ok) return std::unexpected(std::move(ok.error()));
  auto parameters = take_parameters(cursor, "Via");
  if (!parameters) return std::unexpected(std::move(parameters.error()));
  if (!cursor.at_end() && !cursor.at(',')) return invalid("Via: expected ';', ',' or the end");
  via.parameters.text = *parameters;
  return via;
}

}  // namespace polyfon::sip
