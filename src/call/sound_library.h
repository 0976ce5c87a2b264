// SoundLibrary: prompts and music as memory: found by Asterisk's rules and loaded on a worker, shared by
// every channel that plays them, bounded by kMaxBytes (what was used longest ago goes first). thread:
// control; loading runs on a worker.
#pragma once
#include <filesystem>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/text.h"
#include "media/file/audio.h"

namespace polyfon::call {

// What blocks: runs `work` on a worker and then `done` on control. src/main gives net's pool; tests/sim runs
// both at once.
using Offload =
    std::function<void(std::move_only_function<void()> work, std::move_only_function<void()> done)>;

class SoundLibrary {
 public:
  static constexpr std::size_t kMaxBytes = 128u << 20;
  using Loaded =
      std::move_only_function<void(media::AudioPtr)>;  // null: there is none, and it has been logged

  explicit SoundLibrary(Offload offload) : offload_(std::move(offload)) {}

  // A prompt by name (absolute, or below `directory`, in `language`). Answers at once when it is in memory.
  void prompt(std::string name, std::string language, std::filesystem::path directory, Loaded loaded);
  void file(std::filesystem::path path, Loaded loaded);
  void clear();  // reload: files may have changed
  std::size_t bytes() const { return bytes_; }

 private:
  struct Entry {
    media::AudioPtr audio;
    std::list<std::string>::iterator used;
  };
  using Load = std::function<media::AudioPtr()>;
  void get(std::string key, Load load, Loaded loaded);
  void finish(const std::string& key, media::AudioPtr audio, std::uint64_t generation);
  void keep(const std::string& key, media::AudioPtr audio);

  Offload offload_;
  std::unordered_map<std::string, Entry, base::TextHash, std::equal_to<>> entries_;
  std::list<std::string> by_use_;                                 // the newest use first
  std::unordered_map<std::string, std::vector<Loaded>> loading_;  // who waits for what is being loaded
  std::size_t bytes_ = 0;
  std::uint64_t generation_ = 0;  // counts clear(): what was loaded for an older one is not kept
};

}  // namespace polyfon::call
