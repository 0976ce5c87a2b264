// relay_bench: opens N pairs of streams on the engine and relays until a signal comes; a load generator on
// other addresses (127.0.0.10 and 127.0.0.11, ports 10000 + 4 i) drives it. Prints the legs file for the
// generator, then, at the end, the CPU time that each relayed packet cost.
//   relay_bench PAIRS LEGS_FILE [transcode] [threads=N] [local=ADDRESS]
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <string_view>
#include <thread>

#include <sys/resource.h>

#include "media/engine/engine.h"

namespace {

using namespace polyfon;

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

struct Settings {
  unsigned pairs = 0;
  const char* legs_file = nullptr;
  bool transcode = false;
  unsigned threads = 1;
  std::string local = "127.0.0.1";
};

media::StreamId open_leg(media::Engine& engine, const Settings& settings, unsigned pair, bool called,
                         std::FILE* legs) {
  auto local = *base::SocketAddress::parse(settings.local, 0);
  auto id = engine.open(local, {});
  if (!id) {
    std::fprintf(stderr, "%s\n", id.error().text.c_str());
    std::exit(1);
  }
  const char* host = called ? "127.0.0.11" : "127.0.0.10";
  auto port = static_cast<std::uint16_t>(10000 + 4 * pair);
  media::StreamConfig config;
  config.remote = *base::SocketAddress::parse(host, port);
  if (called && settings.transcode) {
    config.codec = media::CodecId::kPcmu;
    config.send_payload_type = config.receive_payload_type = 0;
  }
  engine.configure(*id, config);
  std::fprintf(legs, "%s %u 127.0.0.1 %u %u 160 160 1 1\n", host, port, engine.local_port(*id),
               config.receive_payload_type);
  return *id;
}

void run(const Settings& settings) {
  std::mutex mutex;
  auto post = [&](std::move_only_function<void()> function) {
    std::lock_guard lock(mutex);
    function();
  };
  auto engine = media::make_threaded_engine(
      {.first_port = 20000, .last_port = 32000, .threads = settings.threads}, post);
  base::MetricsRegistry registry;
  engine->add_metrics(registry);
  std::FILE* legs = std::fopen(settings.legs_file, "w");
  if (legs == nullptr) {
    std::perror(settings.legs_file);
    std::exit(1);
  }
  for (unsigned i = 0; i < settings.pairs; ++i) {
    auto a = open_leg(*engine, settings, i, false, legs);
    auto b = open_leg(*engine, settings, i, true, legs);
    engine->connect(a, b);
  }
  std::fclose(legs);
  double before = cpu_seconds();
  std::printf("ready\n");
  std::fflush(stdout);
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  int signal = 0;
  sigwait(&signals, &signal);
  double used = cpu_seconds() - before;
  std::int64_t relayed = 0;
  for (const auto& sample : registry.read()) {
    std::printf("%s{%s} %lld\n", sample.name.c_str(), sample.labels.c_str(),
                static_cast<long long>(sample.value));
    if (sample.labels == "what=\"relayed\"") relayed = sample.value;
  }
  if (relayed > 0)
    std::printf("%.2f us of CPU a relayed packet\n", used * 1e6 / static_cast<double>(relayed));
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 3) {
    std::fprintf(stderr, "relay_bench PAIRS LEGS_FILE [transcode] [threads=N] [local=ADDRESS]\n");
    return 2;
  }
  rlimit files{200000, 200000};
  setrlimit(RLIMIT_NOFILE, &files);
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  sigprocmask(SIG_BLOCK, &signals, nullptr);
  Settings settings{.pairs = static_cast<unsigned>(std::atoi(arguments[1])), .legs_file = arguments[2]};
  for (int i = 3; i < count; ++i) {
    std::string_view argument = arguments[i];
    if (argument == "transcode") settings.transcode = true;
    if (argument.starts_with("threads="))
      settings.threads = static_cast<unsigned>(std::atoi(arguments[i] + 8));
    if (argument.starts_with("local=")) settings.local = arguments[i] + 6;
  }
  run(settings);
}
