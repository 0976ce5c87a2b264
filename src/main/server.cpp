#include "main/server.h"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <thread>

#include <fmt/format.h>
#include <sys/resource.h>
#include <systemd/sd-daemon.h>

#include "base/log.h"
#include "base/random.h"
#include "call/exchange.h"
#include "config/access.h"
#include "console/client.h"
#include "console/commands.h"
#include "console/server.h"
#include "dialplan/interpreter.h"
#include "main/configuration.h"
#include "main/history.h"
#include "main/metrics.h"
#include "main/reloader.h"
#include "main/sip_network.h"
#include "media/engine/engine.h"
#include "net/loop.h"
#include "net/resolver.h"
#include "net/worker_pool.h"
#include "service/registrar/registrar.h"
#include "service/registrar/sql_binding_store.h"
#include "service/registrar/static_hosts.h"
#include "sip/transport/server_locator.h"

namespace polyfon {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

namespace {

base::LogLevel log_level(std::string_view name) {
  if (name == "debug") return base::LogLevel::kDebug;
  if (name == "verbose") return base::LogLevel::kVerbose;
  if (name == "warning") return base::LogLevel::kWarning;
  if (name == "error") return base::LogLevel::kError;
  return base::LogLevel::kNotice;
}

sip::UserAgentOptions user_agent_options(const config::Snapshot& snapshot) {
  sip::UserAgentOptions options;
  options.user_agent = snapshot.sip.user_agent.empty() ? "polyfon " POLYFON_VERSION : snapshot.sip.user_agent;
  options.t1 = snapshot.sip.t1;
  options.compact_headers = snapshot.sip.compact_headers;
  return options;
}

sip::LocatorSettings locator_settings(const config::Snapshot& snapshot, const SipNetwork& network) {
  return {.protocols = network.protocols(), .services = snapshot.sip.srv_lookup};
}

media::EngineOptions engine_options(const config::Snapshot& snapshot) {
  return {.first_port = snapshot.rtp.start,
          .last_port = snapshot.rtp.end,
          .threads = snapshot.polyfon.media_threads};
}

// What only a start reads.
void warn_of_restart(const config::Snapshot& before, const config::Snapshot& after) {
  std::string changed;
  auto note = [&](bool differs, std::string_view what) {
    if (differs) changed += (changed.empty() ? "" : ", ") + std::string(what);
  };
  note(before.sip.bind != after.sip.bind || before.sip.tcp_bind != after.sip.tcp_bind ||
           before.sip.tls_bind != after.sip.tls_bind,
       "bound addresses");
  note(before.rtp.start != after.rtp.start || before.rtp.end != after.rtp.end, "rtp.conf's range");
  note(before.cdr != after.cdr, "cdr.conf");
  note(before.polyfon.media_threads != after.polyfon.media_threads, "[media] threads");
  note(before.polyfon.workers != after.polyfon.workers, "[general] workers");
  note(before.polyfon.log_file != after.polyfon.log_file, "[log] file");
  if (!changed.empty()) base::log_warning("config", "changed, and used from the next start on: {}", changed);
}

class Server {
 public:
  Server(ServeOptions options, Configuration configuration);
  ~Server();
  base::Result<> start();
  void run() { control_.run(); }

 private:
  base::Result<> open_console();
  void take_signals();
  void apply(const Configuration& configuration);
  void show_external_address();
  void resolve_external_address(base::Instant now);
  void drain();
  void wait_for_calls(base::Instant now);
  void stop_now();
  void flush_bindings(base::Instant now);
  call::Offload offload();

