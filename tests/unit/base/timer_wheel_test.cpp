#include "base/timer_wheel.h"

#include <functional>
#include <map>
#include <memory>
#include <vector>

#include <gtest/gtest.h>

#include "base/random.h"

namespace polyfon::base {
namespace {

using namespace std::chrono_literals;

constexpr Instant kStart{1'000'000s};

// A timer that writes its name down when it fires.
struct Named {
  Named(std::vector<int>& list, int n) : fired(list), name(n) {}
  void on_timer(Instant now) {
    fired.push_back(name);
    at = now;
    if (then) then();
  }
  std::vector<int>& fired;
  int name;
  Instant at{};
  std::function<void()> then;
  Timer timer = Timer::of<&Named::on_timer>(this);
};

class Wheel : public testing::Test {
 protected:
  Named& add(Duration after) {
    timers_.push_back(std::make_unique<Named>(fired_, static_cast<int>(timers_.size())));
    wheel_.arm(timers_.back()->timer, kStart + after);
    return *timers_.back();
  }
  using Names = std::vector<int>;

  TimerWheel wheel_{kStart};
  std::vector<int> fired_;
  std::vector<std::unique_ptr<Named>> timers_;
};

TEST_F(Wheel, fires_in_order_of_deadline) {
  add(30ms);
  add(10ms);
  add(20s);
  add(300ms);
  EXPECT_EQ(wheel_.advance(kStart + 1min), 4u);
  EXPECT_EQ(fired_, (Names{1, 0, 3, 2}));
  EXPECT_EQ(wheel_.armed(), 0u);
}

TEST_F(Wheel, fires_timers_of_one_tick_in_the_order_of_arming) {
  for (int i = 0; i < 5; ++i) add(10ms);
  for (int i = 0; i < 5; ++i) add(70s);
  wheel_.advance(kStart + 10ms);
  EXPECT_EQ(fired_, (Names{0, 1, 2, 3, 4}));
  wheel_.advance(kStart + 70s);
  EXPECT_EQ(fired_, (Names{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
}

TEST_F(Wheel, never_fires_early_even_by_a_nanosecond) {
  add(10ms + 1ns);
  wheel_.advance(kStart + 10ms);
  EXPECT_TRUE(fired_.empty());
  wheel_.advance(kStart + 10ms + 999us);
  EXPECT_TRUE(fired_.empty());
  wheel_.advance(kStart + 11ms);
  EXPECT_EQ(fired_.size(), 1u);
}

TEST_F(Wheel, a_callback_gets_the_instant_of_the_advance) {
  Named& timer = add(5ms);
  wheel_.advance(kStart + 7ms + 3us);
  EXPECT_EQ(timer.at, kStart + 7ms + 3us);
  EXPECT_EQ(wheel_.now(), kStart + 7ms + 3us);
}

TEST_F(Wheel, an_instant_that_has_passed_fires_at_the_next_advance_of_the_same_instant) {
  wheel_.advance(kStart + 5ms);
  add(0ms);
  add(5ms);
  EXPECT_LE(*wheel_.next(), kStart + 5ms);
  EXPECT_EQ(wheel_.advance(kStart + 5ms), 2u);
  EXPECT_EQ(fired_, (Names{0, 1}));
}

TEST_F(Wheel, a_timer_that_rearms_itself_for_now_fires_once_an_advance) {
  Named& timer = add(1ms);
  timer.then = [&] { wheel_.arm(timer.timer, wheel_.now()); };
  EXPECT_EQ(wheel_.advance(kStart + 1ms), 1u);
  EXPECT_EQ(wheel_.advance(kStart + 1ms), 1u);
  EXPECT_EQ(wheel_.advance(kStart + 500ms), 1u);
  timer.timer.cancel();
  EXPECT_EQ(wheel_.advance(kStart + 500ms), 0u);
}

TEST_F(Wheel, time_that_goes_backwards_changes_nothing) {
  wheel_.advance(kStart + 10ms);
  add(12ms);
  EXPECT_EQ(wheel_.advance(kStart), 0u);
  EXPECT_EQ(wheel_.now(), kStart + 10ms);
  EXPECT_EQ(wheel_.advance(kStart + 12ms), 1u);
}

TEST_F(Wheel, cancelled_timers_do_not_fire) {
  Named& a = add(10ms);
  add(10ms);
  Named& c = add(10ms);
  a.timer.cancel();
  c.timer.cancel();
  c.timer.cancel();
  EXPECT_FALSE(a.timer.armed());
  EXPECT_EQ(wheel_.armed(), 1u);
  wheel_.advance(kStart + 1s);
  EXPECT_EQ(fired_, (Names{1}));
}

TEST_F(Wheel, destroying_a_timer_cancels_it) {
  add(10ms);
  add(10ms);
  timers_[0].reset();
  EXPECT_EQ(wheel_.armed(), 1u);
  wheel_.advance(kStart + 1s);
  EXPECT_EQ(fired_, (Names{1}));
}

TEST_F(Wheel, rearming_moves_a_timer) {
  Named& timer = add(10ms);
  wheel_.arm(timer.timer, kStart + 1h);
  EXPECT_EQ(timer.timer.when(), kStart + 1h);
  EXPECT_EQ(wheel_.armed(), 1u);
  wheel_.advance(kStart + 59min);
  EXPECT_TRUE(fired_.empty());
  wheel_.arm(timer.timer, kStart + 59min + 1ms);
  wheel_.advance(kStart + 59min + 1ms);
  EXPECT_EQ(fired_, (Names{0}));
}

TEST_F(Wheel, a_callback_may_rearm_its_own_timer) {
  Named& timer = add(10ms);
  timer.then = [&] {
    if (fired_.size() < 5) wheel_.arm(timer.timer, wheel_.now() + 10ms);
  };
  for (int i = 1; i <= 100; ++i) wheel_.advance(kStart + i * 1ms);
  EXPECT_EQ(fired_.size(), 5u);
  EXPECT_FALSE(timer.timer.armed());
}

TEST_F(Wheel, a_callback_may_cancel_timers_of_its_own_tick) {
  Named& first = add(10ms);
  Named& second = add(10ms);
  Named& third = add(10ms);
  add(10ms);
  first.then = [&] {
    second.timer.cancel();
    third.timer.cancel();
  };
  EXPECT_EQ(wheel_.advance(kStart + 10ms), 2u);
  EXPECT_EQ(fired_, (Names{0, 3}));
}

TEST_F(Wheel, a_callback_may_destroy_timers_of_its_own_tick_and_itself) {
  Named& first = add(10ms);
  add(10ms);
  add(10ms);
  add(10ms);
  first.then = [&] {
    auto keep_function = std::move(timers_[0]->then);  // the running function outlives its owner
    timers_[2].reset();
    timers_[3].reset();
    timers_[0].reset();
  };
  EXPECT_EQ(wheel_.advance(kStart + 10ms), 2u);
  EXPECT_EQ(fired_, (Names{0, 1}));
  EXPECT_EQ(wheel_.armed(), 0u);
}

TEST_F(Wheel, a_callback_may_rearm_another_timer_of_its_own_tick) {
  Named& first = add(10ms);
  Named& second = add(10ms);
  first.then = [&] { wheel_.arm(second.timer, wheel_.now() + 5ms); };
  EXPECT_EQ(wheel_.advance(kStart + 10ms), 1u);
  EXPECT_EQ(wheel_.advance(kStart + 14ms), 0u);
  EXPECT_EQ(wheel_.advance(kStart + 15ms), 1u);
}

TEST_F(Wheel, a_callback_may_arm_new_timers) {
  Named& first = add(10ms);
  first.then = [&] { add(wheel_.now() - kStart + 1ms); };
  wheel_.advance(kStart + 10ms);
  EXPECT_EQ(wheel_.armed(), 1u);
  wheel_.advance(kStart + 11ms);
  EXPECT_EQ(fired_, (Names{0, 1}));
}

TEST_F(Wheel, a_late_advance_fires_all_in_order_and_what_they_arm_waits) {
  Named& first = add(10ms);
  add(20ms);
  first.then = [&] { add(15ms); };  // has passed already by then
  EXPECT_EQ(wheel_.advance(kStart + 1s), 2u);
  EXPECT_EQ(fired_, (Names{0, 1}));
  EXPECT_EQ(wheel_.advance(kStart + 1s), 1u);
}

TEST_F(Wheel, every_level_boundary_is_kept) {
  std::vector<Duration> boundaries;
  for (std::int64_t power : {8, 16, 24, 32, 33})
    for (std::int64_t offset : {-2, -1, 0, 1, 2})
      boundaries.push_back(((std::int64_t{1} << power) + offset) * 1ms);
  for (Duration d : boundaries) add(d);
  for (std::size_t i = 0; i < boundaries.size(); ++i) {
    wheel_.advance(kStart + boundaries[i] - 1ns);
    ASSERT_EQ(fired_.size(), i) << "early at " << boundaries[i].count();
    wheel_.advance(kStart + boundaries[i]);
    ASSERT_EQ(fired_.size(), i + 1) << "late at " << boundaries[i].count();
  }
}

TEST_F(Wheel, next_leads_to_each_timer_in_few_steps) {
  add(1ms);
  add(300ms);
  add(20h);
  add(60 * 24h);
  int steps = 0;
  while (auto next = wheel_.next()) {
    for (auto& t : timers_)
      if (t->timer.armed()) EXPECT_LE(*next, t->timer.when());
    wheel_.advance(*next);
    ASSERT_LT(++steps, 20);
  }
  EXPECT_EQ(fired_, (Names{0, 1, 2, 3}));
}

TEST_F(Wheel, next_is_nothing_when_nothing_is_armed) {
  EXPECT_EQ(wheel_.next(), std::nullopt);
  Named& timer = add(1h);
  EXPECT_TRUE(wheel_.next());
  timer.timer.cancel();
  EXPECT_EQ(wheel_.next(), std::nullopt);
}

TEST_F(Wheel, a_gap_of_years_is_no_longer_than_a_gap_of_milliseconds) {
  add(10 * 365 * 24h);
  auto before = std::chrono::steady_clock::now();
  wheel_.advance(kStart + 10 * 365 * 24h - 1ms);
  EXPECT_TRUE(fired_.empty());
  wheel_.advance(kStart + 10 * 365 * 24h);
  EXPECT_EQ(fired_.size(), 1u);
  EXPECT_LT(std::chrono::steady_clock::now() - before, 2s);  // 3 * 10^11 ticks
}

TEST_F(Wheel, the_last_instant_there_is_can_be_armed_and_cancelled) {
  Named& timer = add(0ms);
  wheel_.arm(timer.timer, Instant::max());
  wheel_.advance(kStart + 100 * 24h);
  EXPECT_TRUE(timer.timer.armed());
  EXPECT_TRUE(fired_.empty());
}

TEST_F(Wheel, an_instant_before_the_start_fires_at_the_first_advance) {
  add(-5s);
  EXPECT_EQ(wheel_.advance(kStart), 1u);
}

TEST(TimerWheel, timers_outlive_their_wheel) {
  std::vector<int> fired;
  Named near(fired, 1);
  Named far(fired, 2);
  Named due(fired, 3);
  {
    TimerWheel wheel(kStart);
    wheel.arm(near.timer, kStart + 1s);
    wheel.arm(far.timer, kStart + 100 * 24h);
    wheel.arm(due.timer, kStart);
  }
  EXPECT_FALSE(near.timer.armed());
  EXPECT_FALSE(far.timer.armed());
  EXPECT_FALSE(due.timer.armed());
  near.timer.cancel();
}

TEST(TimerWheel, a_timer_moves_between_wheels) {
  std::vector<int> fired;
  Named named(fired, 1);
  TimerWheel a(kStart);
  TimerWheel b(kStart);
  a.arm(named.timer, kStart + 1s);
  b.arm(named.timer, kStart + 2s);
  EXPECT_EQ(a.armed(), 0u);
  EXPECT_EQ(b.armed(), 1u);
  EXPECT_EQ(a.advance(kStart + 1min), 0u);
  EXPECT_EQ(b.advance(kStart + 1min), 1u);
}

// Random arming, cancelling and advancing, against a sorted map of what is armed.
class Model {
 public:
  explicit Model(std::uint64_t seed) : random_(seed) {
    for (std::size_t i = 0; i < kTimers; ++i) slots_.push_back(std::make_unique<Slot>(*this, i));
  }

  void step() {
    auto choice = random_.below(10);
    if (choice < 5)
      arm(random_.below(kTimers));
    else if (choice < 7)
      cancel(random_.below(kTimers));
    else
      advance();
    ASSERT_EQ(wheel_.armed(), armed_.size());
    check_next();
  }

 private:
  static constexpr std::size_t kTimers = 300;
  struct Slot {
    Slot(Model& owner, std::size_t i) : model(owner), index(i) {}
    void on_timer(Instant now) { model.on_fire(index, now); }
    Model& model;
    std::size_t index;
    Timer timer = Timer::of<&Slot::on_timer>(this);
  };
  struct Armed {
    Instant when;
    Instant due;  // the first whole tick not before it; the start for what had passed when it was armed
    int advance;  // in which it was armed
  };

  // Mostly near, sometimes anywhere up to years, sometimes in the past.
  Duration distance() {
    auto d = Duration(static_cast<std::int64_t>(random_.below(std::uint64_t{1} << (10 + random_.below(46)))));
    return random_.below(20) == 0 ? -d : d;
  }
  void arm(std::size_t i) {
    Instant when = now_ + distance();
    Instant due =
        when <= now_ ? kStart : kStart + std::chrono::ceil<std::chrono::milliseconds>(when - kStart);
    armed_[i] = {when, due, in_advance_ ? advances_ : 0};
    wheel_.arm(slots_[i]->timer, when);
  }
  void cancel(std::size_t i) {
    armed_.erase(i);
    slots_[i]->timer.cancel();
  }
  void advance() {
    now_ += Duration(static_cast<std::int64_t>(random_.below(std::uint64_t{1} << (10 + random_.below(32)))));
    last_due_ = kStart;
    ++advances_;
    in_advance_ = true;
    wheel_.advance(now_);
    in_advance_ = false;
    for (auto& [i, timer] : armed_)
      if (timer.advance != advances_) ASSERT_GT(timer.due, now_) << "a timer was left behind";
  }
  void on_fire(std::size_t i, Instant now) {
    ASSERT_TRUE(in_advance_);
    ASSERT_EQ(now, now_);
    auto found = armed_.find(i);
    ASSERT_NE(found, armed_.end()) << "fired without being armed";
    ASSERT_LE(found->second.when, now_) << "fired early";
    ASSERT_NE(found->second.advance, advances_) << "fired in the advance that armed it";
    ASSERT_GE(found->second.due, last_due_) << "fired out of order";
    last_due_ = found->second.due;
    armed_.erase(found);
    auto choice = random_.below(8);
    if (choice == 0) arm(random_.below(kTimers));
    if (choice == 1) cancel(random_.below(kTimers));
    if (choice == 2) arm(i);
  }
  void check_next() {
    auto next = wheel_.next();
    ASSERT_EQ(next.has_value(), !armed_.empty());
    for (auto& [i, timer] : armed_) ASSERT_LE(*next, std::max(timer.due, now_));
  }

  SeededRandom random_;
  Instant now_ = kStart;
  TimerWheel wheel_{kStart};
  std::vector<std::unique_ptr<Slot>> slots_;
  std::map<std::size_t, Armed> armed_;
  Instant last_due_ = kStart;
  int advances_ = 0;
  bool in_advance_ = false;
};

TEST(TimerWheel, agrees_with_a_sorted_map_over_a_hundred_thousand_operations) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    Model model(seed);
    for (int i = 0; i < 10'000; ++i) {
      model.step();
      ASSERT_FALSE(testing::Test::HasFatalFailure()) << "seed " << seed << " step " << i;
    }
  }
}

}  // namespace
}  // namespace polyfon::base
