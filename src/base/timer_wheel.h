// TimerWheel: an intrusive hierarchical wheel; arming, re-arming and cancelling are O(1) and allocate
// nothing. A Timer is a member of what it serves and calls one of its member functions; destroying it cancels
// it. Resolution 1 ms (a timer never fires early); any range. thread: the wheel's loop.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/time.h"

namespace polyfon::base {

class TimerWheel;

class Timer {
 public:
  using Fire = void (*)(void* owner, Instant now);

  Timer(void* owner, Fire fire) : owner_(owner), fire_(fire) {}
  // Timer timer_ = Timer::of<&Transaction::on_timer>(this);   with void Transaction::on_timer(Instant now)
  template <auto kMethod, class Owner>
  static Timer of(Owner* owner) {
    return Timer(owner, [](void* o, Instant now) { (static_cast<Owner*>(o)->*kMethod)(now); });
  }
  ~Timer() { cancel(); }
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  bool armed() const { return wheel_ != nullptr; }
  Instant when() const { return when_; }  // meaningful while armed
  void cancel();

 private:
  friend class TimerWheel;
  void* owner_;
  Fire fire_;
  TimerWheel* wheel_ = nullptr;
  Timer* next_ = nullptr;
  Timer** link_ = nullptr;  // what points at this timer
  Instant when_{};
  std::uint64_t tick_ = 0;
};

class TimerWheel {
 public:
  explicit TimerWheel(Instant start);
  ~TimerWheel();
  TimerWheel(const TimerWheel&) = delete;
  TimerWheel& operator=(const TimerWheel&) = delete;

  // Arms or re-arms; an instant that has passed fires at the next advance().
  void arm(Timer& timer, Instant when);
  // Fires everything due at `now`, in order of tick, and of arming within a tick; callbacks may arm, cancel
  // and destroy timers, themselves included. Returns how many fired.
  std::size_t advance(Instant now);
  // When advance() next has something to do; never later than the earliest timer. nullopt: nothing is armed.
  std::optional<Instant> next() const;
  std::size_t armed() const { return armed_; }
  // The instant given to the last advance(): the time of the event being handled.
  Instant now() const { return now_; }

 private:
  friend class Timer;
  static constexpr int kLevels = 4;
  static constexpr int kBits = 8;
  static constexpr std::size_t kSlots = std::size_t{1} << kBits;

  struct Event {
    std::uint64_t tick;
    int level;  // kLevels: far_
    std::size_t slot;
  };

  static void push(Timer*& head, Timer& timer);
  static Timer* take_reversed(Timer*& head);
  void link(Timer& timer);
  void unlink(Timer& timer);
  Timer* take_slot(int level, std::size_t slot);
  void relink(Timer* list);
  std::size_t fire(Timer* list);
  std::optional<Event> next_event() const;
  std::uint64_t tick_of(Instant when) const;

  Instant start_;
  Instant now_;
  std::uint64_t current_ = 0;  // the last tick that was processed
  std::size_t armed_ = 0;
  Timer* due_ = nullptr;  // armed for an instant that had passed
  Timer* far_ = nullptr;  // past the next multiple of 2^32 ticks
  Timer* slots_[kLevels][kSlots] = {};
  std::uint64_t occupied_[kLevels][kSlots / 64] = {};
};

}  // namespace polyfon::base
