// Metrics: every counter of the exchange under its name, for the console (core show metrics) and later for
// Prometheus. thread: control.
#pragma once
#include "base/metrics.h"
#include "call/exchange.h"
#include "media/engine/engine.h"
#include "service/registrar/registrar.h"
#include "sip/dialog/user_agent.h"
#include "sip/transport/stream_transport.h"
#include "sip/transport/udp_transport.h"

namespace polyfon {

// What is registered must outlive the registry's last read.
void add_metrics(base::MetricsRegistry& registry, const sip::UserAgent& user_agent,
                 const sip::UdpTransport& transport);
void add_metrics(base::MetricsRegistry& registry, const sip::StreamTransport& streams);
void add_metrics(base::MetricsRegistry& registry, const registrar::Registrar& registrar);
void add_metrics(base::MetricsRegistry& registry, const call::Exchange& exchange);

}  // namespace polyfon
