// A timer lies on the level of the highest byte in which its tick differs from the current one, in the slot
// of that byte's value. So every occupied slot lies ahead of the current one on its level, a lower level is
// due before a higher one, and the first bit set is the next thing to do: no lap is ever walked tick by tick.
//
//   level 0: this block of 256 ticks, a slot a tick          level 2: 2^16 ticks a slot
//   level 1: 256 ticks a slot                                level 3: 2^24 ticks a slot, and past 2^32: far_
//
// When the current tick enters a slot of a higher level, its timers are linked anew and fall to lower levels.
#include "base/timer_wheel.h"

#include <bit>
#include <functional>
#include <utility>

namespace polyfon::base {
namespace {

constexpr std::int64_t kTick = std::chrono::nanoseconds(std::chrono::milliseconds(1)).count();

}  // namespace

void Timer::cancel() {
  if (wheel_ != nullptr) wheel_->unlink(*this);
}

TimerWheel::TimerWheel(Instant start) : start_(start), now_(start) {}

TimerWheel::~TimerWheel() {
  auto release = [this](Timer* head) {
    while (head != nullptr) unlink(*std::exchange(head, head->next_));
  };
  for (auto& level : slots_)
    for (Timer* head : level) release(head);
  release(due_);
  release(far_);
}

std::uint64_t TimerWheel::tick_of(Instant when) const {
  std::int64_t since = (when - start_).count();
  if (since <= 0) return 0;
  return static_cast<std::uint64_t>(since / kTick + (since % kTick != 0 ? 1 : 0));  // up: never early
}

void TimerWheel::arm(Timer& timer, Instant when) {
  timer.cancel();
  timer.when_ = when;
  timer.tick_ = tick_of(when);
  timer.wheel_ = this;
  ++armed_;
  if (when <= now_)
    push(due_, timer);
  else
    link(timer);
}

void TimerWheel::push(Timer*& head, Timer& timer) {
  timer.next_ = head;
  if (head != nullptr) head->link_ = &timer.next_;
  head = &timer;
  timer.link_ = &head;
}

void TimerWheel::link(Timer& timer) {
  std::uint64_t difference = timer.tick_ ^ current_;
  if (difference >> (kLevels * kBits) != 0) return push(far_, timer);
  int level = difference == 0 ? 0 : (std::bit_width(difference) - 1) / kBits;
  std::size_t slot = (timer.tick_ >> (level * kBits)) % kSlots;
  push(slots_[level][slot], timer);
  occupied_[level][slot / 64] |= std::uint64_t{1} << (slot % 64);
}

void TimerWheel::unlink(Timer& timer) {
  *timer.link_ = timer.next_;
  if (timer.next_ != nullptr) {
    timer.next_->link_ = timer.link_;
  } else {
    // Its slot may be empty now; std::less orders any two pointers.
    Timer** first = &slots_[0][0];
    std::less<> before;
    if (!before(timer.link_, first) && before(timer.link_, first + kLevels * kSlots)) {
      auto index = static_cast<std::size_t>(timer.link_ - first);
      std::size_t slot = index % kSlots;
      occupied_[index / kSlots][slot / 64] &= ~(std::uint64_t{1} << (slot % 64));
    }
  }
  timer.wheel_ = nullptr;
  timer.next_ = nullptr;
  timer.link_ = nullptr;
  --armed_;
}

// Slots are pushed at their head; turned round, the timers of one tick fire in the order in which they were
// armed.
Timer* TimerWheel::take_reversed(Timer*& head) {
  Timer* reversed = nullptr;
  for (Timer* timer = std::exchange(head, nullptr); timer != nullptr;) {
    Timer* following = timer->next_;
    push(reversed, *timer);
    timer = following;
  }
  return reversed;
}

Timer* TimerWheel::take_slot(int level, std::size_t slot) {
  occupied_[level][slot / 64] &= ~(std::uint64_t{1} << (slot % 64));
  return take_reversed(slots_[level][slot]);
}

void TimerWheel::relink(Timer* list) {
  while (list != nullptr) link(*std::exchange(list, list->next_));
}

std::size_t TimerWheel::fire(Timer* list) {
  if (list == nullptr) return 0;
  std::size_t fired = 0;
  list->link_ = &list;  // what a callback cancels unlinks itself from this list as from a slot
  while (list != nullptr) {
    Timer& timer = *list;
    unlink(timer);
    ++fired;
    timer.fire_(timer.owner_, now_);
  }
  return fired;
}

std::optional<TimerWheel::Event> TimerWheel::next_event() const {
  for (int level = 0; level < kLevels; ++level) {
    for (std::size_t word = 0; word < kSlots / 64; ++word) {
      if (occupied_[level][word] == 0) continue;
      std::size_t slot = word * 64 + static_cast<std::size_t>(std::countr_zero(occupied_[level][word]));
      int shift = level * kBits;
      std::uint64_t above = current_ >> shift >> kBits << kBits;
      return Event{(above | slot) << shift, level, slot};
    }
  }
  if (far_ == nullptr) return std::nullopt;
  return Event{((current_ >> (kLevels * kBits)) + 1) << (kLevels * kBits), kLevels, 0};
}

std::size_t TimerWheel::advance(Instant now) {
  if (now > now_) now_ = now;
  auto target = static_cast<std::uint64_t>((now_ - start_).count() / kTick);
  std::size_t fired = fire(take_reversed(due_));
  for (auto event = next_event(); event && event->tick <= target; event = next_event()) {
    current_ = event->tick;
    if (event->level == kLevels)
      relink(take_reversed(far_));
    else if (event->level > 0)
      relink(take_slot(event->level, event->slot));
    fired += fire(take_slot(0, current_ % kSlots));
  }
  current_ = target;
  return fired;
}

std::optional<Instant> TimerWheel::next() const {
  if (due_ != nullptr) return now_;
  auto event = next_event();
  if (!event) return std::nullopt;
  return start_ + std::chrono::milliseconds(event->tick);
}

}  // namespace polyfon::base
