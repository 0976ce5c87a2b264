// Audio: a prompt or a piece of music in memory, immutable and shared between threads, at 8 kHz linear; and
// the loader that reads it from wav, alaw, ulaw (raw G.711), sln, gsm, ogg, flac, mp3 by libsndfile,
// resampled by speexdsp. Loading blocks: it is done on a worker. thread: any once made.
#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace polyfon::media {

struct Audio {
  static constexpr std::uint32_t kSampleRate = 8000;
  std::string name;  // for the console: the file's path
  std::vector<std::int16_t> samples;
};
using AudioPtr = std::shared_ptr<const Audio>;

inline constexpr std::uint64_t kMaxFileBytes = 256u << 20;
inline constexpr std::size_t kMaxAudioSamples = std::size_t{Audio::kSampleRate} * 3600 * 4;  // 230 MB

// Reads one file whose format its extension names. kNotFound, kUnsupported, kInvalid, kLimit with the path in
// the text.
base::Result<AudioPtr> load_audio(const std::filesystem::path& file);

// Extensions in order of preference: what a name without extension is looked up with.
std::vector<std::string_view> audio_extensions();

// Asterisk's look-up of a sound by name without extension: absolute, or below `sounds_directory` with the
// language as folder (ru/name, then the language without its region, then en/name, then name): the first file
// that exists. A folder ru_RU_f_IvrvoiceRU, as Debian's packages install it, counts as ru. A name that ends
// in a known extension is tried as it is, too. Nothing is found under a name with "..": parts of names come
// from callers.
std::optional<std::filesystem::path> find_sound(std::string_view name, std::string_view language,
                                                const std::filesystem::path& sounds_directory);

}  // namespace polyfon::media
