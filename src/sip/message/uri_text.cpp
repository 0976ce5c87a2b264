// URIs as text: printing, and escapes (RFC 3261 19.1.2).
#include <iterator>

#include <fmt/format.h>

#include "sip/message/grammar.h"
#include "sip/message/uri.h"

namespace polyfon::sip {

namespace {

void append_sip(const Uri& uri, std::string& out) {
  out += uri.scheme == Scheme::kSips ? "sips:" : "sip:";
  if (uri.has_user) {
    out += uri.user;
    if (!uri.password.empty()) out.append(1, ':').append(uri.password);
    out += '@';
  }
  const bool ipv6 = uri.host.find(':') != std::string_view::npos;
  if (ipv6) out += '[';
  out += uri.host;
  if (ipv6) out += ']';
  if (uri.port != 0) fmt::format_to(std::back_inserter(out), ":{}", uri.port);
}

}  // namespace

std::string Uri::to_string() const {
  std::string out;
  out.reserve(16 + opaque.size() + user.size() + password.size() + host.size() + parameters.size() +
              headers.size());
  switch (scheme) {
    case Scheme::kOther: out += opaque; break;
    case Scheme::kTel: out.append("tel:").append(user); break;
    default: append_sip(*this, out);
  }
  if (!parameters.empty()) out.append(1, ';').append(parameters);
  if (!headers.empty()) out.append(1, '?').append(headers);
  return out;
}

std::string_view without_headers(std::string_view uri) {
  if (uri.find('?') == std::string_view::npos) return uri;
  const auto parsed = Uri::parse(uri);
  if (!parsed || parsed->headers.empty()) return uri;
  return uri.substr(0, static_cast<std::size_t>(parsed->headers.data() - uri.data()) - 1);
}

std::string unescape(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (grammar::is_escape(text, i)) {
      out += static_cast<char>(grammar::hex_value(text[i + 1]) * 16 + grammar::hex_value(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::string escape_user(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size());
  for (char c : text) {
    if (grammar::is(c, grammar::kUserChar) && c != '#') {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out.append(1, '%').append(1, kHex[byte >> 4]).append(1, kHex[byte & 15]);
    }
  }
  return out;
}

}  // namespace polyfon::sip
