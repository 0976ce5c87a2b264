#include "sip/transaction/envelope.h"

namespace polyfon::sip {

namespace {

// Decodes a header that must be there into `out`.
template <class T>
base::Result<> decode(const Message& message, Header header, base::Result<T> (*parse)(std::string_view),
                      T& out) {
  auto value = message.header(header);
  if (!value) return base::fail(base::ErrorCode::kInvalid, std::string(header_name(header)) + " is missing");
  auto parsed = parse(*value);
  if (!parsed) return std::unexpected(std::move(parsed.error()));
  out = *parsed;
  return {};
}

}  // namespace

base::Result<Envelope> Envelope::of(const Message& message) {
  Envelope envelope;
  if (auto done = decode(message, Header::kVia, parse_via, envelope.via); !done)
    return std::unexpected(done.error());
  if (auto done = decode(message, Header::kFrom, parse_name_addr, envelope.from); !done)
    return std::unexpected(done.error());
  if (auto done = decode(message, Header::kTo, parse_name_addr, envelope.to); !done)
    return std::unexpected(done.error());
  if (auto done = decode(message, Header::kCSeq, parse_cseq, envelope.cseq); !done)
    return std::unexpected(done.error());
  envelope.call_id = message.header(Header::kCallId).value_or("");
  if (envelope.call_id.empty()) return base::fail(base::ErrorCode::kInvalid, "Call-ID is empty");
  if (message.is_request() && envelope.cseq.method_name != message.method_name())
    return base::fail(base::ErrorCode::kInvalid, "CSeq names another method than the request line");
  envelope.from_tag = envelope.from.tag();
  envelope.to_tag = envelope.to.tag();
  return envelope;
}

}  // namespace polyfon::sip
