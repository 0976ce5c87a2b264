// The program's command line; what it does is in server.h, check.h and console/client.h.
#include <cstdio>
#include <filesystem>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "console/client.h"
#include "main/check.h"
#include "main/server.h"

namespace {

namespace fs = std::filesystem;

constexpr const char* kExamples =
    "Examples:\n"
    "  polyfon serve --config /etc/asterisk        run the exchange on Asterisk's files\n"
    "  polyfon check --config /etc/asterisk        say what is wrong with them, without running\n"
    "  polyfon -r                                  console of the running exchange\n"
    "  polyfon -rx \"sip show peers\"                one console command\n";

// --data, else var/ beside the configuration, else where a console finds an exchange that runs here.
fs::path data_directory(const std::string& data, const std::string& config) {
  if (!data.empty()) return data;
  if (!config.empty()) {
    fs::path directory = fs::absolute(config).lexically_normal();
    if (!directory.has_filename()) directory = directory.parent_path();  // a slash at its end
    return directory.parent_path() / "var";
  }
  for (const char* candidate : {"var", "demo/var", "/var/lib/polyfon"})
    if (fs::exists(fs::path(candidate) / polyfon::console::kSocketName)) return candidate;
  return "var";
}

int report(const polyfon::base::Result<>& result) {
  if (result) return 0;
  fmt::print(stderr, "polyfon: {}\n", result.error().text);
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("polyfon: a telephone exchange that runs Asterisk's configuration");
  app.footer(kExamples);
  app.set_version_flag("-V,--version", "polyfon " POLYFON_VERSION);
  std::string data, config, command;
  bool remote = false;
  app.add_flag("-r,-R", remote, "console of the exchange that runs on --data");
  auto* execute = app.add_option("-x", command, "with -r: run one console command and print what it says");
  app.add_option("--data", data,
                 "database, spool, recordings and control socket (default: var/ beside the configuration)");

  auto* serve = app.add_subcommand("serve", "run the exchange in the foreground");
  serve->add_option("--config", config, "directory with sip.conf, extensions.conf and polyfon.conf")
      ->required();
  serve->add_option("--data", data,
                    "where its data lives (default: var/ beside the configuration directory)");
  auto* check = app.add_subcommand("check", "read a configuration and print FILE:LINE: error|warning: TEXT");
  check->add_option("--config", config, "directory with sip.conf, extensions.conf and polyfon.conf")
      ->required();
  app.require_subcommand(0, 1);
  CLI11_PARSE(app, argc, argv);

  if (*serve) return report(polyfon::serve({config, data_directory(data, config)}));
  if (*check) return polyfon::check(config);
  if (*execute) return report(polyfon::console::run_one_command(data_directory(data, {}), command));
  if (remote) return report(polyfon::console::run_interactive(data_directory(data, {})));
  fmt::print("{}", app.help());
  return argc > 1 ? 2 : 0;
}
