#include "sip/auth/quoting.h"

namespace polyfon::sip {

std::string_view unescape_quoted(std::string_view text, std::string& storage) {
  if (text.find('\\') == text.npos) return text;
  storage.clear();
  storage.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) ++i;
    storage += text[i];
  }
  return storage;
}

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  for (char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  out += '"';
}

bool is_quoted_text(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto c = static_cast<unsigned char>(text[i]);
    if (c < 0x20 || c == 0x7f || c == '"') return false;
    if (c != '\\') continue;
    if (++i == text.size()) return false;
    auto escaped = static_cast<unsigned char>(text[i]);
    if (escaped < 0x20 || escaped == 0x7f) return false;
  }
  return true;
}

}  // namespace polyfon::sip
