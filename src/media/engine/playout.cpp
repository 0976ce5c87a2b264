#include "media/engine/playout.h"

#include <algorithm>

#include "media/engine/outlet.h"

namespace polyfon::media {

namespace {

constexpr std::size_t kSamplesPerMs = Audio::kSampleRate / 1000;
constexpr std::size_t kMaxFrameSamples = FrameWheel::kMaxFrame * kSamplesPerMs;
constexpr std::size_t kMaxFrameBytes = kRtpHeaderBytes + kMaxFrameSamples * 2;

std::uint32_t samples_of(base::Duration duration) {
  auto clamped = std::clamp(duration, DigitSender::kMinDuration, DigitSender::kMaxDuration);
  return static_cast<std::uint32_t>(std::chrono::duration_cast<std::chrono::milliseconds>(clamped).count() *
                                    static_cast<std::int64_t>(kSamplesPerMs));
}

}  // namespace

Making& Playout::making(Stream& stream, base::Instant now) {
  if (!stream.making) {
    stream.making = std::make_unique<Making>();
    stream.output.interrupt();
  }
  if (!stream.on_wheel) {
    stream.on_wheel = true;
    wheel_.add(stream, std::max<unsigned>(stream.ptime, kMinFrame), now);
  }
  return *stream.making;
}

void Playout::play(Stream& stream, PlaybackId id, Playback playback, base::Instant now) {
  Making& m = making(stream, now);
  m.playback = id;
  m.player.emplace(std::move(playback));
}

void Playout::stop(Stream& stream) {
  if (!stream.making || stream.making->playback == 0) return;
  finish_playback(stream);
  if (!stream.making->digits.empty()) return;
  stream.making.reset();
  stream.on_wheel = false;
  wheel_.remove(stream);
}

void Playout::finish_playback(Stream& stream) {
  Making& m = *stream.making;
  context_.notices.events.push_back({.kind = Event::Kind::kPlaybackFinished,
                                     .stream = stream.id,
                                     .playback = m.playback,
                                     .samples_played = m.player->position()});
  m.playback = 0;
  m.player.reset();
}

void Playout::send_digit(Stream& stream, char digit, base::Duration duration, base::Instant now) {
  if (!event_of_digit(digit)) return;
  Making& m = making(stream, now);
  if (m.digits.size() < Making::kMaxQueuedDigits) m.digits.push_back({digit, duration});
}

void Playout::forget(Stream& stream) {
  if (stream.on_wheel) wheel_.remove(stream);
  stream.on_wheel = false;
}

void Playout::arrived(Stream& stream, base::Instant now) {
  if (stream.making) making(stream, now);
}

void Playout::run(base::Instant now) {
  wheel_.run(now, [&](Stream& stream) { return frame(stream, now); });
}

// One frame of everything that this stream is sent; time goes on also when nothing may be sent (hold).
unsigned Playout::frame(Stream& stream, base::Instant now) {
  Making& m = *stream.making;
  std::int16_t buffer[kMaxFrameSamples];
  auto samples = std::span(buffer).first(stream.ptime * kSamplesPerMs);
  std::size_t played = m.player ? m.player->read(samples) : 0;
  if (m.player && played == 0) finish_playback(stream);
  if (!m.player && m.digits.empty()) {
    stream.making.reset();
    stream.on_wheel = false;
    return 0;
  }
  auto count = static_cast<std::uint32_t>(samples.size());
  std::uint32_t timestamp = stream.output.advance(count, now);
  if (!m.digits.empty() && m.pause_left == 0) {
    frame_of_digit(stream, count, timestamp, now);
  } else {
    m.pause_left -= std::min(m.pause_left, count);
    if (m.player) send_audio(stream, samples, timestamp, now);
  }
  return stream.ptime;
}

void Playout::begin_digit(Stream& stream, std::uint32_t timestamp) {
  Making& m = *stream.making;
  m.digit_started = true;
  const auto& next = m.digits.front();
  if (stream.send_event_payload_type) {
    m.tone_left = 0;
    m.event = DigitSender(next.digit, next.duration, timestamp, RtpOutput::kClockRate);
    return;
  }
  auto frequencies = dtmf_frequencies(next.digit);
  m.event = {};
  m.tone = ToneGenerator(frequencies->first, frequencies->second);
  m.tone_left = samples_of(next.duration);
}

void Playout::end_digit(Making& making) {
  making.digits.pop_front();
  making.digit_started = false;
  making.pause_left = samples_of(kDigitPause);
}

void Playout::frame_of_digit(Stream& stream, std::uint32_t samples, std::uint32_t timestamp,
                             base::Instant now) {
  Making& m = *stream.making;
  if (!m.digit_started) begin_digit(stream, timestamp);
  if (m.tone_left != 0) {
    std::int16_t tone[kMaxFrameSamples] = {};
    auto sounding = std::min(samples, m.tone_left);
    m.tone.generate(std::span(tone).first(sounding));
    m.tone_left -= sounding;
    send_audio(stream, std::span(tone).first(samples), timestamp, now);
  } else if (!m.event.done()) {
    auto packet = m.event.next(samples);
    if (may_send(stream) && stream.send_event_payload_type) {
      std::uint8_t bytes[kRtpHeaderBytes + kEventPayloadBytes];
      RtpHeader header = stream.output.own(packet.timestamp, false, now);
      header.payload_type = *stream.send_event_payload_type;
      header.marker = packet.marker;
      write_rtp_header(header, bytes);
      write_event(packet.payload, std::span(bytes).subspan(kRtpHeaderBytes));
      send_rtp(context_, stream, bytes, kEventPayloadBytes);
      context_.counters.made.add();
    }
  }
  if (m.tone_left == 0 && m.event.done()) end_digit(m);
}

void Playout::send_audio(Stream& stream, std::span<const std::int16_t> samples, std::uint32_t timestamp,
                         base::Instant now) {
  if (!may_send(stream)) return;
  Making& m = *stream.making;
  if (!m.encoder || m.codec != stream.codec) {
    m.encoder = make_encoder(stream.codec);
    m.codec = stream.codec;
  }
  std::uint8_t bytes[kMaxFrameBytes];
  RtpHeader header = stream.output.own(timestamp, true, now);
  header.payload_type = stream.send_payload_type;
  write_rtp_header(header, bytes);
  auto payload = m.encoder->encode(samples, std::span(bytes).subspan(kRtpHeaderBytes));
  send_rtp(context_, stream, std::span(bytes).first(kRtpHeaderBytes + payload), payload);
  context_.counters.made.add();
}

}  // namespace polyfon::media
