#include "media/engine/frame_wheel.h"

#include <map>

#include <gtest/gtest.h>

#include "media/engine/stream.h"

namespace polyfon::media {
namespace {

using namespace std::chrono_literals;

class Wheel : public testing::Test {
 protected:
  Stream& stream() {
    streams_.push_back(
        std::make_unique<Stream>(Stream::Init{.id = {1, 1}, .counters = {}, .identity = {}, .cname = {}}));
    return *streams_.back();
  }
  // Runs every millisecond; counts the frames of each stream.
  void advance(base::Duration time, unsigned frame_ms) {
    for (auto end = now_ + time; now_ < end;) {
      now_ += 1ms;
      wheel_.run(now_, [&](Stream& due) {
        frames_[&due].push_back(now_);
        return frame_ms;
      });
    }
  }
  FrameWheel wheel_;
  base::Instant now_{1h};
  std::vector<std::unique_ptr<Stream>> streams_;
  std::map<Stream*, std::vector<base::Instant>> frames_;
};

TEST_F(Wheel, an_empty_wheel_is_never_due) {
  EXPECT_FALSE(wheel_.next_due());
  advance(100ms, 20);
  EXPECT_EQ(wheel_.size(), 0u);
}

TEST_F(Wheel, frames_come_at_their_distance_for_every_ptime) {
  for (unsigned frame : {10u, 20u, 30u, 40u, 50u, 60u}) {
    FrameWheel fresh;
    std::swap(wheel_, fresh);
    frames_.clear();
    Stream& one = stream();
    wheel_.add(one, frame, now_);
    advance(1200ms, frame);
    ASSERT_GE(frames_[&one].size(), 1200 / frame - 1);
    for (std::size_t i = 1; i < frames_[&one].size(); ++i)
      EXPECT_EQ(frames_[&one][i] - frames_[&one][i - 1], std::chrono::milliseconds(frame));
  }
}

TEST_F(Wheel, next_due_is_when_the_next_frame_comes) {
  Stream& one = stream();
  wheel_.add(one, 20, now_);
  for (int i = 0; i < 200; ++i) {
    auto due = *wheel_.next_due();
    auto before = frames_[&one].size();
    advance(due - now_ - 1ms, 20);
    EXPECT_EQ(frames_[&one].size(), before);
    advance(1ms, 20);
    EXPECT_EQ(frames_[&one].size(), before + 1);
  }
}

TEST_F(Wheel, streams_share_the_milliseconds_evenly) {
  for (int i = 0; i < 100; ++i) wheel_.add(stream(), 20, now_);
  std::map<base::Instant, int> load;
  advance(20ms, 20);
  for (const auto& [one, at] : frames_)
    for (auto instant : at) ++load[instant];
  EXPECT_EQ(load.size(), 20u);
  for (const auto& [at, count] : load) EXPECT_EQ(count, 5);
}

TEST_F(Wheel, a_frame_of_zero_leaves_the_wheel) {
  wheel_.add(stream(), 20, now_);
  advance(100ms, 0);
  EXPECT_EQ(wheel_.size(), 0u);
  EXPECT_FALSE(wheel_.next_due());
}

TEST_F(Wheel, a_removed_stream_is_not_due) {
  Stream &one = stream(), &other = stream();
  wheel_.add(one, 20, now_);
  wheel_.add(other, 20, now_);
  wheel_.remove(one);
  wheel_.remove(one);
  advance(100ms, 20);
  EXPECT_TRUE(frames_[&one].empty());
  EXPECT_EQ(frames_[&other].size(), 5u);
}

}  // namespace
}  // namespace polyfon::media
