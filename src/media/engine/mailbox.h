// Mailbox: things handed to a thread that sleeps in epoll: a vector under a mutex, swapped out whole, and an
// eventfd that wakes the thread when the first thing comes. Posted from any thread, taken on one.
#pragma once
#include <cerrno>
#include <cstdint>
#include <mutex>
#include <system_error>
#include <utility>
#include <vector>

#include <sys/eventfd.h>
#include <unistd.h>

namespace polyfon::media {

template <class T>
class Mailbox {
 public:
  Mailbox() : fd_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
    if (fd_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
  }
  ~Mailbox() { ::close(fd_); }
  Mailbox(const Mailbox&) = delete;
  Mailbox& operator=(const Mailbox&) = delete;

  void post(T thing) {
    bool first = false;
    {
      std::lock_guard lock(mutex_);
      first = things_.empty();
      things_.push_back(std::move(thing));
    }
    if (first) wake();
  }
  void wake() {
    std::uint64_t one = 1;
    [[maybe_unused]] auto written = ::write(fd_, &one, sizeof one);  // full means that it is awake already
  }

  // Everything posted so far, in order; forgets the wake-up.
  std::vector<T> take() {
    std::uint64_t count = 0;
    [[maybe_unused]] auto got = ::read(fd_, &count, sizeof count);
    std::lock_guard lock(mutex_);
    return std::exchange(things_, {});
  }
  int fd() const { return fd_; }

 private:
  int fd_;
  std::mutex mutex_;
  std::vector<T> things_;
};

}  // namespace polyfon::media
