#include "main/reloader.h"

#include <utility>

#include <systemd/sd-daemon.h>

#include "base/log.h"

namespace polyfon {

Reloader::Reloader(std::filesystem::path directory, call::Offload offload, Apply apply)
    : directory_(std::move(directory)), offload_(std::move(offload)), apply_(std::move(apply)) {}

void Reloader::request(console::Reply reply) {
  asked_.push_back(std::move(reply));
  if (!reading_) read();
}

void Reloader::read() {
  reading_ = true;
  waiting_ = std::exchange(asked_, {});
  sd_notify(0, "RELOADING=1");
  auto fresh = std::make_shared<Configuration>();
  offload_([fresh, directory = directory_] { *fresh = read_configuration(directory); },
           [this, fresh] { finish(*fresh); });
}

void Reloader::finish(Configuration& fresh) {
  std::string text;
  for (const auto& diagnostic : fresh.diagnostics.all()) text += diagnostic.to_string() + "\n";
  log_diagnostics(fresh.diagnostics);
  if (fresh.usable()) {
    apply_(fresh);
    text += "Reloaded.\n";
    base::log_notice("config", "reloaded {}", directory_.string());
  } else {
    text += "Not reloaded: the configuration has errors; the one before stays.\n";
    base::log_error("config", "reload refused: the configuration has errors; the one before stays");
  }
  sd_notify(0, "READY=1");
  for (auto& reply : std::exchange(waiting_, {})) reply(text);
  reading_ = false;
  if (!asked_.empty()) read();
}

}  // namespace polyfon
