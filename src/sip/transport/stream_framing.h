// StreamFraming: cuts the bytes of one connection into SIP messages, however they were split or run together
// (RFC 3261 18.3, 7.5), and finds the keep-alives between them (RFC 5626 3.5.1). No I/O. thread: its owner's.
#pragma once
#include <span>
#include <string>

#include "sip/message/message.h"

namespace polyfon::sip {

class StreamFraming {
 public:
  static constexpr std::size_t kMaxMessage = Message::kMaxBytes;

  enum class Kind {
    kMore,     // nothing whole is there yet
    kMessage,  // one message, with its body
    kPing,     // CRLFCRLF: to be answered with CRLF
    // Where the message ends cannot be told: Content-Length is missing, there twice, no number or too large,
    // or the headers are broken. `bytes` is what there is to answer; nothing follows.
    kBroken,
  };
  struct Frame {
    Kind kind = Kind::kMore;
    std::span<const char> bytes;  // until the next append()
    bool valid = false;           // kMessage: its headers are in order
  };

  void append(std::span<const char> bytes);
  Frame next();
  bool broken() const { return broken_; }
  // Bytes of a message that is not whole yet.
  std::size_t pending() const { return buffer_.size() - begin_; }

 private:
  bool skip_empty_lines();  // true: a ping
  bool find_head();
  Frame take(std::size_t size, bool valid);
  Frame fail(std::size_t size);

  std::string buffer_;
  std::size_t begin_ = 0;  // of the message that is being read
  std::size_t scanned_ = 0;
  std::size_t head_ = 0;   // its size up to the body; 0: not known yet
  std::size_t whole_ = 0;  // with the body
  bool valid_ = false;
  bool one_empty_line_ = false;  // half a ping
  bool broken_ = false;
};

}  // namespace polyfon::sip
