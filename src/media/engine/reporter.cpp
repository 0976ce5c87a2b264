#include "media/engine/reporter.h"

#include "media/rtp/rtcp.h"

namespace polyfon::media {

namespace {

// RFC 3550 A.7: half to one and a half of the interval, by chance.
base::Duration next_interval(base::Random& random) {
  auto half = Reporter::kInterval.count() / 2;
  return base::Duration(half + static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(2 * half))));
}

ReportBlock report_block(Stream& stream, base::Instant now) {
  ReportBlock block{.ssrc = stream.received.ssrc(),
                    .fraction_lost = stream.received.take_fraction_lost(),
                    .cumulative_lost = stream.received.cumulative_lost(),
                    .extended_highest = stream.received.extended_highest(),
                    .jitter = stream.received.jitter()};
  if (stream.last_sender_report != 0) {
    block.last_report = stream.last_sender_report;
    auto delay =
        std::chrono::duration_cast<std::chrono::microseconds>(now - stream.last_sender_report_at).count();
    block.delay_since_last =
        static_cast<std::uint32_t>((static_cast<std::uint64_t>(delay) << 16) / 1'000'000);
  }
  return block;
}

}  // namespace

void Reporter::second(Stream& stream, base::Instant now, base::WallTime wall) {
  stream.counters->lost.set(static_cast<std::int64_t>(stream.received.lost()));
  if (auto digit = stream.digits.poll(now)) relay_.report_digit(stream, *digit);
  relay_.update_lock(stream, now);
  check_timeout(stream, now);
  if (stream.next_report == base::Instant{}) {
    stream.next_report = now + next_interval(context_.random);
  } else if (now >= stream.next_report) {
    stream.next_report = now + next_interval(context_.random);
    report(stream, now, wall);
  }
}

void Reporter::check_timeout(Stream& stream, base::Instant now) {
  auto limit = stream.receive ? stream.timeout : stream.hold_timeout;
  if (!stream.configured || stream.timed_out || limit <= base::Duration::zero() ||
      now - stream.last_heard < limit)
    return;
  stream.timed_out = true;
  context_.notices.events.push_back({.kind = Event::Kind::kTimeout, .stream = stream.id});
}

void Reporter::report(Stream& stream, base::Instant now, base::WallTime wall) {
  bool heard = stream.received.received() != stream.reported_received;
  stream.reported_received = stream.received.received();
  // The two ends of a relayed call report to each other.
  bool sends = stream.output.sent_any() && (stream.making || stream.echoes());
  bool listens = heard && (stream.first_listener == nullptr || stream.echoes());
  if ((!sends && !listens) || stream.rtcp_guard.target().port() == 0) return;
  OwnReport own{.ssrc = stream.output.ssrc(),
                .sender = {},
                .received = {},
                .cname = {stream.cname.data(), stream.cname.size()}};
  if (sends)
    own.sender = SenderInfo{.ntp_timestamp = ntp_timestamp(wall),
                            .rtp_timestamp = stream.output.timestamp_at(now),
                            .packets = stream.sent_packets,
                            .octets = stream.sent_octets};
  if (heard) own.received = report_block(stream, now);
  std::uint8_t bytes[kMaxReportBytes];
  auto size = write_report(own, bytes);
  if (context_.sink.send_rtcp(stream, std::span(bytes).first(size)))
    context_.counters.rtcp_sent.add();
  else
    context_.counters.send_failed.add();
}

}  // namespace polyfon::media
