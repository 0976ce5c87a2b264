// Awaitables of call scripts. A Waiter hands values to the one coroutine that awaits it; a value that comes first is
// kept. Resumption goes through the ReadyQueue, which the exchange drains at the end of every event, so that no script
// runs inside the handler that woke it. Destroying a suspended script unlinks it. thread: control.
#pragma once
#include <coroutine>
#include <deque>
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
  void push(Resumable& item) {
    if (item.queue_) return;
    item.queue_ = this;
    item.previous_ = last_;
    item.next_ = nullptr;
    (last_ ? last_->next_ : first_) = &item;
    last_ = &item;
  }
  // Resumes until nothing is ready; returns how many.
  std::size_t drain() {
    std::size_t n = 0;
    while (Resumable* item = first_) {
      auto handle = item->handle_;
      item->unlink();
      ++n;
      handle.resume();
    }
    return n;
  }
  bool empty() const { return !first_; }

 private:
  friend class Resumable;
  Resumable* first_ = nullptr;
  Resumable* last_ = nullptr;
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

  void push(T value) {
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
