// Player: the samples of one Playback, frame after frame: files one after another, or the steps of a cadence.
// Pure, thread: media.
#pragma once
#include <cstdint>
#include <span>

#include "media/dsp/tone_generator.h"
#include "media/engine/engine.h"

namespace polyfon::media {

class Player {
 public:
  // Cadence steps are at least this long, so that one that loops always ends its frame.
  static constexpr base::Duration kMinStep = std::chrono::milliseconds(1);

  explicit Player(Playback playback);

  // Fills `out`, with silence behind the end; returns the samples before the end: 0 when it had ended
  // already.
  std::size_t read(std::span<std::int16_t> out);
  // Where in the audio being played, or in the one that ended last.
  std::uint64_t position() const { return position_; }

 private:
  std::size_t read_audio(std::span<std::int16_t> out);
  std::size_t read_tones(std::span<std::int16_t> out);
  void begin_step();

  Playback playback_;
  std::size_t index_ = 0;  // of the audio or of the step
  std::uint64_t position_ = 0;
  std::uint64_t step_left_ = 0;
  bool endless_step_ = false;
  bool ended_ = false;
  ToneGenerator tone_;
};

}  // namespace polyfon::media
