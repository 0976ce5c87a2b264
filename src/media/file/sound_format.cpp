#include "media/file/sound_format.h"

#include <algorithm>
#include <array>
#include <vector>

#include <sndfile.h>

#include "base/text.h"
#include "media/file/audio.h"

namespace polyfon::media {

namespace {

// What needs least work first: what is 8 kHz linear or G.711 already, then what must be decoded. The raw
// names are those of Asterisk's format_pcm, format_sln and format_gsm (pcm is mu-law there).
constexpr std::array kFormats{
    SoundFormat{"wav"},
    SoundFormat{"alaw", SF_FORMAT_ALAW, 8000},
    SoundFormat{"al", SF_FORMAT_ALAW, 8000},
    SoundFormat{"alw", SF_FORMAT_ALAW, 8000},
    SoundFormat{"ulaw", SF_FORMAT_ULAW, 8000},
    SoundFormat{"ul", SF_FORMAT_ULAW, 8000},
    SoundFormat{"mu", SF_FORMAT_ULAW, 8000},
    SoundFormat{"ulw", SF_FORMAT_ULAW, 8000},
    SoundFormat{"pcm", SF_FORMAT_ULAW, 8000},
    SoundFormat{"sln", SF_FORMAT_PCM_16 | SF_ENDIAN_LITTLE, 8000},
    SoundFormat{"raw", SF_FORMAT_PCM_16 | SF_ENDIAN_LITTLE, 8000},
    SoundFormat{"sln16", SF_FORMAT_PCM_16 | SF_ENDIAN_LITTLE, 16000},
    SoundFormat{"wav16"},
    SoundFormat{"sln48", SF_FORMAT_PCM_16 | SF_ENDIAN_LITTLE, 48000},
    SoundFormat{"sln44", SF_FORMAT_PCM_16 | SF_ENDIAN_LITTLE, 44100},
    SoundFormat{"sln32", SF_FORMAT_PCM_16 | SF_ENDIAN_LITTLE, 32000},
    SoundFormat{"sln24", SF_FORMAT_PCM_16 | SF_ENDIAN_LITTLE, 24000},
    SoundFormat{"sln12", SF_FORMAT_PCM_16 | SF_ENDIAN_LITTLE, 12000},
    SoundFormat{"sln96", SF_FORMAT_PCM_16 | SF_ENDIAN_LITTLE, 96000},
    SoundFormat{"sln192", SF_FORMAT_PCM_16 | SF_ENDIAN_LITTLE, 192000},
    SoundFormat{"gsm", SF_FORMAT_GSM610, 8000},
    SoundFormat{"WAV"},
    SoundFormat{"wav49"},
    SoundFormat{"flac"},
    SoundFormat{"ogg"},
    SoundFormat{"opus"},
    SoundFormat{"mp3"},
    SoundFormat{"au"},
    SoundFormat{"aiff"},
};

}  // namespace

std::span<const SoundFormat> sound_formats() { return kFormats; }

const SoundFormat* find_sound_format(std::string_view extension) {
  if (extension.starts_with('.')) extension.remove_prefix(1);
  const auto* found = std::ranges::find(kFormats, extension, &SoundFormat::extension);
  if (found == kFormats.end())
    found = std::ranges::find(kFormats, base::lower(extension), &SoundFormat::extension);
  return found == kFormats.end() ? nullptr : found;
}

std::vector<std::string_view> audio_extensions() {
  std::vector<std::string_view> extensions;
  for (const auto& format : kFormats) extensions.push_back(format.extension);
  return extensions;
}

}  // namespace polyfon::media
