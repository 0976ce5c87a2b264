// inspect: what RFC 3261 8.2.1-8.2.2 asks of a request before anybody looks at what it wants: method,
// Request-URI scheme, Max-Forwards, Require. Pure. thread: any.
#pragma once
#include <optional>
#include <string>

#include "base/metrics.h"
#include "sip/dialog/incoming.h"
#include "sip/dialog/user_agent.h"

namespace polyfon::sip {

inline constexpr std::size_t kMethods = static_cast<std::size_t>(Method::kRefer) + 1;

struct Refusal {
  int status = 0;
  std::string_view header;  // that goes with it, or empty
  std::string value;
  base::Counter UserAgentCounters::* counter = nullptr;
};

// The body is SDP or there is none: what INVITE, UPDATE and PRACK may carry here (RFC 3261 8.2.3).
bool has_readable_body(const Message& message);

// RFC 3261 20.1, RFC 4475 3.3.14: an answer in SDP can be read; without Accept it is taken for granted.
bool takes_descriptions(const Message& message);

// Option tags that sessions support, as a comma list.
inline constexpr std::string_view kSessionExtensions = "100rel";

// `allowed`: this user agent has something to do with that method; `supported`: the option tags that whoever
// does it knows. ACK is never refused here.
std::optional<Refusal> inspect(const Incoming& request, bool allowed, std::string_view allow,
                               std::string_view supported);

}  // namespace polyfon::sip
