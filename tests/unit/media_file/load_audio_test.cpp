#include <gtest/gtest.h>
#include <sys/stat.h>

#include "media/file/audio.h"
#include "unit/media_dsp/listen.h"
#include "unit/media_file/audio_files.h"

namespace polyfon::media {
namespace {

class LoadAudio : public testing::Test {
 protected:
  // Half a second of 440 Hz in, by ear out.
  void expect_tone(const std::filesystem::path& file, double tolerance = 400) {
    auto audio = load_audio(file);
    ASSERT_TRUE(audio) << audio.error().text;
    EXPECT_EQ((*audio)->name, file.string());
    EXPECT_NEAR(static_cast<double>((*audio)->samples.size()), 4000, 500) << file;
    EXPECT_NEAR(test::amplitude_of((*audio)->samples, 440), 8000, tolerance) << file;
    EXPECT_LT(test::amplitude_of((*audio)->samples, 1234), 100) << file;
  }
  test::SoundFolder folder_;
  std::vector<std::int16_t> tone_ = test::sine(440, 4000);
};

TEST_F(LoadAudio, wav_comes_as_it_is) {
  auto audio = load_audio(folder_.write("a.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, tone_));
  ASSERT_TRUE(audio);
  EXPECT_EQ((*audio)->samples, tone_);
}

TEST_F(LoadAudio, every_format_with_a_header) {
  expect_tone(folder_.write("a.wav", SF_FORMAT_WAV | SF_FORMAT_ALAW, tone_));
  expect_tone(folder_.write("b.wav", SF_FORMAT_WAV | SF_FORMAT_ULAW, tone_));
  expect_tone(folder_.write("c.WAV", SF_FORMAT_WAV | SF_FORMAT_GSM610, tone_));
  expect_tone(folder_.write("d.wav", SF_FORMAT_WAV | SF_FORMAT_FLOAT, tone_));
  expect_tone(folder_.write("e.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_24, tone_));
  expect_tone(folder_.write("f.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16, tone_));
  expect_tone(folder_.write("g.ogg", SF_FORMAT_OGG | SF_FORMAT_VORBIS, tone_), 1000);
  expect_tone(folder_.write("h.aiff", SF_FORMAT_AIFF | SF_FORMAT_PCM_16, tone_));
}

TEST_F(LoadAudio, mp3_comes_with_its_tone) {
  auto file = folder_.write("a.mp3", SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III, test::sine(440, 16000));
  if (file.empty()) GTEST_SKIP() << "this libsndfile writes no mp3";
  auto audio = load_audio(file);
  ASSERT_TRUE(audio) << audio.error().text;
  EXPECT_NEAR(test::amplitude_of((*audio)->samples, 440), 8000, 1500);
}

TEST_F(LoadAudio, every_raw_format_by_its_extension) {
  for (const char* name : {"a.alaw", "a.al"})
    expect_tone(folder_.write(name, SF_FORMAT_RAW | SF_FORMAT_ALAW, tone_));
  for (const char* name : {"a.ulaw", "a.ul", "a.pcm", "a.mu"})
    expect_tone(folder_.write(name, SF_FORMAT_RAW | SF_FORMAT_ULAW, tone_));
  for (const char* name : {"a.sln", "a.raw"})
    expect_tone(folder_.write(name, SF_FORMAT_RAW | SF_FORMAT_PCM_16, tone_));
  expect_tone(folder_.write("a.gsm", SF_FORMAT_RAW | SF_FORMAT_GSM610, tone_));
  expect_tone(folder_.write("a.sln16", SF_FORMAT_RAW | SF_FORMAT_PCM_16, test::sine(440, 8000, 8000, 16000)));
}

TEST_F(LoadAudio, an_extension_in_capitals_is_known) {
  auto file = folder_.write("a.ALAW", SF_FORMAT_RAW | SF_FORMAT_ALAW, tone_);
  EXPECT_TRUE(load_audio(file));
}

TEST_F(LoadAudio, other_rates_are_resampled) {
  for (int rate : {11025, 16000, 44100, 48000}) {
    auto samples = test::sine(440, static_cast<std::size_t>(rate) / 2, 8000, rate);
    expect_tone(folder_.write("a.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, samples, rate));
  }
}

TEST_F(LoadAudio, channels_are_mixed_down) {
  std::vector<std::int16_t> stereo;
  for (auto sample : tone_) {
    stereo.push_back(sample);
    stereo.push_back(0);
  }
  auto audio = load_audio(folder_.write("a.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, stereo, 8000, 2));
  ASSERT_TRUE(audio);
  EXPECT_EQ((*audio)->samples.size(), 4000u);
  EXPECT_NEAR(test::amplitude_of((*audio)->samples, 440), 4000, 50);
}

TEST_F(LoadAudio, an_empty_file_of_a_raw_format_is_silence) {
  auto audio = load_audio(folder_.write_text("a.alaw", ""));
  if (audio) EXPECT_TRUE((*audio)->samples.empty());
}

void expect_refused(const std::filesystem::path& file, base::ErrorCode code) {
  auto audio = load_audio(file);
  ASSERT_FALSE(audio) << file;
  EXPECT_EQ(audio.error().code, code) << audio.error().text;
  EXPECT_NE(audio.error().text.find(file.string()), std::string::npos) << audio.error().text;
}

TEST_F(LoadAudio, what_is_not_there_is_not_found) {
  expect_refused(folder_.path() / "a.wav", base::ErrorCode::kNotFound);
}

TEST_F(LoadAudio, an_unknown_extension_is_unsupported) {
  expect_refused(folder_.write_text("a.xyz", "abc"), base::ErrorCode::kUnsupported);
  expect_refused(folder_.write_text("plain", "abc"), base::ErrorCode::kUnsupported);
}

TEST_F(LoadAudio, a_wav_that_is_none_is_invalid) {
  expect_refused(folder_.write_text("a.wav", "this is no RIFF file at all, and quite short"),
                 base::ErrorCode::kInvalid);
  expect_refused(folder_.write_text("b.wav", ""), base::ErrorCode::kInvalid);
}

TEST_F(LoadAudio, a_folder_or_a_pipe_is_invalid) {
  auto directory = folder_.path() / "a.wav";
  std::filesystem::create_directory(directory);
  expect_refused(directory, base::ErrorCode::kInvalid);
  auto pipe = folder_.path() / "b.wav";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  expect_refused(pipe, base::ErrorCode::kInvalid);
}

TEST_F(LoadAudio, a_file_beyond_the_limit_is_refused_unread) {
  auto file = folder_.write_text("a.alaw", "x");
  std::filesystem::resize_file(file, kMaxFileBytes + 1);  // sparse
  expect_refused(file, base::ErrorCode::kLimit);
}

TEST_F(LoadAudio, a_truncated_wav_gives_what_there_is) {
  auto file = folder_.write("a.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, tone_);
  std::filesystem::resize_file(file, 44 + 2000);
  auto audio = load_audio(file);
  ASSERT_TRUE(audio);
  EXPECT_EQ((*audio)->samples.size(), 1000u);
}

}  // namespace
}  // namespace polyfon::media
