// musiconhold.conf: classes of music, each a directory of sound files, listed here.
#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "config/key.h"
#include "config/loaders.h"

namespace polyfon::config {

namespace {

constexpr std::size_t kMaxMusicFiles = 10'000;  // of one class

// In order of preference: of one piece in several formats the first is played.
constexpr std::array<std::string_view, 8> kExtensions = {".wav", ".alaw", ".ulaw", ".sln",
                                                         ".gsm", ".flac", ".ogg",  ".mp3"};

void apply_sort(MusicClass& music, const Variable& variable, Diagnostics& diagnostics) {
  for (std::string_view known : {"random", "alpha", "randstart", ""})
    if (base::iequals(known, variable.value)) {
      music.sort = known;
      return;
    }
  diagnostics.warning(variable.where,
                      fmt::format("sort: '{}' is unknown; expected random, alpha or randstart",
                                  base::printable(variable.value, 60)));
}

void apply_mode(MusicClass& music, const Variable& variable, Diagnostics&) {
  music.mode = base::lower(variable.value);
}

void apply_random(MusicClass& music, const Variable& variable, Diagnostics& diagnostics) {
  if (boolean_of(variable, diagnostics)) music.sort = "random";
}

constexpr Key<MusicClass> kKeys[] = {
    {"mode", "files", "", "", "where the music comes from", apply_mode},
    {"directory", "path", "", "", "where the files are", set_text<&MusicClass::directory>},
    {"sort", "random|alpha|randstart", "", "", "the order of the files", apply_sort},
    {"random", "yes|no", "no", "", "the older form of sort=random", apply_random},
};
constexpr NotYet kNotYet[] = {{"application"},        {"digit"}, {"announcement"}, {"loop_last", "no"},
                              {"answeredonly", "no"}, {"entry"}, {"format", "*"},  {"kill_escalation_delay"},
                              {"kill_method"}};
constexpr NotYet kGeneralNotYet[] = {{"cachertclasses", "no"}, {"preferchannelclass", "yes"}};
constexpr std::string_view kModesNotYet[] = {"playlist", "custom", "mp3", "quietmp3", "mp3nb", "quietmp3nb"};

// Of each piece one file, by name: the same order on every machine.
base::Result<std::vector<std::filesystem::path>> list_music(const std::filesystem::path& directory) {
  std::error_code failure;
  std::filesystem::directory_iterator entries(directory, failure);
  if (failure) return base::fail(base::ErrorCode::kNotFound, failure.message());
  using Choice = std::pair<std::size_t, std::string>;  // the extension's rank, the file's name
  std::map<std::string, Choice> pieces;                // by name without extension
  for (; entries != std::filesystem::directory_iterator() && pieces.size() < kMaxMusicFiles;
       entries.increment(failure)) {
    const std::filesystem::path& path = entries->path();
    std::string name = path.filename().string();
    auto extension = std::ranges::find(kExtensions, base::lower(path.extension().string()));
    std::error_code ignored;
    if (extension == kExtensions.end() || name.starts_with('.') || !entries->is_regular_file(ignored))
      continue;
    Choice choice{static_cast<std::size_t>(extension - kExtensions.begin()), std::move(name)};
    auto [piece, fresh] = pieces.try_emplace(path.stem().string(), choice);
    if (!fresh) piece->second = std::min(piece->second, choice);
  }
  std::vector<std::filesystem::path> files;
  for (const auto& [stem, choice] : pieces) files.push_back(directory / choice.second);
  return files;
}

void find_files(MusicClass& music, const std::filesystem::path& data_directory, Diagnostics& diagnostics) {
  if (music.mode != "files") {
    bool later = std::ranges::find(kModesNotYet, music.mode) != std::end(kModesNotYet);
    diagnostics.warning(music.where,
                        later ? fmt::format("[{}]: mode={} is not done by polyfon yet; the class is silent",
                                            music.name, music.mode)
                              : fmt::format("[{}]: mode '{}' is unknown; the class is silent", music.name,
                                            base::printable(music.mode, 60)));
    return;
  }
  if (music.directory.empty()) {
    diagnostics.warning(music.where, fmt::format("[{}] has no directory; the class is silent", music.name));
    return;
  }
  if (music.directory.is_relative()) music.directory = data_directory / music.directory;
  auto files = list_music(music.directory);
  if (!files) {
    diagnostics.warning(music.where, fmt::format("[{}]: {}: {}; the class is silent", music.name,
                                                 music.directory.string(), files.error().text));
    return;
  }
  music.files = std::move(*files);
  if (music.files.empty())
    diagnostics.warning(music.where, fmt::format("[{}]: no sound file in {}; the class is silent", music.name,
                                                 music.directory.string()));
}

}  // namespace

std::map<std::string, MusicClass> load_music(const File& file, const std::filesystem::path& data_directory,
                                             Diagnostics& diagnostics) {
  static constexpr SectionTable<MusicClass> kClass{"", kKeys, kNotYet};
  static constexpr SectionTable<MusicClass> kGeneral{"general", {}, kGeneralNotYet};
  std::map<std::string, MusicClass> classes;
  for (const Section& section : file.sections()) {
    if (section.is_template) continue;
    if (base::iequals(section.name, "general")) {
      MusicClass none;
      read_section(section, kGeneral, none, diagnostics);
      continue;
    }
    if (base::iequals(section.name, "classes") || base::iequals(section.name, "moh_files")) {
      diagnostics.warning(
          section.where,
          fmt::format("[{}] is the form before Asterisk 1.4; write a section a class", section.name));
      continue;
    }
    MusicClass music{.name = section.name, .mode = "", .where = section.where};
    read_section(section, kClass, music, diagnostics);
    if (music.mode.empty()) {
      diagnostics.warning(section.where, fmt::format("[{}] has no mode; taken as files", section.name));
      music.mode = "files";
    }
    find_files(music, data_directory, diagnostics);
    if (!classes.try_emplace(section.name, std::move(music)).second)
      diagnostics.warning(section.where, fmt::format("class '{}' is defined above; skipped", section.name));
  }
  return classes;
}

std::map<std::string, MusicClass> stock_music(const std::filesystem::path& data_directory) {
  MusicClass music{.name = "default", .directory = data_directory / "moh"};
  auto files = list_music(music.directory);
  if (!files || files->empty()) return {};
  music.files = std::move(*files);
  return {{"default", std::move(music)}};
}

}  // namespace polyfon::config
