// Loop: one thread's event loop over Boost.Asio: readiness of descriptors, a TimerWheel driven by one asio
// timer, work posted from other threads (post() is the thread's mailbox: any thread, in order, wakes the loop
// once a batch), signals. One Loop a thread: control and edge have one each; media threads have their own
// (media/engine). thread: the one that calls run(), except post() and stop(), which any thread may call.
#pragma once
#include <functional>
#include <memory>
#include <string_view>

#include "base/time.h"
#include "base/timer_wheel.h"

namespace polyfon::net {

class Loop {
 public:
  using Work = std::move_only_function<void()>;

  explicit Loop(std::string_view name, base::Duration stall_warning = std::chrono::milliseconds(10));
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  void run();   // until stop(); timers fire and posted work runs inside
  void stop();  // any thread, also before run(); what is posted and has not run is destroyed with the Loop
  void post(Work work);         // any thread
  bool in_loop_thread() const;  // before run(): the thread that made the Loop

  base::TimerWheel& timers();
  // The time of the event being handled: read once a wake-up, not once a call.
  base::Instant now() const;

  // It may be destroyed in its own callback, and must be before its descriptor is closed and before the Loop.
  class Watch {
   public:
    virtual ~Watch() = default;
  };
  // Calls `ready` whenever fd is readable (level-triggered) until the Watch is destroyed. The fd stays the
  // caller's.
  std::unique_ptr<Watch> watch_readable(int fd, std::function<void()> ready);
  // Calls `ready` once, when fd is writable.
  std::unique_ptr<Watch> watch_writable_once(int fd, std::function<void()> ready);
  // Calls `handler` in the loop for each delivery of `signal_number` until the Watch is destroyed.
  std::unique_ptr<Watch> watch_signal(int signal_number, std::function<void()> handler);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace polyfon::net
