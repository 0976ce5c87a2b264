// load_audio: a sound file to 8 kHz mono in memory. Files with a header say their own format; of the rest
// (Asterisk's raw formats) the extension says it.
#include <algorithm>
#include <cmath>
#include <system_error>

#include <fmt/format.h>
#include <sndfile.h>

#include "base/text.h"
#include "media/dsp/resampler.h"
#include "media/file/audio.h"
#include "media/file/sound_format.h"

namespace polyfon::media {

namespace {

constexpr std::size_t kBlockSamples = 16384;  // of all channels together
constexpr int kMaxChannels = 32;

std::unexpected<base::Error> fail_file(base::ErrorCode code, const std::filesystem::path& file,
                                       std::string_view reason) {
  return base::fail(code, fmt::format("{}: {}", file.string(), reason));
}

base::Result<> check_file(const std::filesystem::path& file) {
  std::error_code error;
  auto status = std::filesystem::status(file, error);
  if (status.type() == std::filesystem::file_type::not_found)
    return fail_file(base::ErrorCode::kNotFound, file, "there is no such file");
  if (error) return fail_file(base::ErrorCode::kIo, file, error.message());
  if (!std::filesystem::is_regular_file(status))
    return fail_file(base::ErrorCode::kInvalid, file, "is not a regular file");
  auto bytes = std::filesystem::file_size(file, error);
  if (error) return fail_file(base::ErrorCode::kIo, file, error.message());
  if (bytes > kMaxFileBytes)
    return fail_file(base::ErrorCode::kLimit, file,
                     fmt::format("has {} MB; a sound file may have {}", bytes >> 20, kMaxFileBytes >> 20));
  return {};
}

struct CloseFile {
  void operator()(SNDFILE* file) const { sf_close(file); }
};
using SoundFile = std::unique_ptr<SNDFILE, CloseFile>;

// The mean of the channels: the sum would clip. Floating point takes every format to the same full scale.
void mix_down(std::span<const float> frames, int channels, std::vector<std::int16_t>& mono) {
  constexpr float kFullScale = 32768;
  mono.clear();
  for (std::size_t i = 0; i < frames.size(); i += static_cast<std::size_t>(channels)) {
    float sum = 0;
    for (int c = 0; c < channels; ++c) sum += frames[i + static_cast<std::size_t>(c)];
    float sample = sum / static_cast<float>(channels) * kFullScale;
    // A file may hold what is no number: it is silent.
    if (!(std::abs(sample) <= kFullScale))
      sample = std::isnan(sample) ? 0 : std::copysign(kFullScale, sample);
    mono.push_back(static_cast<std::int16_t>(std::min(std::lround(sample), 32767L)));
  }
}

base::Result<std::vector<std::int16_t>> read_samples(SNDFILE* sound, const SF_INFO& info,
                                                     const std::filesystem::path& file) {
  auto resampler = Resampler::make(static_cast<std::uint32_t>(info.samplerate), Audio::kSampleRate);
  if (!resampler) return fail_file(resampler.error().code, file, resampler.error().text);
  std::vector<std::int16_t> samples, mono;
  // The header's count is a hint and may lie: reserve what is plausible, and grow otherwise.
  constexpr sf_count_t kMaxReserve = 1 << 20;
  samples.reserve(static_cast<std::size_t>(std::clamp<sf_count_t>(info.frames, 0, kMaxReserve)));
  std::vector<float> block(kBlockSamples);
  auto frames_each = static_cast<sf_count_t>(kBlockSamples) / info.channels;
  for (;;) {
    sf_count_t frames = sf_readf_float(sound, block.data(), frames_each);
    if (frames <= 0) break;
    mix_down(
        std::span(block).first(static_cast<std::size_t>(frames) * static_cast<std::size_t>(info.channels)),
        info.channels, mono);
    resampler->process(mono, samples);
    if (samples.size() > kMaxAudioSamples)
      return fail_file(base::ErrorCode::kLimit, file,
                       fmt::format("is longer than {} hours", kMaxAudioSamples / Audio::kSampleRate / 3600));
  }
  resampler->finish(samples);
  samples.shrink_to_fit();
  return samples;
}

}  // namespace

base::Result<AudioPtr> load_audio(const std::filesystem::path& file) {
  if (auto checked = check_file(file); !checked) return std::unexpected(checked.error());
  const SoundFormat* format = find_sound_format(file.extension().string());
  if (format == nullptr)
    return fail_file(
        base::ErrorCode::kUnsupported, file,
        "its extension is of no sound format known here (wav, alaw, ulaw, sln, gsm, ogg, flac, mp3 ...)");
  SF_INFO info{};
  if (format->raw_encoding != 0) {
    info.format = SF_FORMAT_RAW | format->raw_encoding;
    info.samplerate = static_cast<int>(format->raw_rate);
    info.channels = 1;
  }
  SoundFile sound(sf_open(file.c_str(), SFM_READ, &info));
  if (!sound) return fail_file(base::ErrorCode::kInvalid, file, base::printable(sf_strerror(nullptr)));
  if (info.channels < 1 || info.channels > kMaxChannels)
    return fail_file(base::ErrorCode::kUnsupported, file, fmt::format("has {} channels", info.channels));
  auto samples = read_samples(sound.get(), info, file);
  if (!samples) return std::unexpected(samples.error());
  auto audio = std::make_shared<Audio>();
  audio->name = file.string();
  audio->samples = std::move(*samples);
  return audio;
}

}  // namespace polyfon::media
