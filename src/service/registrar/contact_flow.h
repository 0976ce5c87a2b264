// Where requests to a registered contact go: to its Contact's address, or where it came from when that
// address is not to be trusted (chan_sip: nat=). Pure. thread: control.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "config/snapshot.h"
#include "sip/message/message.h"
#include "sip/transaction/flow.h"

namespace polyfon::registrar {

// nat=force_rport; or auto_force_rport, and Via does not show the address that the REGISTER came from.
bool is_behind_nat(const config::Nat& nat, const sip::Message& request, const sip::Flow& came_by);

// The way to the address of a Contact, by the transport that it asks for; `came_by` when it names a host,
// another address family, or nobody, and as long as its connection is there when that is of the same host.
sip::Flow contact_flow(std::string_view contact_uri, const sip::Flow& came_by);

// A flow as text, for what is kept over a restart: "udp:LISTENER:ADDRESS:PORT"; a connection is
// not kept, but where a new one goes.
std::string encode_flow(const sip::Flow& flow);
std::optional<sip::Flow> decode_flow(std::string_view text);

}  // namespace polyfon::registrar
