#include "sip/transaction/response_flow.h"

namespace polyfon::sip {

namespace {

std::uint16_t via_port(Protocol protocol, const Via& top) {
  return top.port != 0 ? top.port : default_port(protocol);
}

}  // namespace

Flow response_flow(const Flow& received, const Via& top) {
  Flow flow = received;
  if (is_reliable(received.protocol)) {
    // RFC 3261 18.2.2: by its connection; when that has gone, to the source host at the port of sent-by.
    flow.reply_port = via_port(received.protocol, top);
    return flow;
  }
  if (!top.parameters.find("rport")) flow.remote.set_port(via_port(received.protocol, top));
  return flow;
}

}  // namespace polyfon::sip
