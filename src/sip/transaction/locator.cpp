#include "sip/transaction/locator.h"

#include "base/text.h"

namespace polyfon::sip {

base::Result<Destination> Destination::of(const Uri& uri) {
  if (uri.scheme != Scheme::kSip && uri.scheme != Scheme::kSips)
    return base::fail(base::ErrorCode::kUnsupported, "only sip: and sips: URIs have a server to be found");
  Destination destination;
  destination.secure = uri.scheme == Scheme::kSips;
  destination.port = uri.port;
  const auto maddr = uri.parameter("maddr");
  destination.host = maddr && !maddr->empty() ? *maddr : uri.host;
  if (const auto transport = uri.parameter("transport")) {
    destination.protocol = parse_protocol(*transport);
    if (!destination.protocol)
      return base::fail(base::ErrorCode::kUnsupported,
                        "transport=" + base::printable(*transport, 16) + " is not known");
  }
  return destination;
}

Destination Destination::of_response(const Via& via, Protocol protocol) {
  return {is_secure(protocol), std::string(via.host), via.port, protocol};
}

}  // namespace polyfon::sip
