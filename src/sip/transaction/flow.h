// Flow: the way a message came or goes: protocol, the local listener, the remote address (RFC 5626 1.2).
// Sink: where built messages leave; sip/transport implements it on sockets, tests/sim on a simulated network.
// thread: control.
#pragma once
#include <cstdint>
#include <string_view>

#include "base/socket_address.h"

namespace polyfon::sip {

enum class Protocol : std::uint8_t { kUdp, kTcp, kTls, kWs, kWss };
std::string_view to_string(Protocol protocol);  // "UDP"
constexpr bool is_reliable(Protocol protocol) { return protocol != Protocol::kUdp; }

struct Flow {
  Protocol protocol = Protocol::kUdp;
  std::uint8_t listener = 0;  // index of the local listener that received, or is to send
  base::SocketAddress remote;

  bool operator==(const Flow&) const = default;
};

class Sink {
 public:
  virtual ~Sink() = default;
  // False when the message was refused at once (no route, listener gone): a transport error of RFC
  // 3261 8.1.3.1.
  virtual bool send(const Flow& flow, std::string_view message) = 0;
  // What Via and Contact show to that remote: the listener's address, or the external one (RFC 3261 18.1.1).
  virtual base::SocketAddress advertised(const Flow& flow) = 0;
};

}  // namespace polyfon::sip
