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

}  // namespace polyfon::sip
