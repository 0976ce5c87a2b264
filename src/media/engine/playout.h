// Playout: what we send a stream's peer ourselves: playbacks and digits, a frame of the stream's ptime at a
// time. While a stream has a Making nothing is relayed to it; when the Making is done, relaying goes on.
// thread: media.
#pragma once
#include "media/engine/context.h"
#include "media/engine/frame_wheel.h"
#include "media/engine/stream.h"

namespace polyfon::media {

class Playout {
 public:
  static constexpr unsigned kMinFrame = 10;  // ms
  // Between digits: ITU-T Q.24 asks for 40 ms at least.
  static constexpr base::Duration kDigitPause = std::chrono::milliseconds(60);

  explicit Playout(MediaContext& context) : context_(context) {}

  void play(Stream& stream, PlaybackId id, Playback playback, base::Instant now);  // replaces what is played
  void stop(Stream& stream);  // the playback; digits go on
  void send_digit(Stream& stream, char digit, base::Duration duration, base::Instant now);
  void forget(Stream& stream);                      // leaves the thread: no notice
  void arrived(Stream& stream, base::Instant now);  // from another thread

  std::optional<base::Instant> next_due() const { return wheel_.next_due(); }
  void run(base::Instant now);

 private:
  Making& making(Stream& stream, base::Instant now);
  unsigned frame(Stream& stream, base::Instant now);
  void frame_of_digit(Stream& stream, std::uint32_t samples, std::uint32_t timestamp, base::Instant now);
  void begin_digit(Stream& stream, std::uint32_t timestamp);
  void end_digit(Making& making);
  void send_audio(Stream& stream, std::span<const std::int16_t> samples, std::uint32_t timestamp,
                  base::Instant now);
  void finish_playback(Stream& stream);

  MediaContext& context_;
  FrameWheel wheel_;
};

}  // namespace polyfon::media
