// Dialog: the state that two user agents share (RFC 3261 12): Call-ID, tags, sequence numbers, route set,
// remote target, and where the offer/answer between them stands. A value; an InviteSession has one, and one
// for each fork that rings. thread: control.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sip/dialog/incoming.h"
#include "sip/dialog/offer_answer.h"
#include "sip/message/builder.h"

namespace polyfon::sip {

inline constexpr std::size_t kMaxRoutes = 32;  // Record-Route elements that we follow

struct Dialog {
  std::string call_id;
  std::string local, remote;  // From and To of our requests, tags included
  std::string local_tag, remote_tag;
  std::string remote_target;        // URI of the peer's Contact
  std::vector<std::string> routes;  // elements of the route set, in the order of our requests
  Flow origin;                      // the way we first met: where its messages come from, or where we sent
  Flow flow;                        // where our requests go now
  std::string located;              // the next hop, a host name, that `flow` was looked up for
  std::vector<Flow> alternatives;   // where they go when that fails (RFC 3263 4.3)
  std::uint32_t local_cseq = 0;
  std::uint32_t remote_cseq = 0;
  bool remote_cseq_known = false;
  bool behind_nat = false;      // the peer is not where it says: everything goes to where it came from
  bool target_is_gruu = false;  // the peer's Contact is an address of record's, not a place (RFC 5627)
  std::uint32_t last_rseq = 0;  // of the peer's reliable responses; 0: none yet
  bool previewed = false;       // an unreliable 1xx had a body
  OfferAnswer offer_answer;

  // RFC 3261 12.1.1: the called side's, from the INVITE.
  static Dialog called(const Incoming& invite, std::string_view local_tag);
  // RFC 3261 12.1.2: the calling side's rest, from a response to our INVITE.
  void learn(const Message& response, const Envelope& envelope);
  // RFC 3261 12.2.1.2, 12.2.2: a target refresh moves the remote target; the route set stays.
  void refresh_target(const Message& message);
  // The same by a request of the peer. Behind NAT its port may have changed; our tag in it cannot be guessed.
  void refresh_target(const Incoming& request);

  // RFC 3261 12.2.1.1: the request line is `request_uri()`, and the route lines go with write_routes(): a
  // first route without ;lr is a strict router, which wants its own URI in the request line and the target
  // last.
  std::string_view request_uri() const;
  void write_routes(Builder& builder) const;

  // The URI that our requests go to; "": the way we met.
  std::string_view next_hop() const;
  // The same, when it names a host that has not been looked up; nullopt: `flow` is right. A peer that came by
  // a connection or from behind NAT, or who is named by a GRUU, is where it came from.
  std::optional<Uri> unlocated_hop() const;
  // Where that host is, in the order to try; the place where it came from goes first when it is among them.
  // Empty: it is nowhere else.
  void locate(std::vector<Flow> flows);

 private:
  bool strict_routed() const;
  void choose_flow();
};

// The address that a URI names when it is a literal and may be sent to from `origin`: never multicast or
// unspecified, loopback only from loopback, private only from private addresses. Else `origin`.
Flow flow_to(const Flow& origin, std::string_view uri);

// Whether the text is a name-addr or URI whose parameters hold ;lr.
bool is_loose_route(std::string_view route);
std::string_view uri_of(std::string_view name_addr);

}  // namespace polyfon::sip
