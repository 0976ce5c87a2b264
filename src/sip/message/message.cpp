#include "sip/message/message.h"

#include <cstring>

#include "sip/message/grammar.h"
#include "sip/message/headers.h"
#include "sip/message/line_end.h"

namespace polyfon::sip {

namespace {

constexpr std::string_view kVersion = "SIP/2.0";

// SIP-Version, of whatever number (RFC 3261 7.1: it compares without case).
bool is_sip_version(std::string_view text) {
  if (!base::istarts_with(text, "SIP/")) return false;
  const std::size_t dot = text.find('.', 4);
  if (dot == std::string_view::npos || dot == 4 || dot + 1 == text.size()) return false;
  for (std::size_t i = 4; i < text.size(); ++i) {
    if (i != dot && !base::is_digit(text[i])) return false;
  }
  return true;
}

// RFC 3261 20: headers that may appear once. (The others that may not repeat do no harm: the first counts.)
constexpr bool is_singleton(Header header) {
  switch (header) {
    case Header::kCallId:
    case Header::kCSeq:
    case Header::kFrom:
    case Header::kTo:
    case Header::kMaxForwards:
    case Header::kContentLength: return true;
    default: return false;
  }
}

std::string_view between(const char* from, const char* to) {
  return {from, static_cast<std::size_t>(to - from)};
}

// The first ':' of a line; names are short, so that a plain loop beats a call.
const char* find_colon(const char* from, const char* to) {
  while (from != to && *from != ':') ++from;
  return from;
}

}  // namespace

std::string_view to_string(ParseError error) {
  switch (error) {
    case ParseError::kNone: return "no error";
    case ParseError::kEmpty: return "keep-alive";
    case ParseError::kStartLine: return "bad start line";
    case ParseError::kVersion: return "not SIP/2.0";
    case ParseError::kHeaderLine: return "bad header line";
    case ParseError::kDuplicate: return "duplicate header";
    case ParseError::kMissing: return "missing header";
    case ParseError::kTooManyHeaders: return "too many headers";
    case ParseError::kLineTooLong: return "line too long";
    case ParseError::kContentLength: return "bad Content-Length";
    case ParseError::kTruncated: return "truncated message";
  }
  return "unknown error";
}

Message::Message(std::span<const char> bytes, Framing framing) : bytes_(bytes.data(), bytes.size()) {
  first_.fill(kNone);
  scan(framing);
}

bool Message::has_response_headers() const {
  return has(Header::kVia) && has(Header::kFrom) && has(Header::kTo) && has(Header::kCallId) &&
         has(Header::kCSeq);
}

std::optional<std::string_view> Message::header(Header header) const {
  const std::uint8_t i = first_[static_cast<std::size_t>(header)];
  if (i == kNone) return std::nullopt;
  return value(i);
}

std::optional<std::string_view> Message::header(std::string_view name) const {
  const Header id = parse_header_name(name);
  if (id != Header::kOther) return header(id);
  for (std::uint8_t i = first_[0]; i != kNone; i = entries_[i].next) {
    if (base::iequals(line(i).name, name)) return value(i);
  }
  return std::nullopt;
}

void Message::note(ParseError error) {
  if (error_ == ParseError::kNone) error_ = error;
}

void Message::scan(Framing framing) {
  if (bytes_.size() > kMaxBytes) return note(ParseError::kLineTooLong);
  const char* at = bytes_.data();
  const char* const end = at + bytes_.size();
  // RFC 3261 7.5: empty lines before the start line are skipped.
  while (at != end && (*at == '\n' || (*at == '\r' && end - at > 1 && at[1] == '\n'))) ++at;
  if (at == end) return note(ParseError::kEmpty);

  const LineEnd first = find_line_end(at, end);
  if (first.lf == nullptr) return note(ParseError::kStartLine);
  const char* line_end = first.lf;
  if (line_end != at && line_end[-1] == '\r') --line_end;
  if (line_end - at > static_cast<std::ptrdiff_t>(kMaxLine)) {
    note(ParseError::kLineTooLong);
  } else if (!first.clean) {
    note(ParseError::kStartLine);
  } else {
    scan_start_line(between(at, line_end));
  }

  at = scan_headers(first.lf + 1, end);
  if (at == nullptr) note(ParseError::kTruncated);
  check_mandatory();
  if (at != nullptr) scan_body(between(at, end), framing);
}

void Message::scan_start_line(std::string_view line) {
  // A method holds no '/': what begins so can only be a status line.
  if (base::istarts_with(line, "SIP/")) return scan_status_line(line);
  scan_request_line(line);
}

// RFC 3261 7.1: Method SP Request-URI SP SIP-Version, one blank each, none elsewhere (RFC
// 4475 3.1.2.8, 3.1.2.9).
void Message::scan_request_line(std::string_view line) {
  grammar::Cursor cursor{line};
  method_name_ = cursor.token();
  if (method_name_.empty() || !cursor.at(' ')) {
    method_name_ = {};
    return note(ParseError::kStartLine);
  }
  // From here on it is a request, though perhaps a broken one: its method says whether it may be answered.
  is_request_ = true;
  method_ = parse_method(method_name_);
  cursor.take(1);
  const std::size_t blank = cursor.rest.find(' ');
  if (blank == 0 || blank == std::string_view::npos) return note(ParseError::kStartLine);
  const std::string_view uri = cursor.take(blank);
  cursor.take(1);
  if (uri.find('\t') != std::string_view::npos || !is_sip_version(cursor.rest))
    return note(ParseError::kStartLine);
  request_uri_ = uri;
  if (!base::iequals(cursor.rest, kVersion)) note(ParseError::kVersion);
}

// RFC 3261 7.2: SIP-Version SP Status-Code SP Reason-Phrase. The blank before an empty phrase may be missing.
void Message::scan_status_line(std::string_view line) {
  const std::size_t blank = line.find(' ');
  if (blank == std::string_view::npos || !is_sip_version(line.substr(0, blank)))
    return note(ParseError::kStartLine);
  const std::string_view version = line.substr(0, blank);
  line.remove_prefix(blank + 1);
  const auto status = base::parse_number<int>(line.substr(0, 3), 100, 699);
  if (!status || (line.size() > 3 && line[3] != ' ')) return note(ParseError::kStartLine);
  status_ = *status;
  if (line.size() > 4) reason_ = line.substr(4);
  if (!base::iequals(version, kVersion)) note(ParseError::kVersion);
}

// Returns where the body begins, or nullptr when no empty line ends the headers.
const char* Message::scan_headers(const char* at, const char* end) {
  Ids last;  // of each id; read only where first_ is set
  while (at != end) {
    if (*at == '\n') return at + 1;
    if (*at == '\r' && end - at > 1 && at[1] == '\n') return at + 2;
    const char* const from = at;
    bool clean = true;
    const char* lf = nullptr;
    do {  // RFC 3261 7.3.1: a line that begins with a blank continues the one before
      const LineEnd found = find_line_end(at, end);
      if (found.lf == nullptr) return nullptr;
      clean = clean && found.clean;
      lf = found.lf;
      at = lf + 1;
    } while (at != end && base::is_blank(*at));
    const char* const to = lf != from && lf[-1] == '\r' ? lf - 1 : lf;
    if (!clean) {
      note(ParseError::kHeaderLine);
    } else if (to - from > static_cast<std::ptrdiff_t>(kMaxLine)) {
      note(ParseError::kLineTooLong);
    } else {
      scan_header(from, to, last);
    }
    if (error_ == ParseError::kTooManyHeaders) return nullptr;
  }
  return nullptr;
}

// RFC 3261 25.1 HCOLON: blanks may stand before ':', and the header is the same (CVE-2020-28361).
void Message::scan_header(const char* from, const char* to, Ids& last) {
  const char* const colon = find_colon(from, to);
  if (colon == to) return note(ParseError::kHeaderLine);
  const char* name_end = colon;
  while (name_end != from && base::is_blank(name_end[-1])) --name_end;
  const std::string_view name = between(from, name_end);
  const Header id = parse_header_name(name);
  if (id == Header::kOther && !grammar::is_token(name)) return note(ParseError::kHeaderLine);
  if (is_singleton(id) && has(id)) return note(ParseError::kDuplicate);
  if (count_ == kMaxHeaders) return note(ParseError::kTooManyHeaders);
  add_line(id, name, grammar::trim_lws(between(colon + 1, to)), last);
}

void Message::add_line(Header id, std::string_view name, std::string_view value, Ids& last) {
  auto offset = [this](std::string_view part) {
    return static_cast<std::uint16_t>(part.data() - bytes_.data());
  };
  entries_[count_] = {.name = offset(name),
                      .name_size = static_cast<std::uint16_t>(name.size()),
                      .value = offset(value),
                      .value_size = static_cast<std::uint16_t>(value.size()),
                      .id = id,
                      .next = kNone};
  const auto index = static_cast<std::size_t>(id);
  (first_[index] == kNone ? first_[index] : entries_[last[index]].next) = count_;
  last[index] = count_++;
}

void Message::check_mandatory() {
  if (!has_response_headers()) return note(ParseError::kMissing);
  if (is_request_ || status_ == 0) return;
  if (const auto cseq = parse_cseq(*header(Header::kCSeq))) {
    method_ = cseq->method;
    method_name_ = cseq->method_name;
  }
}

// RFC 3261 18.3: over UDP a body that is cut is an error and what follows the body is ignored; without the
// header the body fills the datagram. A stream has no other end of the message than Content-Length.
void Message::scan_body(std::string_view rest, Framing framing) {
  body_ = rest;
  const auto value = header(Header::kContentLength);
  if (!value) {
    if (framing == Framing::kStream) note(ParseError::kContentLength);
    return;
  }
  const auto length = base::parse_number<std::uint32_t>(*value);
  if (!length || *length > rest.size() || (framing == Framing::kStream && *length != rest.size())) {
    return note(ParseError::kContentLength);
  }
  body_ = rest.substr(0, *length);
}

}  // namespace polyfon::sip
