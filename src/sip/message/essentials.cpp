#include "sip/message/grammar.h"
#include "sip/message/headers.h"

namespace polyfon::sip {

namespace {

using base::ErrorCode;
using base::fail;

std::unexpected<base::Error> in_header(Header header, base::Error error) {
  error.text.insert(0, ": ").insert(0, header_name(header));
  return std::unexpected(std::move(error));
}

base::Result<NameAddr> parse_party(const Message& message, Header header) {
  auto address = parse_name_addr(message.header(header).value_or(std::string_view{}));
  if (!address) return in_header(header, std::move(address.error()));
  return address;
}

base::Result<> check_via_count(const Message& message) {
  std::size_t lines = 0;
  message.each(Header::kVia, [&](std::string_view) { ++lines; });
  if (lines > kMaxVias) return fail(ErrorCode::kLimit, "Via: more than 64 lines");
  return {};
}

base::Result<> parse_request_uri(const Message& message, Essentials& all) {
  auto uri = Uri::parse(message.request_uri());
  if (!uri) {
    uri.error().text.insert(0, "Request-URI: ");
    return std::unexpected(std::move(uri.error()));
  }
  // RFC 3261 19.1.1, table 1: headers are not allowed there (RFC 4475 3.1.2.11).
  if (!uri->headers.empty()) return fail(ErrorCode::kInvalid, "Request-URI: headers are not allowed");
  all.request_uri = *uri;
  return {};
}

base::Result<> parse_numbers(const Message& message, Essentials& all) {
  auto cseq = parse_cseq(message.header(Header::kCSeq).value_or(std::string_view{}));
  if (!cseq) return std::unexpected(std::move(cseq.error()));
  all.cseq = *cseq;
  // RFC 3261 8.1.1.5: the method must be that of the request (RFC 4475 3.1.2.17).
  if (message.is_request() && cseq->method_name != message.method_name()) {
    return fail(ErrorCode::kInvalid, "CSeq: the method is not that of the request");
  }
  if (const auto value = message.header(Header::kMaxForwards)) {
    all.max_forwards = base::parse_number<std::uint8_t>(*value);
    if (!all.max_forwards) return fail(ErrorCode::kInvalid, "Max-Forwards: expected 0 to 255");
  }
  return {};
}

}  // namespace

base::Result<Essentials> parse_essentials(const Message& message) {
  Essentials all;
  if (auto ok = check_via_count(message); !ok) return std::unexpected(std::move(ok.error()));
  auto via = parse_via(message.header(Header::kVia).value_or(std::string_view{}));
  if (!via) return std::unexpected(std::move(via.error()));
  all.via = *via;
  auto from = parse_party(message, Header::kFrom);
  if (!from) return std::unexpected(std::move(from.error()));
  all.from = *from;
  auto to = parse_party(message, Header::kTo);
  if (!to) return std::unexpected(std::move(to.error()));
  all.to = *to;
  all.call_id = message.header(Header::kCallId).value_or(std::string_view{});
  if (all.call_id.empty()) return fail(ErrorCode::kInvalid, "Call-ID: expected a value");
  if (auto ok = parse_numbers(message, all); !ok) return std::unexpected(std::move(ok.error()));
  if (message.is_request()) {
    if (auto ok = parse_request_uri(message, all); !ok) return std::unexpected(std::move(ok.error()));
  }
  return all;
}

}  // namespace polyfon::sip
