// The media plane's metrics: the counters of all threads, summed when they are read.
#include "media/engine/threaded_engine.h"

namespace polyfon::media {

void ThreadedEngine::add_metrics(base::MetricsRegistry& registry) const {
  std::vector<std::shared_ptr<const ThreadCounters>> all;
  for (const auto& thread : threads_) all.push_back(thread->shared_counters());
  auto add = [&](const char* name, const char* labels, const char* help, auto member) {
    registry.add(name, labels, help, [all, member] {
      std::int64_t sum = 0;
      for (const auto& counters : all) sum += static_cast<std::int64_t>(((*counters).*member).value());
      return sum;
    });
  };
  using Counters = ThreadCounters;
  add("polyfon_media_streams", "", "RTP streams open now.", &Counters::streams);
  add("polyfon_media_playing", "", "Streams that we play to now.", &Counters::playing);
  const char* packets = "polyfon_media_packets_total";
  const char* packets_help = "RTP packets by what was done with them; transcoded ones are relayed, too.";
  add(packets, "what=\"received\"", packets_help, &Counters::received);
  add(packets, "what=\"relayed\"", packets_help, &Counters::relayed);
  add(packets, "what=\"transcoded\"", packets_help, &Counters::transcoded);
  add(packets, "what=\"made\"", packets_help, &Counters::made);
  const char* rtcp = "polyfon_media_rtcp_total";
  add(rtcp, "direction=\"received\"", "RTCP compounds.", &Counters::rtcp_received);
  add(rtcp, "direction=\"sent\"", "RTCP compounds.", &Counters::rtcp_sent);
  add("polyfon_media_digits_total", "", "Digits that peers sent as telephone events.", &Counters::digits);
  const char* dropped = "polyfon_media_dropped_total";
  const char* dropped_help = "RTP and RTCP packets dropped, by reason.";
  add(dropped, "reason=\"source\"", dropped_help, &Counters::dropped_source);
  add(dropped, "reason=\"malformed\"", dropped_help, &Counters::dropped_malformed);
  add(dropped, "reason=\"payload_type\"", dropped_help, &Counters::dropped_payload_type);
  add(dropped, "reason=\"rate\"", dropped_help, &Counters::dropped_rate);
  add(dropped, "reason=\"late\"", dropped_help, &Counters::dropped_late);
  add(dropped, "reason=\"send_failed\"", dropped_help, &Counters::send_failed);
}

}  // namespace polyfon::media
