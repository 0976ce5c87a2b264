// Mailbox: things handed to a thread that sleeps in epoll: a vector under a mutex, swapped out whole, and a
// timerfd that wakes the thread when the first of them has waited for as long as it may: the orders of one
// step of a call, and of calls that are near in time, cost one wake-up. Posted from any thread, taken on one.
#pragma once
#include <cerrno>
#include <cstdint>
#include <mutex>
#include <system_error>
#include <utility>
#include <vector>

#include <sys/timerfd.h>
#include <unistd.h>

#include "base/time.h"

namespace polyfon::media {

template <class T>
class Mailbox {
 public:
  Mailbox() : fd_(::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC)) {
    if (fd_ < 0) throw std::system_error(errno, std::generic_category(), "timerfd");
  }
  ~Mailbox() { ::close(fd_); }
  Mailbox(const Mailbox&) = delete;
  Mailbox& operator=(const Mailbox&) = delete;

  // The thread wakes after `patience` at most; more than 0.
  void post(T thing, base::Duration patience) {
    auto due = std::chrono::steady_clock::now() + patience;  // CLOCK_MONOTONIC
    std::lock_guard lock(mutex_);
    things_.push_back(std::move(thing));
    wake_at(due);
  }
  void wake() {
    auto now = std::chrono::steady_clock::now();
    std::lock_guard lock(mutex_);
    wake_at(now);
  }

  // Everything posted so far, in order; forgets the wake-up.
  std::vector<T> take() {
    std::lock_guard lock(mutex_);
    std::uint64_t expirations = 0;
    [[maybe_unused]] auto got = ::read(fd_, &expirations, sizeof expirations);
    wake_at_ = base::Instant::max();
    return std::exchange(things_, {});
  }
  int fd() const { return fd_; }

 private:
  void wake_at(base::Instant due) {
    if (due >= wake_at_) return;
    wake_at_ = due;
    auto since_boot = due.time_since_epoch();
    auto seconds = std::chrono::duration_cast<std::chrono::seconds>(since_boot);
    itimerspec spec{.it_interval = {},
                    .it_value = {.tv_sec = seconds.count(), .tv_nsec = (since_boot - seconds).count()}};
    ::timerfd_settime(fd_, TFD_TIMER_ABSTIME, &spec, nullptr);
  }

  int fd_;
  std::mutex mutex_;
  base::Instant wake_at_ = base::Instant::max();  // what the timer is armed for
  std::vector<T> things_;
};

}  // namespace polyfon::media
