#include "net/loop.h"

#include <atomic>
#include <mutex>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <fcntl.h>
#include <fmt/format.h>

#include "base/log.h"

namespace polyfon::net {
namespace {

namespace asio = boost::asio;
using Executor = asio::io_context::executor_type;
using SteadyTimer = asio::basic_waitable_timer<std::chrono::steady_clock,
                                               asio::wait_traits<std::chrono::steady_clock>, Executor>;
using Descriptor = asio::posix::basic_stream_descriptor<Executor>;
using SignalSet = asio::basic_signal_set<Executor>;
using boost::system::error_code;

// Stalls come in series: a few lines tell it.
constexpr unsigned kStallLines = 5;
constexpr base::Duration kStallPeriod = std::chrono::seconds(10);

}  // namespace

struct Loop::Impl {
  Impl(std::string_view loop_name, base::Duration stall_warning)
      : name(loop_name), stall(stall_warning), now(clock.now()), wheel(now), timer(io) {}

  // Every handler runs between enter() and leave(); timers that are due go first, for they were due before
  // it.
  void enter() {
    now = clock.now();
    wheel.advance(now);
  }
  void leave() {
    check_stall();
    // Once only: a timer that arms itself for now must not keep the descriptors waiting.
    if (auto next = wheel.next(); next && *next <= now) {
      wheel.advance(now);
      check_stall();
    }
    schedule();
  }
  template <class Handler>
  void handle(Handler&& handler) {
    enter();
    handler();
    leave();
  }

  // Reads the clock: what has run since the last reading was one handler.
  void check_stall() {
    base::Instant end = clock.now();
    base::Duration took = end - std::exchange(now, end);
    if (took <= stall || stall <= base::Duration::zero()) return;
    std::uint64_t held_back = 0;
    if (!stall_limit.allow(end, &held_back)) return;
    using Milliseconds = std::chrono::duration<double, std::milli>;
    std::string others = held_back == 0 ? "" : fmt::format("; {} such lines were held back", held_back);
    base::log_warning("loop", "{}: a handler took {:.1f} ms ({:.1f} ms are allowed){}", name,
                      Milliseconds(took).count(), Milliseconds(stall).count(), others);
  }

  // Re-armed only for an earlier instant: waking early and finding nothing is cheaper than a system call an
  // event.
  void schedule() {
    auto next = wheel.next();
    if (!next || (timer_at && *timer_at <= *next)) return;
    timer_at = next;
    timer.expires_at(*next);
    timer.async_wait([this](error_code error) {
      if (error) return;  // armed anew for an earlier instant
      timer_at.reset();
      handle([] {});
    });
  }

  void run_posted() {
    {
      std::lock_guard lock(post_mutex);
      running.swap(posted);
    }
    enter();
    for (Work& work : running) {
      std::exchange(work, nullptr)();
      check_stall();
    }
    running.clear();
    leave();
  }

  base::SystemClock clock;
  std::string name;
  base::Duration stall;
  base::LogLimit stall_limit{kStallLines, kStallPeriod};
  base::Instant now;
  base::TimerWheel wheel;
  std::atomic<std::thread::id> thread{std::this_thread::get_id()};

  std::mutex post_mutex;
  std::vector<Work> posted;
  std::vector<Work> running;  // its memory is swapped with that of `posted`

  asio::io_context io{1};  // one thread: asio then queues what this thread posts without its lock
  asio::executor_work_guard<Executor> work_guard{io.get_executor()};
  SteadyTimer timer;
  std::optional<base::Instant> timer_at;  // what `timer` is armed for
};

namespace {

// What a Watch and its pending operation share: a Watch may be destroyed in its own callback, and asio hands
// back a cancelled operation later.
template <class Source>
struct WatchState {
  template <class... Args>
  explicit WatchState(std::function<void()> callback, Args&&... args)
      : ready(std::move(callback)), source(std::forward<Args>(args)...) {}

  void call() {
    calling = true;
    ready();
    calling = false;
    if (closed) ready = nullptr;
  }
  void close() {
    closed = true;
    if (!calling) ready = nullptr;  // what it captured goes with the Watch
  }

