#include "sip/transport/stream_framing.h"

#include <algorithm>
#include <optional>

#include "base/text.h"

namespace polyfon::sip {

namespace {

constexpr std::size_t kKeep = 16u << 10;  // capacity of an idle connection's buffer

// The size of message and body, when the head leaves no doubt. A head with other errors may hide a second
// Content-Length: what follows it cannot be trusted.
std::optional<std::size_t> whole_size(const Message& head, std::size_t head_size) {
  const ParseError error = head.error();
  if (error != ParseError::kNone && error != ParseError::kMissing && error != ParseError::kContentLength)
    return std::nullopt;
  const auto value = head.header(Header::kContentLength);
  if (!value) return std::nullopt;
  const auto length = base::parse_number<std::uint32_t>(*value);
  if (!length || *length > StreamFraming::kMaxMessage - head_size) return std::nullopt;
  return head_size + *length;
}

}  // namespace

void StreamFraming::append(std::span<const char> bytes) {
  if (broken_) return;
  if (begin_ == buffer_.size()) {
    buffer_.clear();
    begin_ = scanned_ = 0;
    if (buffer_.capacity() > kKeep) std::string().swap(buffer_);
  } else if (begin_ >= kKeep) {
    buffer_.erase(0, begin_);
    scanned_ -= begin_;
    begin_ = 0;
  }
  buffer_.append(bytes.data(), bytes.size());
}

StreamFraming::Frame StreamFraming::next() {
  if (broken_) return {};
  if (head_ == 0) {
    if (skip_empty_lines()) return {Kind::kPing, {}, false};
    if (begin_ == buffer_.size()) return {};
    if (!find_head()) {
      const bool endless_line =
          pending() > Message::kMaxLine + 2 && buffer_.find('\n', begin_) == std::string::npos;
      return pending() > kMaxMessage || endless_line ? fail(pending()) : Frame{};
    }
    if (head_ > kMaxMessage) return fail(kMaxMessage);
    const Message head(std::span<const char>(buffer_.data() + begin_, head_));
    const auto size = whole_size(head, head_);
    if (!size) return fail(head_);
    whole_ = *size;
    // Without its body here, the body alone is what is wrong with it.
    valid_ = head.error() == ParseError::kNone || head.error() == ParseError::kContentLength;
  }
  return pending() < whole_ ? Frame{} : take(whole_, valid_);
}

// RFC 5626 4.4.1: two CRLF in a row are a ping; one alone is a pong, or what some send after a message.
bool StreamFraming::skip_empty_lines() {
  while (begin_ < buffer_.size()) {
    const std::size_t left = buffer_.size() - begin_;
    if (buffer_[begin_] == '\n') {
      begin_ += 1;
    } else if (buffer_[begin_] == '\r') {
      if (left == 1) return false;
      if (buffer_[begin_ + 1] != '\n') break;
      begin_ += 2;
    } else {
      break;
    }
    scanned_ = begin_;
    one_empty_line_ = !one_empty_line_;
    if (!one_empty_line_) return true;
  }
  if (begin_ < buffer_.size() && buffer_[begin_] != '\r') one_empty_line_ = false;
  return false;
}

// The head ends with the first empty line; Message takes bare LF too, and so does this.
bool StreamFraming::find_head() {
  scanned_ = std::max(scanned_, begin_);
  for (;;) {
    const std::size_t lf = buffer_.find('\n', scanned_);
    if (lf == std::string::npos) {
      scanned_ = buffer_.size();
      return false;
    }
    scanned_ = lf;  // until what follows it is known
    const std::size_t after = lf + 1;
    if (after == buffer_.size()) return false;
    const bool half = buffer_[after] == '\r';
    if (half && after + 1 == buffer_.size()) return false;
    if (buffer_[after] == '\n' || (half && buffer_[after + 1] == '\n')) {
      head_ = after + (half ? 2 : 1) - begin_;
      return true;
    }
    scanned_ = after;
  }
}

StreamFraming::Frame StreamFraming::take(std::size_t size, bool valid) {
  Frame frame{Kind::kMessage, {buffer_.data() + begin_, size}, valid};
  begin_ += size;
  scanned_ = begin_;
  head_ = whole_ = 0;
  one_empty_line_ = false;
  return frame;
}

StreamFraming::Frame StreamFraming::fail(std::size_t size) {
  broken_ = true;
  return {Kind::kBroken, {buffer_.data() + begin_, std::min(size, kMaxMessage)}, false};
}

}  // namespace polyfon::sip
