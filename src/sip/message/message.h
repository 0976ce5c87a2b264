// Message: one SIP message scanned once into views over its datagram or frame (RFC 3261 7). The scan finds the start
// line, the header lines (folding, compact names, blanks before ':'), and the body; nothing is copied, headers are
// decoded when asked (sip/message/headers.h). Valid only while the buffer is: what outlives the handler is copied out.
// thread: any, one at a time.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/result.h"
#include "sip/message/method.h"

namespace polyfon::sip {

// Headers that are recognised by name (and compact name); everything else is kOther and found by header("Name").
enum class Header : std::uint8_t {
  kOther,
  kVia, kFrom, kTo, kCallId, kCSeq, kMaxForwards, kContact, kRoute, kRecordRoute, kContentType, kContentLength,
  kExpires, kMinExpires, kAuthorization, kProxyAuthorization, kWwwAuthenticate, kProxyAuthenticate,
  kSupported, kRequire, kProxyRequire, kUnsupported, kAllow, kAccept, kUserAgent, kServer, kEvent, kSubscriptionState,
  kRSeq, kRAck, kReferTo, kReferredBy, kReplaces, kSessionExpires, kMinSe, kPath, kServiceRoute, kDate, kRetryAfter,
  kReason, kWarning, kDiversion, kHistoryInfo, kPAssertedIdentity, kPPreferredIdentity, kPrivacy, kRemotePartyId,
  kContentEncoding, kAllowEvents, kSipEtag, kSipIfMatch, kAlertInfo, kInReplyTo, kSubject, kTimestamp,
  kCount,
};

std::string_view header_name(Header header);      // "Call-ID"
Header parse_header_name(std::string_view name);  // any case, compact forms too

enum class ParseError : std::uint8_t {
  kNone,
  kEmpty,             // only CRLF: a keep-alive (RFC 5626 3.5.1), not an error to answer
  kStartLine,         // neither a request line nor a status line
  kVersion,           // not SIP/2.0: 505
  kHeaderLine,        // a line without a colon, a blank or broken name, NUL, bare CR
  kDuplicate,         // Call-ID, CSeq, From, To, Max-Forwards or Content-Length twice
  kMissing,           // Via, From, To, Call-ID or CSeq absent
  kTooManyHeaders,
  kLineTooLong,
  kContentLength,     // not a number, or larger than the datagram
  kTruncated,         // no empty line after the headers
};
std::string_view to_string(ParseError error);

class Message {
 public:
  static constexpr std::size_t kMaxBytes = 65535;
  static constexpr std::size_t kMaxHeaders = 128;
  static constexpr std::size_t kMaxLine = 8192;

  // Where the message came in: a datagram's body may be shorter than the datagram, a frame is exact.
  enum class Framing { kDatagram, kStream };

  // Scans `bytes`. On an error the Message still holds what was found (so that a 400 can be built from it): test
  // error(), and has_response_headers() before answering.
  explicit Message(std::span<const char> bytes, Framing framing = Framing::kDatagram);

  ParseError error() const { return error_; }
  // Via, From, To, Call-ID and CSeq are there: a response can be made.
  bool has_response_headers() const;

  bool is_request() const { return is_request_; }
  Method method() const { return method_; }              // of the request line, or of CSeq in a response
  std::string_view method_name() const { return method_name_; }
  std::string_view request_uri() const { return request_uri_; }
  int status() const { return status_; }                 // 100..699 in a response
  std::string_view reason() const { return reason_; }

  // The value of the first header of that name, without the blanks around it; folds are kept as they stand.
  std::optional<std::string_view> header(Header header) const;
  std::optional<std::string_view> header(std::string_view name) const;  // any name
  bool has(Header header) const { return first_[static_cast<std::size_t>(header)] != kNone; }

  struct Line {
    Header id;
    std::string_view name;
    std::string_view value;
    std::uint8_t next;  // the next line of the same id, or kNone
  };
  static constexpr std::uint8_t kNone = 0xff;
  std::span<const Line> lines() const { return {lines_.data(), count_}; }

  // Calls fn(value) for each header line of that name, top to bottom. (Comma lists are split by the decoders.)
  template <class Fn>
  void each(Header header, Fn&& fn) const {
    for (std::uint8_t i = first_[static_cast<std::size_t>(header)]; i != kNone; i = lines_[i].next) fn(lines_[i].value);
  }

  std::string_view body() const { return body_; }
  std::string_view bytes() const { return bytes_; }

 private:
  void scan(Framing framing);

  std::string_view bytes_;
  bool is_request_ = false;
  Method method_ = Method::kUnknown;
  int status_ = 0;
  ParseError error_ = ParseError::kNone;
  std::uint8_t count_ = 0;
  std::string_view method_name_, request_uri_, reason_, body_;
  std::array<std::uint8_t, static_cast<std::size_t>(Header::kCount)> first_;
  std::array<Line, kMaxHeaders> lines_;
};

}  // namespace polyfon::sip
