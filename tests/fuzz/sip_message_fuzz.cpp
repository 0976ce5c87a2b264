// Any bytes as a datagram and as a frame of a stream: the scan and every decoder keep to the buffer, and a
// response to what can be answered is a message without error.
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>

#include "sip/message/builder.h"
#include "sip/message/headers.h"

namespace {

using namespace polyfon::sip;

void expect(bool ok) {
  if (!ok) std::abort();
}

bool inside(std::string_view all, std::string_view part) {
  return part.empty() || (part.data() >= all.data() && part.data() + part.size() <= all.data() + all.size());
}

void decode(std::string_view value) {
  if (const auto via = parse_via(value)) {
    expect(inside(value, via->host) && inside(value, via->branch()) && inside(value, via->parameters.text));
    via->parameters.find("rport");
  }
  if (const auto address = parse_name_addr(value)) {
    expect(inside(value, address->display_name) && inside(value, address->uri_text) &&
           inside(value, address->tag()));
    expect(address->uri.equivalent(address->uri));
  }
  if (const auto cseq = parse_cseq(value)) expect(cseq->number < 0x80000000U && !cseq->method_name.empty());
  if (const auto rack = parse_rack(value)) expect(rack->rseq > 0);
  if (const auto auth = parse_auth(value)) {
    expect(inside(value, auth->find("nonce").value_or(std::string_view{})));
    auth->find("");
  }
  static_cast<void>(parse_delta_seconds(value));
  static_cast<void>(is_star(value));
  std::size_t left = value.size() + 1;
  for (std::string_view rest = value; const auto element = next_in_list(rest);) {
    expect(!element->empty() && inside(value, *element) && rest.size() < left);
    left = rest.size();
  }
}

void answer(const Message& request) {
  // A response has a line more than the request; one that was at the limits may be beyond them.
  if (!request.has_response_headers() || request.lines().size() == Message::kMaxHeaders ||
      request.bytes().size() > Message::kMaxLine / 2) {
    return;
  }
  std::string out;
  Builder builder(out);
  builder.response_to(request, 400, to_string(request.error()), "tag", "2001:db8::1", 5060, true).body();
  const Message response(out, Message::Framing::kStream);
  expect(response.error() == ParseError::kNone && !response.is_request() && response.status() == 400);
  expect(response.header(Header::kCallId).has_value() && response.has_response_headers());
}

void walk(std::span<const char> bytes, Message::Framing framing) {
  const Message message(bytes, framing);
  const std::string_view all(bytes.data(), bytes.size());
  expect(inside(all, message.body()) && inside(all, message.reason()) && inside(all, message.request_uri()));
  for (const Message::Line line : message.lines()) {
    expect(inside(all, line.name) && inside(all, line.value) && !line.name.empty());
    expect(message.header(line.name).has_value());
    decode(line.value);
  }
  if (const auto essentials = parse_essentials(message)) expect(!essentials->call_id.empty());
  list_contains(message, Header::kSupported, "100rel");
  answer(message);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span<const char> bytes(reinterpret_cast<const char*>(data), size);
  walk(bytes, Message::Framing::kDatagram);
  walk(bytes, Message::Framing::kStream);
  return 0;
}
