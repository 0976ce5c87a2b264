// Sound files for tests, written into a folder of their own that goes with it.
#pragma once
#include <filesystem>
#include <fstream>
#include <span>
#include <string>

#include <sndfile.h>
#include <unistd.h>

namespace polyfon::test {

class SoundFolder {
 public:
  SoundFolder() {
    char pattern[] = "/tmp/polyfon-sounds-XXXXXX";
    path_ = ::mkdtemp(pattern);
  }
  ~SoundFolder() { std::filesystem::remove_all(path_); }
  SoundFolder(const SoundFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }

  std::filesystem::path write(const std::string& name, int format, std::span<const std::int16_t> samples,
                              int rate = 8000, int channels = 1) {
    auto file = place(name);
    SF_INFO info{.samplerate = rate, .channels = channels, .format = format};
    SNDFILE* sound = sf_open(file.c_str(), SFM_WRITE, &info);
    if (sound == nullptr) return {};
    sf_command(sound, SFC_SET_SCALE_INT_FLOAT_WRITE, nullptr, SF_TRUE);
    sf_writef_short(sound, samples.data(), static_cast<sf_count_t>(samples.size()) / channels);
    sf_close(sound);
    return file;
  }
  std::filesystem::path write_text(const std::string& name, const std::string& text) {
    auto file = place(name);
    std::ofstream(file) << text;
    return file;
  }

 private:
  std::filesystem::path place(const std::string& name) {
    auto file = path_ / name;
    std::filesystem::create_directories(file.parent_path());
    return file;
  }
  std::filesystem::path path_;
};

}  // namespace polyfon::test
