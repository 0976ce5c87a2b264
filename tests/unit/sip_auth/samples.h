// A challenge, its answer, and people with passwords.
#pragma once
#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sip/auth/digest.h"

namespace polyfon::sip {

inline Credentials mufasa() { return {.user = "Mufasa", .secret = "Circle Of Life", .ha1_md5 = {}}; }

// RFC 7616 3.9.1 spells the password otherwise than RFC 2617 3.5.
inline Credentials mufasa_of_7616() { return {.user = "Mufasa", .secret = "Circle of Life", .ha1_md5 = {}}; }

inline Credentials alice() { return {.user = "1001", .secret = "s3cret", .ha1_md5 = {}}; }

inline AuthValue auth(std::string_view text) {
  auto value = parse_auth(text);
  EXPECT_TRUE(value) << (value ? "" : value.error().text) << "\n" << text;
  return value ? *value : AuthValue();
}

// `text` with its first `from` replaced; fails the test when there is none.
inline std::string replaced(std::string text, std::string_view from, std::string_view to) {
  std::size_t at = text.find(from);
  EXPECT_NE(at, text.npos) << from << " in " << text;
  return at == text.npos ? text : text.replace(at, from.size(), to);
}

}  // namespace polyfon::sip
