// Reloader: core reload and SIGHUP: reads the configuration on a worker, applies it as a whole on control
// when it has no error, and tells who asked. Who asks while one is being read gets another reading after it.
// thread: control.
#pragma once
#include <filesystem>
#include <functional>
#include <vector>

#include "call/sound_library.h"
#include "console/command.h"
#include "main/configuration.h"

namespace polyfon {

class Reloader {
 public:
  using Apply = std::function<void(const Configuration&)>;

  Reloader(std::filesystem::path directory, call::Offload offload, Apply apply);
  void request(console::Reply reply);

 private:
  void read();
  void finish(Configuration& fresh);

  const std::filesystem::path directory_;
  call::Offload offload_;
  Apply apply_;
  std::vector<console::Reply> asked_;    // for the next reading
  std::vector<console::Reply> waiting_;  // for the one that runs
  bool reading_ = false;
};

}  // namespace polyfon
