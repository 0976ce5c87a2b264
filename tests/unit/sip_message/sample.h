// Messages that the tests of this folder share: the files of the fuzzer's corpus (RFC 4475's messages among
// them, under their names there), and a small request that tests vary.
#pragma once
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "base/text.h"
#include "sip/message/headers.h"
#include "sip/message/message.h"

namespace polyfon::sip {

inline std::string corpus(std::string_view name) {
  const std::string path = std::string(POLYFON_SOURCE_DIR "/tests/fuzz/corpus/sip_message/").append(name);
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file) << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

// A correct OPTIONS request with `more` header lines (each with its line end) and `body` at the end.
inline std::string sample(std::string_view more = {}, std::string_view body = {}) {
  std::string text =
      "OPTIONS sip:1002@pbx.example SIP/2.0\r\n"
      "Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1\r\n"
      "From: <sip:1001@pbx.example>;tag=a\r\n"
      "To: <sip:1002@pbx.example>\r\n"
      "Call-ID: c1\r\n"
      "CSeq: 1 OPTIONS\r\n";
  return text.append(more).append("\r\n").append(body);
}

// `text` with its first `from` replaced.
inline std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

inline ParseError error_of(std::string_view text, Message::Framing framing = Message::Framing::kDatagram) {
  return Message(text, framing).error();
}

}  // namespace polyfon::sip
