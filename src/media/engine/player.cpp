#include "media/engine/player.h"

#include <algorithm>

namespace polyfon::media {

Player::Player(Playback playback) : playback_(std::move(playback)) {
  std::erase_if(playback_.audio, [](const AudioPtr& audio) { return !audio || audio->samples.empty(); });
  if (!playback_.audio.empty()) {
    position_ = std::min(playback_.start_sample, playback_.audio.front()->samples.size());
    return;
  }
  ended_ = playback_.tones.empty();
  if (!ended_) begin_step();
}

void Player::begin_step() {
  const auto& step = playback_.tones[index_];
  tone_ = ToneGenerator(step.frequency_a, step.frequency_b);
  endless_step_ = step.duration <= base::Duration::zero();
  auto duration = std::max(step.duration, base::Duration(kMinStep));
  auto microseconds = std::chrono::duration_cast<std::chrono::microseconds>(duration).count();
  step_left_ = static_cast<std::uint64_t>(microseconds) * Audio::kSampleRate / 1'000'000;
}

std::size_t Player::read(std::span<std::int16_t> out) {
  std::size_t made = playback_.audio.empty() ? read_tones(out) : read_audio(out);
  std::ranges::fill(out.subspan(made), std::int16_t{0});
  return made;
}

std::size_t Player::read_audio(std::span<std::int16_t> out) {
  std::size_t made = 0;
  while (made < out.size() && !ended_) {
    const auto& samples = playback_.audio[index_]->samples;
    auto count = std::min<std::size_t>(out.size() - made, samples.size() - position_);
    std::copy_n(samples.begin() + static_cast<std::ptrdiff_t>(position_), count,
                out.begin() + static_cast<std::ptrdiff_t>(made));
    made += count;
    position_ += count;
    if (position_ < samples.size()) continue;
    if (index_ + 1 == playback_.audio.size() && !playback_.loop) {
      ended_ = true;
    } else {
      index_ = (index_ + 1) % playback_.audio.size();
      position_ = 0;
    }
  }
  return made;
}

std::size_t Player::read_tones(std::span<std::int16_t> out) {
  std::size_t made = 0;
  while (made < out.size() && !ended_) {
    std::size_t count = out.size() - made;
    if (!endless_step_) count = static_cast<std::size_t>(std::min<std::uint64_t>(count, step_left_));
    tone_.generate(out.subspan(made, count));
    made += count;
    position_ += count;
    if (endless_step_) continue;
    step_left_ -= count;
    if (step_left_ != 0) continue;
    if (index_ + 1 == playback_.tones.size() && !playback_.loop) {
      ended_ = true;
    } else {
      index_ = (index_ + 1) % playback_.tones.size();
      begin_step();
    }
  }
  return made;
}

}  // namespace polyfon::media
