// Flow: the way a message came or goes: protocol, the local listener, the remote address (RFC 5626 1.2).
// Sink: where built messages leave; sip/transport implements it on sockets, tests/sim on a simulated network.
// thread: control.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/socket_address.h"

namespace polyfon::sip {

enum class Protocol : std::uint8_t { kUdp, kTcp, kTls, kWs, kWss };
std::string_view to_string(Protocol protocol);  // "UDP"
constexpr bool is_reliable(Protocol protocol) { return protocol != Protocol::kUdp; }
constexpr bool is_secure(Protocol protocol) {
  return protocol == Protocol::kTls || protocol == Protocol::kWss;
}
// Of a URI or sent-by without a port (RFC 3261 19.1.2).
constexpr std::uint16_t default_port(Protocol protocol) { return is_secure(protocol) ? 5061 : 5060; }
// Of transport= in a URI (RFC 3261 19.1.1), any case. nullopt: none that is known.
std::optional<Protocol> parse_protocol(std::string_view transport);

struct Flow {
  Protocol protocol = Protocol::kUdp;
  std::uint8_t listener = 0;  // index of the local listener of that protocol that received, or is to send
  base::SocketAddress remote;
  // Of a stream: the connection it came by. 0: any to `remote`, or a new one.
  std::uint32_t connection = 0;
  // Of a stream: where at the remote host a new connection goes when this one is gone (RFC 3261 18.2.2: the
  // port of sent-by; in a dialog that of Contact). 0: the port of `remote`.
  std::uint16_t reply_port = 0;

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
  // RFC 3261 18.1.1: the way by TCP to that remote for a request that is too large for UDP. nullopt: there is
  // none, or it has been refused lately.
  virtual std::optional<Flow> stream_instead(const Flow&) { return std::nullopt; }
};

}  // namespace polyfon::sip
