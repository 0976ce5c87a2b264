// find_sound: the file behind a sound's name. Below the sounds directory a language is a folder of its name
// (`en`, `ru`, Asterisk's own layout and Debian's links), or of its name, country, sex and voice
// (`ru_RU_f_IvrvoiceRU`: what Debian's packages install). Folders inside names (digits/1) are inside the
// language's folder.
#include <algorithm>
#include <system_error>

#include "base/text.h"
#include "media/file/audio.h"
#include "media/file/sound_format.h"

namespace polyfon::media {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxNameBytes = 1024;
constexpr std::size_t kMaxLanguageBytes = 64;
constexpr std::string_view kFallbackLanguage = "en";

bool is_file(const fs::path& path) {
  std::error_code error;
  return fs::is_regular_file(path, error);
}

// Parts of the name may come from a caller: they must not lead out of the directory.
bool is_safe_name(std::string_view name) {
  if (name.empty() || name.size() > kMaxNameBytes || name.find('\0') != std::string_view::npos) return false;
  for (auto part : base::split(name, '/'))
    if (part == "..") return false;
  return true;
}

bool is_language(std::string_view language) {
  return !language.empty() && language.size() <= kMaxLanguageBytes &&
         std::ranges::all_of(language, [](char c) { return base::is_alnum(c) || c == '_' || c == '-'; });
}

std::optional<fs::path> with_extension(const fs::path& base_path) {
  if (find_sound_format(base_path.extension().string()) != nullptr && is_file(base_path)) return base_path;
  for (const auto& format : sound_formats()) {
    fs::path file = base_path;
    file += '.';
    file += format.extension;
    if (is_file(file)) return file;
  }
  return std::nullopt;
}

// The folders `language` + one of "_-" + anything, in alphabetical order, so that the same one is found every
// time.
std::vector<fs::path> voices_of(std::string_view language, const fs::path& directory) {
  std::vector<fs::path> voices;
  std::error_code error;
  for (fs::directory_iterator entry(directory, error), end; !error && entry != end; entry.increment(error)) {
    auto name = entry->path().filename().string();
    if (name.size() > language.size() && base::istarts_with(name, language) &&
        (name[language.size()] == '_' || name[language.size()] == '-') && entry->is_directory(error))
      voices.push_back(entry->path());
  }
  std::ranges::sort(voices);
  return voices;
}

std::optional<fs::path> find_in_language(std::string_view name, std::string_view language,
                                         const fs::path& directory) {
  if (auto found = with_extension(directory / language / name)) return found;
  for (const auto& voice : voices_of(language, directory))
    if (auto found = with_extension(voice / name)) return found;
  return std::nullopt;
}

}  // namespace

std::optional<fs::path> find_sound(std::string_view name, std::string_view language,
                                   const fs::path& sounds_directory) {
  if (!is_safe_name(name)) return std::nullopt;
  if (name.starts_with('/')) return with_extension(name);
  std::string_view wanted = is_language(language) ? language : kFallbackLanguage;
  if (auto found = find_in_language(name, wanted, sounds_directory)) return found;
  auto region = wanted.find_first_of("_-");
  if (region != std::string_view::npos && region > 0)
    if (auto found = find_in_language(name, wanted.substr(0, region), sounds_directory)) return found;
  if (auto found = find_in_language(name, kFallbackLanguage, sounds_directory)) return found;
  return with_extension(sounds_directory / name);
}

}  // namespace polyfon::media
