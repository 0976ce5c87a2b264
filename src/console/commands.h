// The console's commands by noun: each function adds its table (asterisk 4.1). What they show is given by
// reference and outlives the table. thread: control.
#pragma once
#include <functional>
#include <string>

#include "base/metrics.h"
#include "base/time.h"
#include "call/exchange.h"
#include "console/command.h"
#include "dialplan/interpreter.h"
#include "service/registrar/registrar.h"
#include "store/journal.h"

namespace polyfon::console {

struct SystemControl {
  std::string version;
  base::Instant started;
  base::WallTime started_wall;
  base::Instant reloaded;
  std::function<void(Reply)> reload;           // core reload
  std::function<void(bool gracefully)> stop;   // core stop now | gracefully
  std::function<std::string()> history_waits;  // why call records do not reach the database; empty: they do
};

void add_core_commands(CommandTable& table, call::Exchange& exchange, const SystemControl& system,
                       const store::Journal& journal, const base::TimerWheel& timers);
void add_sip_commands(CommandTable& table, call::Exchange& exchange, const registrar::Registrar& registrar,
                      const sip::UserAgent& user_agent);
void add_dialplan_commands(CommandTable& table, const dialplan::Interpreter& interpreter);
void add_metric_commands(CommandTable& table, const base::MetricsRegistry& metrics);
void add_moh_commands(CommandTable& table, const call::Exchange& exchange);

}  // namespace polyfon::console