  std::function<void()> ready;
  Source source;
  bool calling = false;
  bool closed = false;
};

template <class State, class Impl>
void await_readable(const std::shared_ptr<State>& state, Impl* loop) {
  state->source.async_wait(Descriptor::wait_read, [state, loop](error_code error) {
    if (error || state->closed) return;
    loop->handle([&] { state->call(); });
    if (!state->closed) await_readable(state, loop);
  });
}

template <class State, class Impl>
void await_writable(const std::shared_ptr<State>& state, Impl* loop) {
  state->source.async_wait(Descriptor::wait_write, [state, loop](error_code error) {
    if (!error && !state->closed) loop->handle([&] { state->call(); });
  });
}

template <class State, class Impl>
void await_signal(const std::shared_ptr<State>& state, Impl* loop) {
  state->source.async_wait([state, loop](error_code error, int) {
    if (error || state->closed) return;
    loop->handle([&] { state->call(); });
    if (!state->closed) await_signal(state, loop);
  });
}

class ReadWatch final : public Loop::Watch {
 public:
  explicit ReadWatch(std::shared_ptr<WatchState<Descriptor>> state) : state_(std::move(state)) {}
  ~ReadWatch() override {
    state_->close();
    state_->source.release();  // the descriptor is the caller's
  }

 private:
  std::shared_ptr<WatchState<Descriptor>> state_;
};

class WriteWatch final : public Loop::Watch {
 public:
  explicit WriteWatch(std::shared_ptr<WatchState<Descriptor>> state) : state_(std::move(state)) {}
  ~WriteWatch() override {
    state_->close();
    error_code ignored;
    state_->source.close(ignored);
  }

 private:
  std::shared_ptr<WatchState<Descriptor>> state_;
};

class SignalWatch final : public Loop::Watch {
 public:
  explicit SignalWatch(std::shared_ptr<WatchState<SignalSet>> state) : state_(std::move(state)) {}
  ~SignalWatch() override {
    state_->close();
    error_code ignored;
    state_->source.cancel(ignored);
    state_->source.clear(ignored);
  }

 private:
  std::shared_ptr<WatchState<SignalSet>> state_;
};

}  // namespace

Loop::Loop(std::string_view name, base::Duration stall_warning)
    : impl_(std::make_unique<Impl>(name, stall_warning)) {}

Loop::~Loop() {
  // What was not run goes while the loop still stands, for its destructors may post again.
  for (std::vector<Work> left;; left.clear()) {
    {
      std::lock_guard lock(impl_->post_mutex);
      left.swap(impl_->posted);
    }
    if (left.empty()) return;
  }
}

void Loop::run() {
  impl_->thread = std::this_thread::get_id();
  impl_->schedule();  // what was armed before
  impl_->io.run();
  impl_->io.restart();
}

void Loop::stop() { impl_->io.stop(); }

void Loop::post(Work work) {
  bool first = false;
  {
    std::lock_guard lock(impl_->post_mutex);
    first = impl_->posted.empty();
    impl_->posted.push_back(std::move(work));
  }
  if (first) asio::post(impl_->io, [impl = impl_.get()] { impl->run_posted(); });
}

bool Loop::in_loop_thread() const { return impl_->thread == std::this_thread::get_id(); }

base::TimerWheel& Loop::timers() { return impl_->wheel; }

base::Instant Loop::now() const { return impl_->now; }

std::unique_ptr<Loop::Watch> Loop::watch_readable(int fd, std::function<void()> ready) {
  auto state = std::make_shared<WatchState<Descriptor>>(std::move(ready), impl_->io, fd);
  await_readable(state, impl_.get());
  return std::make_unique<ReadWatch>(std::move(state));
}

std::unique_ptr<Loop::Watch> Loop::watch_writable_once(int fd, std::function<void()> ready) {
  // epoll takes a descriptor once, and this one may be watched for reading: a duplicate counts as another.
  int duplicate = ::fcntl(fd, F_DUPFD_CLOEXEC, 0);
  if (duplicate < 0)
    throw std::system_error(errno, std::generic_category(), "duplicating a descriptor to watch");
  auto state = std::make_shared<WatchState<Descriptor>>(std::move(ready), impl_->io, duplicate);
  await_writable(state, impl_.get());
  return std::make_unique<WriteWatch>(std::move(state));
}

std::unique_ptr<Loop::Watch> Loop::watch_signal(int signal_number, std::function<void()> handler) {
  auto state = std::make_shared<WatchState<SignalSet>>(std::move(handler), impl_->io, signal_number);
  await_signal(state, impl_.get());
  return std::make_unique<SignalWatch>(std::move(state));
}

}  // namespace polyfon::net
