#include "sip/transaction/response_flow.h"

namespace polyfon::sip {

Flow response_flow(const Flow& received, const Via& top) {
  Flow flow = received;
  if (is_reliable(received.protocol)) return flow;
  if (!top.parameters.find("rport")) flow.remote.set_port(top.port != 0 ? top.port : 5060);
  return flow;
}

}  // namespace polyfon::sip
