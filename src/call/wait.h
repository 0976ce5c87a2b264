// Awaitables of call scripts. A Waiter hands values to the one coroutine that awaits it; a value that comes
// first is kept. Resumption goes through the ReadyQueue, at the end of the event that caused it, so that no
// script runs inside the handler that woke it. Destroying a suspended script unlinks it. thread: control.
#pragma once
#include <coroutine>
#include <cstddef>
#include <deque>
#include <functional>
#include <optional>
#include <utility>

#include "base/time.h"
#include "base/timer_wheel.h"

namespace polyfon::call {

class ReadyQueue;

// One suspended coroutine that may be queued for resumption; unlinks itself when destroyed.
class Resumable {
 public:
  Resumable() = default;
  Resumable(const Resumable&) = delete;
  Resumable& operator=(const Resumable&) = delete;
  ~Resumable() { unlink(); }

 protected:
  friend class ReadyQueue;
  void unlink();
  std::coroutine_handle<> handle_;
  ReadyQueue* queue_ = nullptr;
  Resumable* previous_ = nullptr;
  Resumable* next_ = nullptr;
};

class ReadyQueue {
 public:
  // One event being handled: what becomes ready meanwhile is resumed when the outermost Turn ends, followed
  // by `settled` (the exchange buries its dead channels there). What becomes ready outside a turn opens one
  // of its own.
  class Turn {
   public:
    explicit Turn(ReadyQueue& queue) : queue_(queue) { ++queue_.depth_; }
    ~Turn() {
      if (queue_.depth_ == 1) queue_.settle();
      --queue_.depth_;
    }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

   private:
    ReadyQueue& queue_;
  };

  // `settled` returns whether it did something that may have made more ready.
  void set_settled(std::function<bool()> settled) { settled_ = std::move(settled); }

  void push(Resumable& item) {
    if (item.queue_) return;
    Turn turn(*this);
    item.queue_ = this;
    item.previous_ = last_;
    item.next_ = nullptr;
    (last_ ? last_->next_ : first_) = &item;
    last_ = &item;
  }

 private:
  friend class Resumable;
  void settle() {
    do {
      while (Resumable* item = first_) {
        auto handle = item->handle_;
        item->unlink();
        handle.resume();
      }
    } while (settled_ && settled_());
  }

  Resumable* first_ = nullptr;
  Resumable* last_ = nullptr;
  unsigned depth_ = 0;
  std::function<bool()> settled_;
};

inline void Resumable::unlink() {
  if (!queue_) return;
  (previous_ ? previous_->next_ : queue_->first_) = next_;
  (next_ ? next_->previous_ : queue_->last_) = previous_;
  queue_ = nullptr;
  previous_ = next_ = nullptr;
}

// A queue of values with at most one awaiter:
//   std::optional<T> value = co_await waiter.next(deadline);   // nullopt: the deadline passed
template <class T>
class Waiter {
 public:
  Waiter(ReadyQueue& ready, base::TimerWheel& timers) : ready_(ready), timers_(timers) {}

  static constexpr std::size_t kMaxWaiting = 256;  // more is dropped: nobody listens

  void push(T value) {
    if (values_.size() >= kMaxWaiting) return;
    values_.push_back(std::move(value));
    if (awaiter_) ready_.push(*awaiter_);
  }
  bool empty() const { return values_.empty(); }
  void clear() { values_.clear(); }
  std::optional<T> take() {
    if (values_.empty()) return std::nullopt;
    T value = std::move(values_.front());
    values_.pop_front();
    return value;
  }

  class Awaiter : public Resumable {
   public:
    Awaiter(Waiter& waiter, std::optional<base::Instant> deadline) : waiter_(waiter), deadline_(deadline) {}
    ~Awaiter() {
      if (waiter_.awaiter_ == this) waiter_.awaiter_ = nullptr;
    }
    bool await_ready() const { return !waiter_.values_.empty(); }
    void await_suspend(std::coroutine_handle<> handle) {
      this->handle_ = handle;
      waiter_.awaiter_ = this;
      if (deadline_) waiter_.timers_.arm(timer_, *deadline_);
    }
    std::optional<T> await_resume() {
      timer_.cancel();
      if (waiter_.awaiter_ == this) waiter_.awaiter_ = nullptr;
      return waiter_.take();
    }

   private:
    void on_timeout(base::Instant) { waiter_.ready_.push(*this); }
    Waiter& waiter_;
    std::optional<base::Instant> deadline_;
    base::Timer timer_ = base::Timer::of<&Awaiter::on_timeout>(this);
  };
  Awaiter next(std::optional<base::Instant> deadline = std::nullopt) { return Awaiter(*this, deadline); }

 private:
  ReadyQueue& ready_;
  base::TimerWheel& timers_;
  std::deque<T> values_;
  Awaiter* awaiter_ = nullptr;
};

}  // namespace polyfon::call
