// Observed: awaits a task and says whether it suspended on the way. A plan whose steps never wait would keep
// the control thread for ever; this is how the interpreter notices. thread: that of the task's owner.
#pragma once
#include <coroutine>
#include <exception>
#include <optional>
#include <utility>

#include "base/task.h"

namespace polyfon::dialplan {

//   auto [value, suspended] = co_await Observed(std::move(task));
template <class T>
class Observed {
 public:
  struct Outcome {
    T value;
    bool suspended;
  };

  explicit Observed(base::Task<T> task) : runner_(run(this, std::move(task))) {}
  Observed(const Observed&) = delete;
  Observed& operator=(const Observed&) = delete;

  bool await_ready() {
    runner_.handle.resume();
    return runner_.handle.done();
  }
  void await_suspend(std::coroutine_handle<> parent) {
    suspended_ = true;
    runner_.handle.promise().continuation = parent;
  }
  Outcome await_resume() { return {std::move(*value_), suspended_}; }

 private:
  // Runs the task to its end and then goes on with whoever waits by then: nobody while it has not suspended.
  struct Runner {
    struct Promise {
      std::coroutine_handle<> continuation = std::noop_coroutine();
      struct FinalAwaiter {
        bool await_ready() noexcept { return false; }
        std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> self) noexcept {
          return self.promise().continuation;
        }
        void await_resume() noexcept {}
      };
      Runner get_return_object() { return Runner(std::coroutine_handle<Promise>::from_promise(*this)); }
      std::suspend_always initial_suspend() noexcept { return {}; }
      FinalAwaiter final_suspend() noexcept { return {}; }
      void return_void() {}
      [[noreturn]] void unhandled_exception() noexcept { std::terminate(); }
    };
    using promise_type = Promise;
    explicit Runner(std::coroutine_handle<Promise> h) : handle(h) {}
    Runner(const Runner&) = delete;
    Runner& operator=(const Runner&) = delete;
    ~Runner() { handle.destroy(); }
    std::coroutine_handle<Promise> handle;
  };

  static Runner run(Observed* self, base::Task<T> task) { self->value_.emplace(co_await std::move(task)); }

  std::optional<T> value_;
  bool suspended_ = false;
  Runner runner_;  // last: destroyed first
};

}  // namespace polyfon::dialplan
