#include "sip/message/builder.h"

#include <fmt/format.h>

#include "sip/message/headers.h"
#include "sip/message/host.h"
#include "sip/message/line_end.h"
#include "sip/message/parameter.h"

namespace polyfon::sip {

namespace {

constexpr std::string_view kCrLf = "\r\n";
constexpr std::size_t kRoomToGrow =
    512;  // what a response has more than the headers it copies, without its body

}  // namespace

void Builder::append(std::string_view value) {
  const char* at = value.data();
  const char* const end = at + value.size();
  while (at != end) {
    const char* const stop = find_control(at, end);
    out_.append(at, stop);
    if (stop == end) return;
    if (*stop != '\r' && *stop != '\n') out_ += *stop;
    at = stop + 1;
  }
}

void Builder::append_number(std::uint64_t value) {
  const fmt::format_int digits(value);
  out_.append(digits.data(), digits.size());
}

Builder& Builder::request(std::string_view method, std::string_view uri) {
  append(method);
  out_ += ' ';
  append(uri);
  out_ += " SIP/2.0\r\n";
  return *this;
}

Builder& Builder::response(int status, std::string_view reason) {
  out_ += "SIP/2.0 ";
  append_number(static_cast<unsigned>(status));
  out_ += ' ';
  append(reason.empty() ? reason_phrase(status) : reason);
  out_ += kCrLf;
  return *this;
}

Builder& Builder::header(std::string_view name, std::string_view value) {
  append(name);
  out_ += ": ";
  append(value);
  out_ += kCrLf;
  return *this;
}

Builder& Builder::header(Header header, std::string_view value) {
  return this->header(name_of(header), value);
}

Builder& Builder::header(Header header, std::uint64_t value) {
  const fmt::format_int digits(value);
  return this->header(name_of(header), std::string_view(digits.data(), digits.size()));
}

Builder& Builder::copy(const Message& from, Header header) {
  from.each(header, [&](std::string_view value) { this->header(header, value); });
  return *this;
}

// RFC 3581 4: an asked-for rport gets the source port, and then `received` is always there; RFC 3261 18.2.1:
// else `received` is there when sent-by is not the source address.
void Builder::append_top_via(std::string_view value, std::string_view source_host,
                             std::uint16_t source_port) {
  const auto via = parse_via(value);
  if (!via || source_host.empty()) return append(value);
  const bool has_parameters = !via->parameters.text.empty();
  const std::size_t head = has_parameters
                               ? static_cast<std::size_t>(via->parameters.text.data() - value.data())
                               : std::min(value.size(), value.find(','));
  append(grammar::trim_lws(value.substr(0, head)));
  bool rport = false;
  grammar::Cursor cursor{value.substr(head)};
  Parameter parameter;
  for (grammar::Cursor before = cursor; next_parameter(cursor, parameter) == ParameterStep::kFound;
       before = cursor) {
    if (base::iequals(parameter.name, "received")) continue;
    if (base::iequals(parameter.name, "rport")) {
      if (!rport) {
        out_ += ";rport=";
        append_number(source_port);
      }
      rport = true;
      continue;
    }
    append(grammar::trim_lws(before.rest.substr(0, before.rest.size() - cursor.rest.size())));
  }
  if (rport || !same_host(via->host, source_host)) {
    out_ += ";received=";
    append(source_host);
  }
  append(cursor.rest);  // the further elements, from their comma on
}

void Builder::append_vias(const Message& request, std::string_view source_host, std::uint16_t source_port) {
  bool top = true;
  request.each(Header::kVia, [&](std::string_view value) {
    if (!top) {
      header(Header::kVia, value);
      return;
    }
    top = false;
    out_.append(name_of(Header::kVia)).append(": ");
    append_top_via(value, source_host, source_port);
    out_ += kCrLf;
  });
}

// RFC 3261 8.2.6.2. What does not parse is sent back as it came.
void Builder::append_to(const Message& request, std::string_view to_tag) {
  const auto value = request.header(Header::kTo);
  if (!value) return;
  out_.append(name_of(Header::kTo)).append(": ");
  append(*value);
  if (!to_tag.empty()) {
    const auto to = parse_name_addr(*value);
    if (to && !to->parameters.find("tag")) {
      out_ += ";tag=";
      append(to_tag);
    }
  }
  out_ += kCrLf;
}

Builder& Builder::response_to(const Message& request, int status, std::string_view reason,
                              std::string_view to_tag, std::string_view source_host,
                              std::uint16_t source_port, bool copy_record_route) {
  out_.reserve(out_.size() + request.bytes().size() - request.body().size() + kRoomToGrow);
  response(status, reason);
  append_vias(request, source_host, source_port);
  if (const auto from = request.header(Header::kFrom)) header(Header::kFrom, *from);
  append_to(request, to_tag);
  if (const auto call_id = request.header(Header::kCallId)) header(Header::kCallId, *call_id);
  if (const auto cseq = request.header(Header::kCSeq)) header(Header::kCSeq, *cseq);
  if (status == 100) copy(request, Header::kTimestamp);
  if (copy_record_route) copy(request, Header::kRecordRoute);
  return *this;
}

std::string_view Builder::body(std::string_view content_type, std::string_view body) {
  if (!content_type.empty()) header(Header::kContentType, content_type);
  header(Header::kContentLength, static_cast<std::uint64_t>(body.size()));
  out_.append(kCrLf).append(body);
  return out_;
}

}  // namespace polyfon::sip
