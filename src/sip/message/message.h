// Message: one SIP message scanned once into views over its datagram or frame (RFC 3261 7). The scan finds
// the start line, the header lines (folding, compact names, blanks before ':'), and the body; nothing is
// copied, headers are decoded when asked (sip/message/headers.h). Valid only while the buffer is: what
// outlives the handler is copied out. Lines end with CRLF; a bare LF is taken too, as many senders' scripts
// write it. Control characters are refused, but for those behind a backslash (quoted-pair, RFC 3261 25.1).
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

// Headers that are recognised by name (and compact name); everything else is kOther and found by
// header("Name").
enum class Header : std::uint8_t {
  kOther,
  kVia,
  kFrom,
  kTo,
  kCallId,
  kCSeq,
  kMaxForwards,
  kContact,
  kRoute,
  kRecordRoute,
  kContentType,
  kContentLength,
  kExpires,
  kMinExpires,
  kAuthorization,
  kProxyAuthorization,
  kWwwAuthenticate,
  kProxyAuthenticate,
  kSupported,
  kRequire,
  kProxyRequire,
  kUnsupported,
  kAllow,
  kAccept,
  kUserAgent,
  kServer,
  kEvent,
  kSubscriptionState,
  kRSeq,
  kRAck,
  kReferTo,
  kReferredBy,
  kReplaces,
  kSessionExpires,
  kMinSe,
  kPath,
  kServiceRoute,
  kDate,
  kRetryAfter,
  kReason,
  kWarning,
  kDiversion,
  kHistoryInfo,
  kPAssertedIdentity,
  kPPreferredIdentity,
  kPrivacy,
  kRemotePartyId,
  kContentEncoding,
  kAllowEvents,
  kSipEtag,
  kSipIfMatch,
  kAlertInfo,
  kInReplyTo,
  kSubject,
  kTimestamp,
  kCount,
};

std::string_view header_name(Header header);          // "Call-ID"
std::string_view compact_header_name(Header header);  // "i"; "Max-Forwards", which has no short form
Header parse_header_name(std::string_view name);      // any case, compact forms too

enum class ParseError : std::uint8_t {
  kNone,
  kEmpty,       // only CRLF: a keep-alive (RFC 5626 3.5.1), not an error to answer
  kStartLine,   // neither a request line nor a status line
  kVersion,     // not SIP/2.0: 505
  kHeaderLine,  // a line without a colon, a blank or broken name, a control character, bare CR
  kDuplicate,   // Call-ID, CSeq, From, To, Max-Forwards or Content-Length twice
  kMissing,     // Via, From, To, Call-ID or CSeq absent
  kTooManyHeaders,
  kLineTooLong,    // a line over kMaxLine, or a message over kMaxBytes
  kContentLength,  // not a number, larger than the datagram; on a stream: absent or not exact
  kTruncated,      // no empty line after the headers
};
std::string_view to_string(ParseError error);

class Message {
 public:
  static constexpr std::size_t kMaxBytes = 65535;
  static constexpr std::size_t kMaxHeaders = 128;
  static constexpr std::size_t kMaxLine = 8192;  // of one header with its folds, and of the start line

  // Where the message came in. A datagram's body may be shorter than the datagram, and without Content-Length
  // it fills it (RFC 3261 18.3; a WebSocket message is taken as a datagram). A stream's frame needs
  // Content-Length, and it must be exact.
  enum class Framing { kDatagram, kStream };

  // Scans `bytes`. On an error the Message still holds what was found (so that a 400 can be built from it):
  // test error(), and has_response_headers() before answering. Broken lines are not among lines().
  explicit Message(std::span<const char> bytes, Framing framing = Framing::kDatagram);

  ParseError error() const { return error_; }
  // Via, From, To, Call-ID and CSeq are there: a response can be made.
  bool has_response_headers() const;

  bool is_request() const { return is_request_; }  // false too when the start line is neither
  Method method() const { return method_; }        // of the request line, or of CSeq in a response
  std::string_view method_name() const { return method_name_; }
  std::string_view request_uri() const { return request_uri_; }
  int status() const { return status_; }  // 100..699 in a response, else 0
  std::string_view reason() const { return reason_; }

  // The value of the first header of that name, without the blanks around it; folds are kept as they stand.
  std::optional<std::string_view> header(Header header) const;
  std::optional<std::string_view> header(std::string_view name) const;  // any name
  bool has(Header header) const { return first_[static_cast<std::size_t>(header)] != kNone; }

  struct Line {
    Header id;
    std::string_view name;
    std::string_view value;
  };
  // The header lines in their order: for (const Message::Line line : message.lines()).
  class Lines {
   public:
    class Iterator {
     public:
      Line operator*() const { return message_->line(index_); }
      Iterator& operator++() {
        ++index_;
        return *this;
      }
      bool operator==(const Iterator& other) const { return index_ == other.index_; }

     private:
      friend class Lines;
      Iterator(const Message* message, std::size_t index) : message_(message), index_(index) {}
      const Message* message_;
      std::size_t index_;
    };

    Iterator begin() const { return {message_, 0}; }
    Iterator end() const { return {message_, message_->count_}; }
    std::size_t size() const { return message_->count_; }
    bool empty() const { return size() == 0; }
    Line operator[](std::size_t index) const { return message_->line(index); }

   private:
    friend class Message;
    explicit Lines(const Message* message) : message_(message) {}
    const Message* message_;
  };
  Lines lines() const { return Lines(this); }

  // Calls fn(value) for each header line of that name, top to bottom. (Comma lists are split by the
  // decoders.)
  template <class Fn>
  void each(Header header, Fn&& fn) const {
    for (std::uint8_t i = first_[static_cast<std::size_t>(header)]; i != kNone; i = entries_[i].next)
      fn(value(i));
  }

  std::string_view body() const { return body_; }
  std::string_view bytes() const { return bytes_; }

 private:
  // Offsets instead of views: 10 bytes a line, so that a Message on the stack costs little to make.
  struct Entry {
    std::uint16_t name, name_size, value, value_size;
    Header id;
    std::uint8_t next;  // the next line of the same id, or kNone
  };
  static constexpr std::uint8_t kNone = 0xff;
  static_assert(kMaxHeaders < kNone);
  using Ids = std::array<std::uint8_t, static_cast<std::size_t>(Header::kCount)>;

  std::string_view value(std::size_t i) const {
    return bytes_.substr(entries_[i].value, entries_[i].value_size);
  }
  Line line(std::size_t i) const {
    return {entries_[i].id, bytes_.substr(entries_[i].name, entries_[i].name_size), value(i)};
  }

  void note(ParseError error);  // the first one stays
  void scan(Framing framing);
  void scan_start_line(std::string_view line);
  void scan_request_line(std::string_view line);
  void scan_status_line(std::string_view line);
  const char* scan_headers(const char* at, const char* end);
  void scan_header(const char* from, const char* to, Ids& last);
  void add_line(Header id, std::string_view name, std::string_view value, Ids& last);
  void scan_body(std::string_view rest, Framing framing);
  void check_mandatory();

  std::string_view bytes_;
  bool is_request_ = false;
  Method method_ = Method::kUnknown;
  ParseError error_ = ParseError::kNone;
  std::uint8_t count_ = 0;
  int status_ = 0;
  std::string_view method_name_, request_uri_, reason_, body_;
  Ids first_;
  std::array<Entry, kMaxHeaders> entries_;  // the first count_ are set, the others never read
};

}  // namespace polyfon::sip
