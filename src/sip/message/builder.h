// Builder: writes one SIP message into a string that the caller reuses; the body closes it with
// Content-Length. Header values are written as given, but CR and LF in them are dropped (no header can be
// smuggled in).
#pragma once
#include <string>
#include <string_view>

#include "sip/message/message.h"

namespace polyfon::sip {

enum class HeaderForm : bool { kFull, kCompact };  // RFC 3261 7.3.3: "Via", or "v"

class Builder {
 public:
  // Clears `out`, keeps its capacity.
  explicit Builder(std::string& out, HeaderForm form = HeaderForm::kFull) : out_(out), form_(form) {
    out_.clear();
  }

  Builder& request(std::string_view method, std::string_view uri);
  Builder& response(int status, std::string_view reason = {});  // an empty reason: the standard phrase
  // The start of a response to `request`: status line, every Via (with `received`/`rport` filled into the
  // topmost from `source_host`, `source_port` as RFC 3581 4 and RFC 3261 18.2.1 ask; a `received` of the
  // sender's own is dropped; an empty source_host leaves Via as it is), From, To (with `to_tag` when it has
  // no tag and to_tag is not empty), Call-ID, CSeq, Timestamp in a 100 (RFC 3261 8.2.6.1), and Record-Route
  // when `copy_record_route`.
  Builder& response_to(const Message& request, int status, std::string_view reason, std::string_view to_tag,
                       std::string_view source_host, std::uint16_t source_port,
                       bool copy_record_route = false);
  Builder& header(Header header, std::string_view value);
  Builder& header(std::string_view name, std::string_view value);
  Builder& header(Header header, std::uint64_t value);
  // Copies every line of that header, as it stands.
  Builder& copy(const Message& from, Header header);
  // Writes Content-Type (when not empty), Content-Length, the empty line and the body. The message is
  // complete.
  std::string_view body(std::string_view content_type = {}, std::string_view body = {});

 private:
  void append(std::string_view value);  // without CR and LF
  void append_number(std::uint64_t value);
  void append_top_via(std::string_view value, std::string_view source_host, std::uint16_t source_port);
  void append_vias(const Message& request, std::string_view source_host, std::uint16_t source_port);
  void append_to(const Message& request, std::string_view to_tag);

  std::string_view name_of(Header header) const {
    return form_ == HeaderForm::kCompact ? compact_header_name(header) : header_name(header);
  }

  std::string& out_;
  HeaderForm form_;
};

// "Ringing" for 180; "Unknown" for a code without a phrase.
std::string_view reason_phrase(int status);

}  // namespace polyfon::sip
