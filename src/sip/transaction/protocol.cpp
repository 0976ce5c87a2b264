#include "base/text.h"
#include "sip/transaction/flow.h"

namespace polyfon::sip {

std::string_view to_string(Protocol protocol) {
  switch (protocol) {
    case Protocol::kUdp: return "UDP";
    case Protocol::kTcp: return "TCP";
    case Protocol::kTls: return "TLS";
    case Protocol::kWs: return "WS";
    case Protocol::kWss: return "WSS";
  }
  return "UDP";
}

std::optional<Protocol> parse_protocol(std::string_view transport) {
  for (Protocol protocol : {Protocol::kUdp, Protocol::kTcp, Protocol::kTls, Protocol::kWs, Protocol::kWss})
    if (base::iequals(transport, to_string(protocol))) return protocol;
  return std::nullopt;
}

}  // namespace polyfon::sip