  const ServeOptions options_;
  std::shared_ptr<const config::Snapshot> snapshot_;
  std::shared_ptr<const dialplan::Plan> plan_;
  base::SystemClock clock_;
  base::SystemRandom random_;
  sip::NonceSource nonces_{random_};
  net::Loop control_{"control"};
  net::Loop edge_{"edge"};
  net::WorkerPool workers_;
  std::unique_ptr<History> history_;
  SipNetwork network_;
  sip::UserAgent user_agent_;
  std::unique_ptr<media::Engine> media_;
  net::Resolver resolver_{control_};
  sip::ServerLocator locator_;
  registrar::StaticHosts hosts_;
  std::unique_ptr<registrar::SqlBindingStore> bindings_;
  std::unique_ptr<registrar::Registrar> registrar_;
  std::unique_ptr<call::Exchange> exchange_;
  std::unique_ptr<dialplan::Interpreter> interpreter_;
  base::MetricsRegistry metrics_;
  Reloader reloader_;
  console::SystemControl system_;
  console::CommandTable commands_;
  std::unique_ptr<console::Server> console_;
  std::vector<std::unique_ptr<net::Loop::Watch>> signals_;
  base::Timer binding_timer_ = base::Timer::of<&Server::flush_bindings>(this);
  base::Timer drain_timer_ = base::Timer::of<&Server::wait_for_calls>(this);
  base::Timer external_timer_ = base::Timer::of<&Server::resolve_external_address>(this);
  std::string external_name_;
  std::optional<base::SocketAddress> external_;
  base::Instant drain_until_{};
  bool draining_ = false;
  std::thread edge_thread_;
};

constexpr base::Duration kBindingFlush = 1s;
constexpr base::Duration kDrainLook = 100ms;
constexpr base::Duration kAskExternalAgain = 5min;

Server::Server(ServeOptions options, Configuration configuration)
    : options_(std::move(options)),
      snapshot_(std::move(configuration.snapshot)),
      plan_(std::move(configuration.plan)),
      workers_(snapshot_->polyfon.workers),
      network_(control_, edge_, *snapshot_, offload()),
      user_agent_(network_.sink(), control_.timers(), random_, user_agent_options(*snapshot_)),
      media_(media::make_threaded_engine(
          engine_options(*snapshot_),
          [this](std::move_only_function<void()> work) { control_.post(std::move(work)); })),
      locator_(
          resolver_, random_,
          [this](sip::Protocol protocol, const base::SocketAddress& remote) {
            return network_.way_to(protocol, remote);
          },
          locator_settings(*snapshot_, network_)),
      hosts_(locator_, control_.timers()),
      reloader_(options_.config, offload(), [this](const Configuration& fresh) { apply(fresh); }) {}

Server::~Server() {
  // What is left is to be written: a second request to stop does not cut that short.
  signals_.clear();
  for (int signal_number : {SIGTERM, SIGHUP}) std::signal(signal_number, SIG_IGN);
  if (edge_thread_.joinable()) {
    edge_.post([this] {
      console_.reset();
      network_.shut_down();
      edge_.stop();
    });
    edge_thread_.join();
  }
  if (bindings_) bindings_->flush();
}

call::Offload Server::offload() {
  return [this](std::move_only_function<void()> work, std::move_only_function<void()> done) {
    workers_.post([this, work = std::move(work), done = std::move(done)]() mutable {
      work();
      control_.post(std::move(done));
    });
  };
}

base::Result<> Server::start() {
  auto history = History::open(options_.data, snapshot_->cdr, workers_, control_);
  if (!history) return std::unexpected(history.error());
  history_ = std::move(*history);
  bindings_ = std::make_unique<registrar::SqlBindingStore>(
      history_->database(),
      [this](std::move_only_function<void()> work) { history_->strand().post(std::move(work)); });

  if (auto listening = network_.listen(*snapshot_, user_agent_); !listening) return listening;
  locator_.set(locator_settings(*snapshot_, network_));
  hosts_.set_snapshot(*snapshot_);  // the way to a host begins at a listener
  auto gruu_secret = registrar::SqlBindingStore::gruu_secret(history_->database(), random_);
  if (!gruu_secret) return std::unexpected(gruu_secret.error());
  registrar_ = std::make_unique<registrar::Registrar>(
      registrar::Registrar::Parts{user_agent_, control_.timers(), clock_, nonces_, &hosts_, bindings_.get(),
                                  *gruu_secret},
      snapshot_);
  user_agent_.set_locator(locator_);
  user_agent_.set_request_handler(sip::Method::kRegister, *registrar_, registrar::Registrar::kExtensions);
  exchange_ = std::make_unique<call::Exchange>(
      call::Exchange::Parts{user_agent_, network_.sink(), *media_, *registrar_, nonces_, control_.timers(),
                            random_, clock_, offload(), &locator_},
      snapshot_);
  interpreter_ = std::make_unique<dialplan::Interpreter>(*exchange_, clock_);
  interpreter_->set_plan(plan_);
  exchange_->set_script_runner(*interpreter_);
  if (history_->recorder()) exchange_->events().subscribe(*history_->recorder());

  if (auto stored = registrar::SqlBindingStore::load(history_->database(), clock_.wall()))
    registrar_->restore(std::move(*stored));
  else
    base::log_error("registrar", "registrations of the last run could not be read: {}", stored.error().text);
  if (auto console = open_console(); !console) return console;
  show_external_address();
  control_.timers().arm(binding_timer_, clock_.now() + kBindingFlush);
  take_signals();
  return {};
}

base::Result<> Server::open_console() {
  network_.add_metrics(metrics_, user_agent_);
  add_metrics(metrics_, *registrar_);
  add_metrics(metrics_, *exchange_);
  media_->add_metrics(metrics_);
  system_ = {.version = POLYFON_VERSION,
             .started = clock_.now(),
             .started_wall = clock_.wall(),
             .reloaded = clock_.now(),
             .reload = [this](console::Reply reply) { reloader_.request(std::move(reply)); },
             .stop = [this](bool gracefully) { gracefully ? drain() : stop_now(); },
             .history_waits = [this] { return history_->why_it_waits(); }};
  console::add_core_commands(commands_, *exchange_, system_, history_->journal(), control_.timers());
  console::add_sip_commands(commands_, *exchange_, *registrar_, user_agent_);
  console::add_dialplan_commands(commands_, *interpreter_);
  console::add_moh_commands(commands_, *exchange_);
  console::add_metric_commands(commands_, metrics_);
  auto console = console::Server::listen(edge_, control_, commands_, options_.data / console::kSocketName);
  if (!console) return std::unexpected(console.error());
  console_ = std::move(*console);
  edge_thread_ = std::thread([this] { edge_.run(); });
  return {};
}

void Server::take_signals() {
  signals_.push_back(control_.watch_signal(SIGHUP, [this] {
    if (auto reopened = base::reopen_log(); !reopened) base::log_error("main", "{}", reopened.error().text);
    reloader_.request([](std::string) {});
  }));
  signals_.push_back(control_.watch_signal(SIGTERM, [this] { draining_ ? stop_now() : drain(); }));
  signals_.push_back(control_.watch_signal(SIGINT, [this] { stop_now(); }));
}

void Server::apply(const Configuration& configuration) {
  warn_of_restart(*snapshot_, *configuration.snapshot);
  // The old ones may be large: a worker takes them apart, when the last call that began with them has ended.
  workers_.post([snapshot = std::exchange(snapshot_, configuration.snapshot),
                 plan = std::exchange(plan_, configuration.plan)] {});
  user_agent_.set_options(user_agent_options(*snapshot_));
  network_.apply(*snapshot_);
  locator_.set(locator_settings(*snapshot_, network_));
  hosts_.set_snapshot(*snapshot_);
  show_external_address();
  registrar_->set_snapshot(snapshot_);
  exchange_->set_snapshot(snapshot_);
  interpreter_->set_plan(plan_);
  base::set_log_level(log_level(snapshot_->polyfon.log_level));
  system_.reloaded = clock_.now();
}

// externaddr= is what hosts outside every localnet= see; without a localnet it is never used (asterisk 3.1).
// A name is asked for again every 5 minutes; until an answer comes, what was known of that name stays.
void Server::show_external_address() {
  const auto& sip = snapshot_->sip;
  external_timer_.cancel();
  auto literal = base::SocketAddress::parse_with_port(sip.external_address, 0);
  if (sip.external_address != external_name_ || literal)
    external_ = literal ? std::optional(*literal) : std::nullopt;
  external_name_ = sip.external_address;
  if (!sip.external_address.empty() && sip.local_networks.empty())
    base::log_warning("config", "sip.conf: externaddr is not used without localnet");
  if (sip.external_address.empty() || sip.local_networks.empty()) external_ = std::nullopt;
  network_.set_external(external_, sip);
  if (!literal && !sip.external_address.empty() && !sip.local_networks.empty())
    resolve_external_address(clock_.now());
}

void Server::resolve_external_address(base::Instant now) {
  control_.timers().arm(external_timer_, now + kAskExternalAgain);
  resolver_.resolve(external_name_, 0, [this, name = external_name_](auto answer) {
    if (name != external_name_) return;  // reloaded meanwhile
    if (!answer || answer->empty()) {
      base::log_warning("config", "sip.conf: externaddr {} is not known now; asked again every 5 minutes",
                        name);
      return;
    }
    if (external_ == answer->front()) return;
    external_ = answer->front();
    show_external_address();
  });
}

void Server::drain() {
  if (draining_) return;
  draining_ = true;
  sd_notify(0, "STOPPING=1");
  exchange_->stop_accepting();
  base::log_notice("main", "stopping when {} channels have ended, at most {} s", exchange_->channel_count(),
                   snapshot_->polyfon.drain_time.count());
  drain_until_ = clock_.now() + snapshot_->polyfon.drain_time;
  wait_for_calls(clock_.now());
}

void Server::wait_for_calls(base::Instant now) {
  if (exchange_->channel_count() == 0 || now >= drain_until_) {
    stop_now();
    return;
  }
  control_.timers().arm(drain_timer_, now + kDrainLook);
}

void Server::stop_now() {
  sd_notify(0, "STOPPING=1");
  exchange_->stop_accepting();
  exchange_->hangup_all(call::HangupCause::kNormalClearing);
  control_.stop();
}

void Server::flush_bindings(base::Instant now) {
  bindings_->flush();
  control_.timers().arm(binding_timer_, now + kBindingFlush);
}

// A call takes four descriptors: as many as the system gives.
void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

base::Result<> prepare_data(const fs::path& data) {
  for (const char* folder : {"", "journal", "cdr-csv", "spool", "recordings"}) {
    std::error_code error;
    fs::create_directories(data / folder, error);
    if (error)
      return base::fail(base::ErrorCode::kIo,
                        fmt::format("cannot make the data directory {}: {}; name another with --data",
                                    (data / folder).string(), error.message()));
  }
  return {};
}

}  // namespace

base::Result<> serve(const ServeOptions& options) {
  auto configuration = read_configuration(options.config);
  if (!configuration.usable()) {
    for (const auto& diagnostic : configuration.diagnostics.all())
      fmt::print(stderr, "{}\n", diagnostic.to_string());
    return base::fail(base::ErrorCode::kInvalid,
                      fmt::format("{} has errors (above); nothing was started. `polyfon check "
                                  "--config {}` checks it again",
                                  options.config.string(), options.config.string()));
  }
  if (auto prepared = prepare_data(options.data); !prepared) return prepared;
  const auto& settings = configuration.snapshot->polyfon;
  auto logging =
      base::start_logging({.level = log_level(settings.log_level), .file = settings.log_file.string()});
  if (!logging) return logging;
  log_diagnostics(configuration.diagnostics);
  raise_descriptor_limit();
  base::Result<> result;
  {
    Server server(options, std::move(configuration));
    result = server.start();
    if (result) {
      fmt::print("polyfon ready\n");
      std::fflush(stdout);
      sd_notify(0, "READY=1");
      server.run();
    }
  }
  base::stop_logging();
  return result;
}

}  // namespace polyfon
