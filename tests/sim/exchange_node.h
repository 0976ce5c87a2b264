// ExchangeNode: one whole exchange in the simulated world: the production user agent, registrar, calls,
// dialplan, applications and call records; only the packets of audio and the sockets are simulated. Its
// configuration is tests/fixtures/sim.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "call/exchange.h"
#include "config/snapshot.h"
#include "dialplan/interpreter.h"
#include "dialplan/plan.h"
#include "service/cdr/recorder.h"
#include "service/registrar/registrar.h"
#include "service/registrar/static_hosts.h"
#include "sim/sim_engine.h"
#include "sim/sim_names.h"
#include "sim/world.h"
#include "sip/auth/digest.h"
#include "sip/dialog/user_agent.h"
#include "sip/transport/server_locator.h"
#include "store/journal.h"

namespace polyfon::sim {

struct SimConfiguration {
  std::shared_ptr<const config::Snapshot> snapshot;
  std::shared_ptr<const dialplan::Plan> plan;
  static const SimConfiguration& get();  // read once a process
  // The same accounts with another plan, as extensions.conf would say it. Aborts when it has errors.
  static SimConfiguration with_plan(std::string_view extensions);
  SimConfiguration and_plan(std::string_view extensions) const;
  // sip.conf and extensions.conf of a folder of tests/fixtures. Aborts when they have errors.
  static SimConfiguration read(const std::string& folder);
};

class ExchangeNode final : public call::EventReader {
 public:
  ExchangeNode(World& world, base::SocketAddress address,
               const SimConfiguration& configuration = SimConfiguration::get());
  ~ExchangeNode() override;

  // Answers there too: an address of the other family.
  void listen(base::SocketAddress address);

  call::Exchange& exchange() { return exchange_; }
  SimEngine& media() { return media_; }
  registrar::Registrar& registrar() { return registrar_; }
  SimNames& names() { return names_; }  // of hosts; sip.conf's are asked for at the start and every 5 minutes
  registrar::StaticHosts& hosts() { return hosts_; }
  store::Journal& journal() { return *journal_; }
  sip::UserAgent& agent() { return agent_; }
  dialplan::Interpreter& interpreter() { return interpreter_; }
  // Applications that ran, in order: "Dial(SIP/1002)".
  const std::vector<std::string>& steps() const { return steps_; }
  std::size_t leftovers() const { return agent_.sessions() + agent_.transactions(); }

  // What the events said: each of these must be zero when all calls have ended.
  int open_channels() const { return open_channels_; }
  int open_dials() const { return open_dials_; }
  int open_bridges() const { return open_bridges_; }
  int bridges() const { return bridges_; }
  int dials() const { return dials_; }
  // The rows of the call history, as they stand in the journal.
  std::vector<cdr::CallRecord> rows();

  void on_call_event(const call::CallEvent& event) override;

 private:
  struct Folder {
    Folder();
    ~Folder();
    std::string path;
  };
  World& world_;
  std::vector<base::SocketAddress> addresses_;
  Folder folder_;
  std::unique_ptr<store::Journal> journal_;
  WorldSink sink_;
  sip::UserAgent agent_;
  SimEngine media_;
  sip::NonceSource nonces_;
  SimNames names_;
  sip::ServerLocator locator_;
  registrar::StaticHosts hosts_;
  registrar::Registrar registrar_;
  call::Exchange exchange_;
  dialplan::Interpreter interpreter_;
  cdr::Recorder recorder_;
  std::vector<std::string> steps_;
  int open_channels_ = 0, open_dials_ = 0, open_bridges_ = 0, bridges_ = 0, dials_ = 0;
};

}  // namespace polyfon::sim
