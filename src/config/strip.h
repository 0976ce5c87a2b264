// strip(): Asterisk's ast_strip: everything up to and including the blank (1..32) at both ends. Its whole
// file language cuts at these bytes, which are more than base::trim's. Pure.
#pragma once
#include <string_view>

namespace polyfon::config {

constexpr bool is_strippable(char c) { return static_cast<unsigned char>(c) <= ' '; }

constexpr std::string_view strip(std::string_view text) {
  while (!text.empty() && is_strippable(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_strippable(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace polyfon::config
