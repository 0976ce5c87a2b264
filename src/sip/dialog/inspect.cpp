#include "sip/dialog/inspect.h"

#include "base/text.h"

namespace polyfon::sip {

namespace {

using Counters = UserAgentCounters;

bool holds(std::string_view list, std::string_view option) {
  while (auto element = next_in_list(list))
    if (base::iequals(*element, option)) return true;
  return false;
}

// The option tags of Require that we do not know, as the value of Unsupported.
std::string unsupported(const Message& message, std::string_view supported) {
  std::string names;
  each_in_list(message, Header::kRequire, [&](std::string_view option) {
    if (holds(supported, option)) return true;
    if (!names.empty()) names += ", ";
    names += option;
    return true;
  });
  return names;
}

std::optional<Refusal> inspect_uri(std::string_view text) {
  auto uri = Uri::parse(text);
  if (!uri) return Refusal{400, {}, {}, &Counters::rejected_malformed};
  // RFC 3261 8.2.2.1
  if (uri->scheme == Scheme::kOther) return Refusal{416, {}, {}, &Counters::rejected_scheme};
  // RFC 3261 19.1.1, RFC 4475 3.1.2.11: headers stand in no Request-URI
  if (!uri->headers.empty()) return Refusal{400, {}, {}, &Counters::rejected_malformed};
  return std::nullopt;
}

std::optional<Refusal> inspect_hops(const Incoming& request) {
  auto value = request.message.header(Header::kMaxForwards);
  if (!value) return std::nullopt;
  auto hops = base::parse_number<unsigned>(*value, 0, 255);
  if (!hops) return Refusal{400, {}, {}, &Counters::rejected_malformed};
  // A call goes on over us, so this is where a loop of calls ends; OPTIONS asks exactly this (RFC 3261 11.2).
  if (*hops == 0 && request.envelope.to_tag.empty() && request.message.method() != Method::kOptions)
    return Refusal{483, {}, {}, &Counters::rejected_hops};
  return std::nullopt;
}

}  // namespace

bool has_readable_body(const Message& message) {
  if (message.body().empty()) return true;
  std::string_view type = message.header(Header::kContentType).value_or("application/sdp");
  type = base::trim(type.substr(0, type.find(';')));
  return base::iequals(type, "application/sdp") && !message.has(Header::kContentEncoding);
}

bool takes_descriptions(const Message& message) {
  if (!message.has(Header::kAccept)) return true;
  bool takes = false;
  each_in_list(message, Header::kAccept, [&](std::string_view range) {
    range = base::trim(range.substr(0, range.find(';')));
    takes =
        base::iequals(range, "application/sdp") || range == "*/*" || base::iequals(range, "application/*");
    return !takes;
  });
  return takes;
}

std::optional<Refusal> inspect(const Incoming& request, bool allowed, std::string_view allow,
                               std::string_view supported) {
  const Message& message = request.message;
  if (message.method() == Method::kAck) return std::nullopt;
  if (!allowed) {
    int status = message.method() == Method::kUnknown ? 501 : 405;  // RFC 3261 8.2.1, 21.5.2
    return Refusal{status, "Allow", std::string(allow), &Counters::rejected_method};
  }
  if (auto refusal = inspect_uri(message.request_uri())) return refusal;
  if (auto refusal = inspect_hops(request)) return refusal;
  // RFC 3261 8.2.2.3: not in ACK and CANCEL
  if (message.method() != Method::kCancel && message.has(Header::kRequire)) {
    std::string names = unsupported(message, supported);
    if (!names.empty()) return Refusal{420, "Unsupported", std::move(names), &Counters::rejected_extension};
  }
  return std::nullopt;
}

}  // namespace polyfon::sip
