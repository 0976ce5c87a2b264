#include "call/sound_library.h"

#include <utility>

#include "base/log.h"

namespace polyfon::call {

void SoundLibrary::prompt(std::string name, std::string language, std::filesystem::path directory,
                          Loaded loaded) {
  std::string key = language + '\0' + name;
  get(
      std::move(key),
      [name = std::move(name), language = std::move(language),
       directory = std::move(directory)]() -> media::AudioPtr {
        auto path = media::find_sound(name, language, directory);
        if (!path) {
          base::log_warning("sound", "no sound '{}' for language '{}' below {}: nothing is played",
                            base::printable(name), language, directory.string());
          return nullptr;
        }
        auto audio = media::load_audio(*path);
        if (!audio) base::log_warning("sound", "{}", audio.error().text);
        return audio ? *audio : nullptr;
      },
      std::move(loaded));
}

void SoundLibrary::file(std::filesystem::path path, Loaded loaded) {
  std::string key = path.string();
  get(
      std::move(key),
      [path = std::move(path)]() -> media::AudioPtr {
        auto audio = media::load_audio(path);
        if (!audio) base::log_warning("sound", "{}", audio.error().text);
        return audio ? *audio : nullptr;
      },
      std::move(loaded));
}

void SoundLibrary::get(std::string key, Load load, Loaded loaded) {
  if (auto found = entries_.find(key); found != entries_.end()) {
    by_use_.splice(by_use_.begin(), by_use_, found->second.used);
    loaded(found->second.audio);
    return;
  }
  auto& waiting = loading_[key];
  waiting.push_back(std::move(loaded));
  if (waiting.size() > 1) return;  // it is being loaded: one piece of work and one copy for all
  auto result = std::make_shared<media::AudioPtr>();
  offload_([result, load = std::move(load)] { *result = load(); },
           [this, result, key = std::move(key), generation = generation_]() mutable {
             finish(key, std::move(*result), generation);
           });
}

void SoundLibrary::finish(const std::string& key, media::AudioPtr audio, std::uint64_t generation) {
  if (audio && generation == generation_) keep(key, audio);
  auto waiting = loading_.extract(key);
  if (!waiting) return;
  for (auto& loaded : waiting.mapped()) loaded(audio);
}

void SoundLibrary::keep(const std::string& key, media::AudioPtr audio) {
  if (entries_.contains(key)) return;  // two channels asked at once
  bytes_ += audio->samples.size() * sizeof(std::int16_t);
  by_use_.push_front(key);
  entries_.emplace(key, Entry{std::move(audio), by_use_.begin()});
  while (bytes_ > kMaxBytes && by_use_.size() > 1) {
    auto oldest = entries_.find(by_use_.back());
    bytes_ -= oldest->second.audio->samples.size() * sizeof(std::int16_t);
    entries_.erase(oldest);
    by_use_.pop_back();
  }
}

void SoundLibrary::clear() {
  entries_.clear();
  by_use_.clear();
  bytes_ = 0;
  ++generation_;
}

}  // namespace polyfon::call
