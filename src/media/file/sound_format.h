// SoundFormat: what the extension of a sound file says, with Asterisk's names for its raw formats. Pure.
#pragma once
#include <cstdint>
#include <span>
#include <string_view>

namespace polyfon::media {

struct SoundFormat {
  std::string_view extension;  // without the dot; case matters: Asterisk's WAV is wav49
  int raw_encoding = 0;        // SF_FORMAT_...: of a file without header; 0: it has one
  std::uint32_t raw_rate = 0;
};

std::span<const SoundFormat> sound_formats();  // in order of preference
// With or without the leading dot, as written or in lower case; null: unknown.
const SoundFormat* find_sound_format(std::string_view extension);

}  // namespace polyfon::media
