// Locator: where the server of a URI is (RFC 3263): the seam between who sends requests and who asks name
// servers; sip/transport/server_locator.h implements it. What it finds is a ServerSet, kept by who asked;
// each request orders it anew, so that weights spread the load. thread: control.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "sip/message/headers.h"
#include "sip/message/uri.h"
#include "sip/transaction/flow.h"

namespace polyfon::sip {

// What the search begins with.
struct Destination {
  bool secure = false;  // sips: nothing but TLS to its server
  std::string host;     // of maddr when there is one (RFC 3263 4: TARGET)
  std::uint16_t port = 0;
  std::optional<Protocol> protocol;  // of ;transport=

  // kUnsupported: another scheme than sip and sips, or a transport that nobody knows.
  static base::Result<Destination> of(const Uri& uri);
  // RFC 3263 5: where a response goes when the way that its request came is gone. The transport stays.
  static Destination of_response(const Via& via, Protocol protocol);
};

// One host of the search's end, with all its addresses.
struct Server {
  std::uint16_t rank = 0;  // of the transports found: the preferred first
  std::uint16_t priority = 0;
  std::uint16_t weight = 0;
  std::vector<Flow> flows;  // in the order to try
};
using ServerSet = std::vector<Server>;

class Locator {
 public:
  using Answer = std::move_only_function<void(base::Result<ServerSet>)>;

  virtual ~Locator() = default;
  // `answer` is called exactly once, now or later, unless the Locator is destroyed first.
  virtual void locate(Destination destination, Answer answer) = 0;
  // The ways to the server in the order to try: by rank and priority, among equals by weight and chance (RFC
  // 2782); those that failed lately last.
  virtual std::vector<Flow> order(const ServerSet& servers, base::Instant now) = 0;
  // RFC 3263 4.3: a request to it timed out, could not be sent, or got 503. It goes last for a while, or for
  // as long as it asked (Retry-After), within bounds.
  virtual void note_failure(const Flow& flow, std::optional<base::Duration> retry_after,
                            base::Instant now) = 0;
};

}  // namespace polyfon::sip
