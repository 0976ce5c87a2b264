// Observed: whether a task suspended on the way.
#include "dialplan/suspension.h"

#include <memory>

#include <gtest/gtest.h>

namespace polyfon::dialplan {
namespace {

struct Gate {
  std::coroutine_handle<> waiting;
  bool await_ready() { return false; }
  void await_suspend(std::coroutine_handle<> handle) { waiting = handle; }
  void await_resume() {}
  void open() { std::exchange(waiting, {}).resume(); }
};

base::Task<int> at_once() { co_return 7; }
base::Task<int> behind(Gate* gate) {
  co_await *gate;
  co_return 8;
}
base::Task<std::pair<int, bool>> watch(base::Task<int> task) {
  auto [value, suspended] = co_await Observed(std::move(task));
  co_return std::pair(value, suspended);
}

TEST(Observed, a_task_that_ends_at_once_did_not_suspend) {
  auto task = watch(at_once());
  task.start();
  ASSERT_TRUE(task.done());
  EXPECT_EQ(task.result(), std::pair(7, false));
}

TEST(Observed, a_task_that_waits_did_and_goes_on_when_it_is_woken) {
  Gate gate;
  auto task = watch(behind(&gate));
  task.start();
  ASSERT_FALSE(task.done());
  gate.open();
  ASSERT_TRUE(task.done());
  EXPECT_EQ(task.result(), std::pair(8, true));
}

base::Task<> holds(std::shared_ptr<int> what, Gate* gate) {
  co_await *gate;
  static_cast<void>(what);
}
base::Task<int> waits_for(std::shared_ptr<int> what, Gate* gate) {
  co_await holds(std::move(what), gate);
  co_return 1;
}

TEST(Observed, what_is_suspended_may_be_destroyed) {
  Gate gate;
  auto alive = std::make_shared<int>(1);
  auto task = watch(waits_for(alive, &gate));
  task.start();
  EXPECT_EQ(alive.use_count(), 2);
  task.reset();
  EXPECT_EQ(alive.use_count(), 1);
}

base::Task<int> many(int n) {
  int sum = 0;
  for (int i = 0; i < n; ++i) {
    auto [value, suspended] = co_await Observed(at_once());
    sum += value - 6;
  }
  co_return sum;
}

TEST(Observed, very_many_in_a_row_need_no_stack) {
  auto task = many(200'000);
  task.start();
  ASSERT_TRUE(task.done());
  EXPECT_EQ(task.result(), 200'000);
}

}  // namespace
}  // namespace polyfon::dialplan
