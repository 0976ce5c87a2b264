#include "sim/exchange_node.h"

#include <cstdlib>
#include <filesystem>

namespace polyfon::sim {

namespace {

void demand_no_errors(const config::Diagnostics& diagnostics) {
  if (!diagnostics.has_errors()) return;
  for (const auto& diagnostic : diagnostics.all()) fmt::print(stderr, "{}\n", diagnostic.to_string());
  std::abort();
}

}  // namespace

SimConfiguration SimConfiguration::read(const std::string& folder) {
  config::Diagnostics diagnostics;
  auto loaded = config::load_snapshot(POLYFON_SOURCE_DIR "/tests/fixtures/" + folder, diagnostics);
  demand_no_errors(diagnostics);
  auto fresh = std::make_shared<config::Snapshot>(*loaded);
  fresh->polyfon.sounds_directory = POLYFON_SOURCE_DIR "/tests/fixtures/sim/sounds";
  fresh->music["default"].files = {POLYFON_SOURCE_DIR "/tests/fixtures/sim/moh/tone.alaw"};
  auto fresh_plan = dialplan::Plan::load(*fresh->extensions, diagnostics);
  demand_no_errors(diagnostics);
  return {std::move(fresh), std::move(fresh_plan)};
}

const SimConfiguration& SimConfiguration::get() {
  static const SimConfiguration kConfiguration = read("sim");
  return kConfiguration;
}

SimConfiguration SimConfiguration::with_plan(std::string_view extensions) {
  return get().and_plan(extensions);
}

SimConfiguration SimConfiguration::and_plan(std::string_view extensions) const {
  config::Diagnostics diagnostics;
  auto file = config::File::parse(extensions, "extensions.conf", diagnostics);
  auto other_plan = dialplan::Plan::load(file, diagnostics);
  demand_no_errors(diagnostics);
  return {snapshot, std::move(other_plan)};
}

namespace {
constexpr base::Duration kWorkerTime =
    std::chrono::milliseconds(3);  // so that calls end while their sounds load
}  // namespace

ExchangeNode::Folder::Folder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "polyfon-sim-XXXXXX").string();
  path = ::mkdtemp(pattern.data()) ? pattern : std::string();
}
ExchangeNode::Folder::~Folder() {
  std::error_code error;
  std::filesystem::remove_all(path, error);
}

ExchangeNode::ExchangeNode(World& world, base::SocketAddress address, const SimConfiguration& configuration)
    : world_(world),
      journal_(*store::Journal::open(folder_.path + "/journal",
                                     {.segment_bytes = 1 << 16, .reserve_bytes = 1 << 12})),
      sink_(world, address),
      agent_(sink_, world.timers(), world.random()),
      media_(world),
      nonces_(world.random()),
      names_(world),
      locator_(names_, world.random(),
               [](sip::Protocol protocol, const base::SocketAddress& remote) {
                 return std::optional(sip::Flow{.protocol = protocol, .remote = remote});
               }),
      hosts_(locator_, world.timers()),
      registrar_({agent_, world.timers(), world, nonces_, &hosts_}, configuration.snapshot),
      exchange_({agent_, sink_, media_, registrar_, nonces_, world.timers(), world.random(), world,
                 [&world](std::move_only_function<void()> work, std::move_only_function<void()> done) {
                   work();
                   world.later(kWorkerTime, std::move(done));
                 },
                 &locator_},
                configuration.snapshot),
      interpreter_(exchange_, world),
      recorder_(*journal_, [] {}) {
  agent_.set_locator(locator_);
  agent_.set_request_handler(sip::Method::kRegister, registrar_, registrar::Registrar::kExtensions);
  interpreter_.set_plan(configuration.plan);
  exchange_.set_script_runner(interpreter_);
  exchange_.events().subscribe(recorder_);
  exchange_.events().subscribe(*this);
  listen(address);
}

void ExchangeNode::listen(base::SocketAddress address) {
  if (!addresses_.empty()) sink_.add_local(address);
  addresses_.push_back(address);
  world_.attach(address, [this](const base::SocketAddress& from, std::string_view bytes, base::Instant now) {
    agent_.receive({sip::Protocol::kUdp, 0, from}, bytes, now);
  });
}

ExchangeNode::~ExchangeNode() {
  for (const auto& address : addresses_) world_.detach(address);
}

std::vector<cdr::CallRecord> ExchangeNode::rows() {
  std::vector<cdr::CallRecord> rows;
  auto records = journal_->unacknowledged();
  if (records)
    for (const auto& record : *records)
      if (auto row = cdr::CallRecord::decode(record.payload)) rows.push_back(std::move(*row));
  return rows;
}

void ExchangeNode::on_call_event(const call::CallEvent& event) {
  std::visit(
      [this]<class What>(const What& what) {
        if constexpr (std::is_same_v<What, call::ApplicationStarted>)
          steps_.push_back(fmt::format("{}({})", what.application, what.arguments));
        if constexpr (std::is_same_v<What, call::ChannelCreated>) ++open_channels_;
        if constexpr (std::is_same_v<What, call::ChannelHangup>) --open_channels_;
        if constexpr (std::is_same_v<What, call::DialBegin>) ++open_dials_, ++dials_;
        if constexpr (std::is_same_v<What, call::DialEnd>) --open_dials_;
        if constexpr (std::is_same_v<What, call::BridgeEnter>) ++open_bridges_, ++bridges_;
        if constexpr (std::is_same_v<What, call::BridgeLeave>) --open_bridges_;
      },
      event.what);
}

}  // namespace polyfon::sim
