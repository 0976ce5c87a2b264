#include "main/metrics.h"

#include <fmt/format.h>

#include "base/log.h"

namespace polyfon {

namespace {

struct Row {
  std::string_view label;  // of reason= or result=
  const base::Counter& counter;
};

void add_all(base::MetricsRegistry& registry, std::string_view name, std::string_view label,
             std::string_view help, std::initializer_list<Row> rows) {
  for (const auto& row : rows)
    registry.add(std::string(name), fmt::format("{}=\"{}\"", label, row.label), std::string(help),
                 row.counter);
}

}  // namespace

void add_metrics(base::MetricsRegistry& registry, const sip::UserAgent& user_agent,
                 const sip::UdpTransport& transport) {
  const auto& c = user_agent.counters();
  const auto& t = transport.counters();
  add_all(registry, "polyfon_sip_received_total", "kind", "messages that could be read",
          {{"request", c.received_requests}, {"response", c.received_responses}});
  registry.add("polyfon_sip_sent_total", "", "messages that left, repeated ones too", c.sent);
  registry.add("polyfon_sip_retransmitted_total", "", "messages that were repeated", c.retransmitted);
  registry.add("polyfon_sip_absorbed_total", "", "repetitions that had been seen before",
               c.absorbed_retransmissions);
  add_all(registry, "polyfon_sip_dropped_total", "reason", "messages that got no answer",
          {{"malformed", c.dropped_malformed},
           {"unmatched_response", c.dropped_unmatched_response},
           {"unmatched_ack", c.dropped_unmatched_ack},
           {"keep_alive", c.dropped_keep_alive},
           {"unexpected", c.unexpected_events}});
  add_all(registry, "polyfon_sip_rejected_total", "reason", "requests that were refused for what they are",
          {{"malformed", c.rejected_malformed},
           {"version", c.rejected_version},
           {"method", c.rejected_method},
           {"scheme", c.rejected_scheme},
           {"extension", c.rejected_extension},
           {"media_type", c.rejected_media_type},
           {"hops", c.rejected_hops},
           {"merged", c.rejected_merged},
           {"dialog", c.rejected_dialog},
           {"order", c.rejected_order},
           {"glare", c.rejected_glare},
           {"overload", c.dropped_overload}});
  registry.add("polyfon_sip_timeouts_total", "", "transactions that nobody answered (timers B, F, H)",
               c.timeouts);
  registry.add("polyfon_sip_transport_errors_total", "", "messages that could not be sent",
               c.transport_errors);
  registry.add("polyfon_sip_failovers_total", "", "requests that went on to the next server (RFC 3263)",
               c.failovers);
  registry.add("polyfon_sip_dismissed_forks_total", "", "second answers to one INVITE, hung up",
               c.dismissed_forks);
  registry.add("polyfon_sip_udp_received_total", "", "datagrams", t.received);
  registry.add("polyfon_sip_udp_sent_total", "", "datagrams", t.sent);
  registry.add("polyfon_sip_udp_errors_total", "", "datagrams that the system refused", t.send_errors);
  registry.add("polyfon_sip_udp_pauses_total", "", "reads that waited for more datagrams", t.pauses);
  registry.add("polyfon_sip_transactions", "", "transactions now",
               [&user_agent] { return static_cast<std::int64_t>(user_agent.transactions()); });
  registry.add("polyfon_sip_sessions", "", "INVITE sessions now",
               [&user_agent] { return static_cast<std::int64_t>(user_agent.sessions()); });
}

void add_metrics(base::MetricsRegistry& registry, const sip::StreamTransport& streams) {
  const auto& c = streams.counters();
  const auto& e = streams.edge_counters();
  const auto& l = streams.limits();
  registry.add("polyfon_sip_stream_received_total", "", "messages by TCP and TLS", c.received);
  registry.add("polyfon_sip_stream_sent_total", "", "messages by TCP and TLS", c.sent);
  registry.add("polyfon_sip_stream_keep_alives_total", "", "CRLFCRLF that got its CRLF", e.keep_alives);
  registry.add("polyfon_sip_stream_connections", "", "TCP and TLS connections now", e.connections);
  add_all(registry, "polyfon_sip_stream_opened_total", "by", "connections that came, and that were made",
          {{"peer", l.accepted}, {"us", c.opened}});
  add_all(registry, "polyfon_sip_stream_refused_total", "reason", "connections that were not let in",
          {{"total", l.refused_total}, {"host", l.refused_host}, {"unproven", l.refused_unproven}});
  add_all(registry, "polyfon_sip_stream_closed_total", "reason",
          "connections that we closed for what they did",
          {{"no_message", e.closed_unproven},
           {"idle", e.closed_idle},
           {"framing", e.closed_broken},
           {"slow_reader", e.closed_slow}});
  add_all(registry, "polyfon_sip_stream_failed_total", "reason", "connections and messages that failed",
          {{"unreachable", e.unreachable},
           {"handshake", e.failed_handshake},
           {"broke_under_request", c.failed},
           {"no_way", c.no_way}});
}

void add_metrics(base::MetricsRegistry& registry, const registrar::Registrar& registrar) {
  const auto& c = registrar.counters();
  add_all(registry, "polyfon_registrar_total", "result",
          "REGISTER requests and bindings by what became of them",
          {{"registered", c.registered},
           {"refreshed", c.refreshed},
           {"unregistered", c.unregistered},
           {"queried", c.queried},
           {"expired", c.expired},
           {"challenged", c.challenged},
           {"rejected_auth", c.rejected_auth},
           {"rejected_interval", c.rejected_interval},
           {"rejected_order", c.rejected_order},
           {"rejected_limit", c.rejected_limit}});
  registry.add("polyfon_registrar_bindings", "", "contacts now",
               [&registrar] { return static_cast<std::int64_t>(registrar.binding_count()); });
}

void add_metrics(base::MetricsRegistry& registry, const call::Exchange& exchange) {
  const auto& c = exchange.counters();
  add_all(registry, "polyfon_call_total", "result", "incoming calls by what became of them",
          {{"admitted", c.calls},
           {"answered", c.answered},
           {"rejected", c.rejected},
           {"rejected_auth", c.rejected_auth},
           {"rejected_limit", c.rejected_limit},
           {"media_refused", c.media_refused}});
  registry.add("polyfon_call_channels", "", "channels now",
               [&exchange] { return static_cast<std::int64_t>(exchange.channel_count()); });
  registry.add("polyfon_log_dropped_total", "", "log lines that the log's queue had no room for",
               [] { return static_cast<std::int64_t>(base::dropped_log_lines()); });
}

}  // namespace polyfon
