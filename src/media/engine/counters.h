// Counters of the media plane: of each stream (read by control as StreamStats) and of each thread (metrics).
// Written by the one media thread that the stream lives on, read by any.
#pragma once
#include "base/metrics.h"

namespace polyfon::media {

struct StreamCounters {
  base::Counter packets_received, bytes_received, packets_sent, bytes_sent;
  base::Counter dropped_source, dropped_malformed, dropped_payload_type, dropped_rate;
  base::Gauge lost;
};

struct ThreadCounters {
  base::Gauge streams, playing;
  base::Counter received, relayed, transcoded, made, rtcp_received, rtcp_sent, digits;
  base::Counter dropped_source, dropped_malformed, dropped_payload_type, dropped_rate, dropped_late,
      send_failed;
};

}  // namespace polyfon::media
