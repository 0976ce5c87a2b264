#include "base/text.h"

#include <algorithm>

namespace polyfon::base {
namespace {

constexpr char to_upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; }

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

// The length of the well-formed UTF-8 sequence that `text` begins with; 0 when there is none (RFC 3629
// section 4: shortest form only, no surrogates, nothing above U+10FFFF).
std::size_t sequence_length(std::string_view text) {
  auto first = static_cast<unsigned char>(text[0]);
  if (first < 0x80) return 1;
  std::size_t length = 0;
  unsigned char low = 0x80;  // the range of the second byte
  unsigned char high = 0xBF;
  if (first >= 0xC2 && first <= 0xDF) {
    length = 2;
  } else if (first >= 0xE0 && first <= 0xEF) {
    length = 3;
    if (first == 0xE0) low = 0xA0;   // below: overlong
    if (first == 0xED) high = 0x9F;  // above: surrogates
  } else if (first >= 0xF0 && first <= 0xF4) {
    length = 4;
    if (first == 0xF0) low = 0x90;   // below: overlong
    if (first == 0xF4) high = 0x8F;  // above: past U+10FFFF
  } else {
    return 0;
  }
  if (text.size() < length) return 0;
  auto second = static_cast<unsigned char>(text[1]);
  if (second < low || second > high) return 0;
  for (std::size_t i = 2; i < length; ++i)
    if (!is_continuation(text[i])) return 0;
  return length;
}

// C0, DEL, and the C1 controls U+0080 to U+009F, which a terminal obeys too.
bool is_control(std::string_view sequence) {
  auto first = static_cast<unsigned char>(sequence[0]);
  if (sequence.size() == 1) return first < 0x20 || first == 0x7F;
  return first == 0xC2 && static_cast<unsigned char>(sequence[1]) < 0xA0;
}

}  // namespace

std::string_view trim(std::string_view text) {
  auto outer = [](char c) { return is_blank(c) || c == '\r' || c == '\n'; };
  while (!text.empty() && outer(text.front())) text.remove_prefix(1);
  while (!text.empty() && outer(text.back())) text.remove_suffix(1);
  return text;
}

bool iequals(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  // Most pairs differ at their first letter, or are the same to the bit.
  for (std::size_t i = 0; i < a.size(); ++i)
    if (a[i] != b[i] && to_lower(a[i]) != to_lower(b[i])) return false;
  return true;
}

bool istarts_with(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() && iequals(text.substr(0, prefix.size()), prefix);
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = to_lower(c);
  return out;
}

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = to_upper(c);
  return out;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  parts.reserve(static_cast<std::size_t>(std::count(text.begin(), text.end(), separator)) + 1);
  for (;;) {
    auto end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::optional<bool> parse_boolean(std::string_view text) {
  for (std::string_view yes : {"yes", "true", "y", "t", "1", "on"})
    if (iequals(text, yes)) return true;
  for (std::string_view no : {"no", "false", "n", "f", "0", "off"})
    if (iequals(text, no)) return false;
  return std::nullopt;
}

std::string hex(std::string_view bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out(bytes.size() * 2, '0');
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    auto byte = static_cast<unsigned char>(bytes[i]);
    out[2 * i] = kDigits[byte >> 4];
    out[2 * i + 1] = kDigits[byte & 15];
  }
  return out;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    auto length = sequence_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string printable(std::string_view text, std::size_t limit) {
  static constexpr std::string_view kCut = "...";
  std::string out;
  out.reserve(std::min(text.size(), limit));
  std::size_t cut_at = 0;  // where the text can end and leave room for kCut
  while (!text.empty()) {
    auto length = sequence_length(text);
    bool replaced = length == 0 || is_control(text.substr(0, length));
    if (out.size() + (replaced ? 1 : length) > limit) {
      out.resize(cut_at);
      if (limit >= kCut.size()) out += kCut;
      return out;
    }
    if (replaced)
      out += '?';
    else
      out.append(text.substr(0, length));
    if (out.size() + kCut.size() <= limit) cut_at = out.size();
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return out;
}

bool equal_constant_time(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  // volatile: the compiler may not leave the loop as soon as a difference is known.
  volatile unsigned char difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    difference = static_cast<unsigned char>(difference | (a[i] ^ b[i]));
  return difference == 0;
}

std::size_t CaseInsensitiveHash::operator()(std::string_view text) const {
  std::uint64_t hash = 0xCBF29CE484222325u;  // FNV-1a, 64 bits
  for (char c : text) hash = (hash ^ static_cast<unsigned char>(to_lower(c))) * 0x100000001B3u;
  return hash;
}

}  // namespace polyfon::base
