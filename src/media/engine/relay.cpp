#include "media/engine/relay.h"

#include <algorithm>

#include "media/codec/g711.h"
#include "media/engine/outlet.h"
#include "media/rtp/rtcp.h"

namespace polyfon::media {

void Relay::receive_rtp(Stream& stream, std::span<std::uint8_t> datagram, const base::SocketAddress& from,
                        base::Instant now) {
  auto verdict = stream.rtp_guard.check(from, now);
  if (verdict == SourceGuard::Verdict::kReject) [[unlikely]] {
    stream.counters->dropped_source.add();
    context_.counters.dropped_source.add();
    return;
  }
  auto packet = parse_rtp(datagram);
  if (!packet) [[unlikely]] {
    stream.counters->dropped_malformed.add();
    context_.counters.dropped_malformed.add();
    return;
  }
  Incoming incoming{.packet = *packet, .in_buffer = packet->header, .codec = {}};
  if (!admit(stream, incoming, verdict == SourceGuard::Verdict::kLearn, from, now)) return;

  bool is_event = stream.receive_event_payload_type == packet->header.payload_type;
  if (is_event) {
    auto event = parse_event(packet->payload(datagram));
    if (!event) {
      stream.counters->dropped_malformed.add();
      context_.counters.dropped_malformed.add();
      return;
    }
    if (auto digit = stream.digits.receive(packet->header, *event, now)) report_digit(stream, *digit);
  } else {
    incoming.codec = audio_codec(stream, packet->header.payload_type);
    if (stream.digits.active())
      if (auto digit = stream.digits.poll(now)) report_digit(stream, *digit);
    if (packet->payload_bytes == 0)
      return;  // a keep-alive: it has latched and counted, there is nothing to hear
  }
  for (Stream* listener = stream.first_listener; listener != nullptr; listener = listener->next_listener)
    deliver(stream, *listener, incoming, datagram, now);
}

// Everything that a packet must pass, and what it does to its stream: true when it is to be heard.
bool Relay::admit(Stream& stream, const Incoming& incoming, bool learn_source,
                  const base::SocketAddress& from, base::Instant now) {
  const RtpHeader& header = incoming.packet.header;
  if (!stream.rate.allow(now)) [[unlikely]] {
    stream.counters->dropped_rate.add();
    context_.counters.dropped_rate.add();
    return false;
  }
  bool known =
      stream.receive_event_payload_type == header.payload_type || audio_codec(stream, header.payload_type);
  if (known && learn_source) [[unlikely]]
    learn(stream, from, now);
  if (known ||
      !learn_source) {  // comfort noise and strange formats are life, too, but from the known source alone
    stream.last_heard = now;
    stream.timed_out = false;
  }
  if (!known) [[unlikely]] {
    stream.counters->dropped_payload_type.add();
    context_.counters.dropped_payload_type.add();
    return false;
  }
  context_.counters.received.add();
  stream.counters->packets_received.add();
  stream.counters->bytes_received.add(incoming.packet.payload_bytes + incoming.packet.payload_offset);
  stream.received.update(header, now, RtpOutput::kClockRate);
  if (!stream.first_packet_seen) [[unlikely]] {
    stream.first_packet_seen = true;
    context_.notices.events.push_back({.kind = Event::Kind::kFirstPacket, .stream = stream.id});
  }
  return stream.receive;
}

// The number that was agreed, or one of G.711's own, which some peers use whatever was agreed.
std::optional<CodecId> Relay::audio_codec(const Stream& stream, std::uint8_t payload_type) const {
  if (payload_type == stream.receive_payload_type) return stream.codec;
  if (payload_type == 0) return CodecId::kPcmu;
  if (payload_type == 8) return CodecId::kPcma;
  return std::nullopt;
}

void Relay::learn(Stream& stream, const base::SocketAddress& from, base::Instant now) {
  stream.rtp_guard.learn(from);
  context_.notices.latched.push_back({stream.id, from});
  update_lock(stream, now);
}

void Relay::update_lock(Stream& stream, base::Instant now) {
  bool locked = stream.rtp_guard.locked(now);
  if (locked == stream.source_locked) return;
  stream.source_locked = locked;
  context_.sink.lock_source(stream, locked);
}

void Relay::report_digit(Stream& stream, const DigitDetector::Digit& digit) {
  context_.counters.digits.add();
  context_.notices.events.push_back({.kind = Event::Kind::kDigit,
                                     .stream = stream.id,
                                     .digit = digit.digit,
                                     .duration_ms = digit.duration_ms});
}

void Relay::deliver(Stream& source, Stream& listener, Incoming& incoming, std::span<std::uint8_t> datagram,
                    base::Instant now) {
  if (listener.making || !may_send(listener)) return;
  const RtpPacket& packet = incoming.packet;
  bool audio = incoming.codec.has_value();
  RtpHeader header = packet.header;
  if (audio)
    header.payload_type = listener.send_payload_type;
  else if (listener.send_event_payload_type)
    header.payload_type = *listener.send_event_payload_type;
  else
    return;  // the listener cannot take events; the digit was reported
  if (!listener.output.relay({source.id.value(), packet.header.ssrc}, header, audio, now)) {
    context_.counters.dropped_late.add();
    return;
  }
  std::span<std::uint8_t> out = datagram;
  if (audio && *incoming.codec != listener.codec) {
    std::ranges::copy(datagram, transcoded_.begin());
    out = std::span(transcoded_).first(datagram.size());
    const auto& law = listener.codec == CodecId::kPcmu ? g711::kAlawToUlaw : g711::kUlawToAlaw;
    g711::convert(law, out.subspan(packet.payload_offset, packet.payload_bytes));
    rewrite_rtp_header(header, out);
    context_.counters.transcoded.add();
  } else if (header != incoming.in_buffer) {
    rewrite_rtp_header(header, out);
    incoming.in_buffer = header;
  }
  send_rtp(context_, listener, out, packet.payload_bytes);
  context_.counters.relayed.add();
}

void Relay::receive_rtcp(Stream& stream, std::span<std::uint8_t> datagram, const base::SocketAddress& from,
                         base::Instant now) {
  auto verdict = stream.rtcp_guard.check(from, now);
  // The first report comes seconds after the first packet, from another port of the same host.
  if (verdict == SourceGuard::Verdict::kReject && !stream.rtcp_guard.latched() &&
      stream.rtp_guard.latched() && from.same_host(stream.rtp_guard.source()))
    verdict = SourceGuard::Verdict::kLearn;
  if (verdict == SourceGuard::Verdict::kReject) {
    context_.counters.dropped_source.add();
    stream.counters->dropped_source.add();
    return;
  }
  auto compound = parse_rtcp(datagram);
  if (!compound) {
    context_.counters.dropped_malformed.add();
    stream.counters->dropped_malformed.add();
    return;
  }
  if (!stream.rate.allow(now)) {
    context_.counters.dropped_rate.add();
    stream.counters->dropped_rate.add();
    return;
  }
  if (verdict == SourceGuard::Verdict::kLearn) stream.rtcp_guard.learn(from);
  context_.counters.rtcp_received.add();
  stream.last_heard = now;  // sip-cases 87: RTCP is life
  stream.timed_out = false;
  if (compound->ntp_timestamp) {
    stream.last_sender_report = static_cast<std::uint32_t>(*compound->ntp_timestamp >> 16);
    stream.last_sender_report_at = now;
  }
  for (Stream* listener = stream.first_listener; listener != nullptr; listener = listener->next_listener)
    if (listener != &stream) relay_rtcp(stream, *listener, datagram);
}

void Relay::relay_rtcp(Stream& source, Stream& listener, std::span<const std::uint8_t> datagram) {
  if (listener.making || listener.rtcp_guard.target().port() == 0) return;
  const auto& output = listener.output;
  bool heard = output.source().stream == source.id.value();
  // What the listener hears is somebody else's yet, and reports on this source would confuse it.
  if (!heard && output.sent_any()) return;
  std::span<std::uint8_t> out = std::span(transcoded_).first(datagram.size());
  std::ranges::copy(datagram, out.begin());
  bool answers = source.output.source().stream == listener.id.value();
  if ((heard && output.rewriting()) || (answers && source.output.rewriting())) {
    RtcpTranslation translation{.source_ssrc = output.source().ssrc,
                                .output_ssrc = output.ssrc(),
                                .timestamp_offset = output.timestamp_offset()};
    if (answers) {
      translation.reported_ssrc = source.output.ssrc();
      translation.listener_ssrc = source.output.source().ssrc;
      translation.reported_sequence_offset = source.output.sequence_offset();
    }
    out = out.first(translate_rtcp(out, translation));
  }
  if (out.empty()) return;
  if (context_.sink.send_rtcp(listener, out))
    context_.counters.rtcp_sent.add();
  else
    context_.counters.send_failed.add();
}

}  // namespace polyfon::media
