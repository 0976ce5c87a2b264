// Any bytes as a URI: what is read is printed, what is printed is read again, and both are equivalent.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "sip/message/uri.h"

namespace {

void expect(bool ok) {
  if (!ok) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using polyfon::sip::Uri;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  expect(polyfon::sip::unescape(polyfon::sip::escape_user(text)) == text);

  const auto uri = Uri::parse(text);
  if (!uri) return 0;
  const std::string printed = uri->to_string();
  const auto again = Uri::parse(printed);
  expect(again.has_value() && again->to_string() == printed);
  expect(uri->equivalent(*again) && again->equivalent(*uri) && uri->equivalent(*uri));
  expect(uri->user == again->user && uri->host == again->host && uri->port == again->port);
  uri->parameter("transport");
  return 0;
}
