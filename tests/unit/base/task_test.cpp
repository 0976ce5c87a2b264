#include "base/task.h"

#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace polyfon::base {
namespace {

// An event that a coroutine waits for and a test lets happen.
struct Gate {
  std::coroutine_handle<> waiting;
  struct Awaiter {
    Gate& gate;
    bool await_ready() { return false; }
    void await_suspend(std::coroutine_handle<> handle) { gate.waiting = handle; }
    void await_resume() {}
    ~Awaiter() { gate.waiting = {}; }
  };
  Awaiter operator co_await() { return {*this}; }
  void open() { std::exchange(waiting, {}).resume(); }
};

struct Note {
  std::vector<std::string>* notes;
  std::string text;
  ~Note() { notes->push_back(text); }
};

Task<int> number(int n) { co_return n; }

Task<int> sum(int a, int b) {
  int x = co_await number(a);
  int y = co_await number(b);
  co_return x + y;
}

TEST(Task, is_lazy) {
  bool ran = false;
  auto script = [](bool* flag) -> Task<> {
    *flag = true;
    co_return;
  };
  auto task = script(&ran);
  EXPECT_FALSE(ran);
  EXPECT_FALSE(task.done());
  task.start();
  EXPECT_TRUE(ran);
  EXPECT_TRUE(task.done());
}

TEST(Task, a_task_that_never_starts_is_destroyed_cleanly) {
  auto held = std::make_shared<int>(1);
  {
    auto task = [](std::shared_ptr<int> value) -> Task<int> { co_return *value; }(held);
    EXPECT_EQ(held.use_count(), 2);
  }
  EXPECT_EQ(held.use_count(), 1);
}

TEST(Task, returns_what_nested_tasks_return) {
  auto task = sum(20, 22);
  task.start();
  ASSERT_TRUE(task.done());
  EXPECT_EQ(task.result(), 42);
}

TEST(Task, carries_values_that_only_move) {
  auto make = []() -> Task<std::unique_ptr<int>> { co_return std::make_unique<int>(7); };
  auto outer = [](Task<std::unique_ptr<int>> inner) -> Task<int> {
    auto value = co_await std::move(inner);
    co_return *value;
  };
  auto task = outer(make());
  task.start();
  EXPECT_EQ(task.result(), 7);
}

Task<> wait_at(Gate* gate, std::vector<std::string>* notes, std::string name) {
  Note note{notes, name};
  co_await *gate;
  notes->push_back(name + " resumed");
}

Task<> outer_of(Gate* gate, std::vector<std::string>* notes) {
  Note note{notes, "outer"};
  co_await wait_at(gate, notes, "inner");
  notes->push_back("outer resumed");
}

TEST(Task, suspends_deep_inside_and_goes_on_there) {
  Gate gate;
  std::vector<std::string> notes;
  auto task = outer_of(&gate, &notes);
  task.start();
  EXPECT_FALSE(task.done());
  ASSERT_TRUE(gate.waiting);
  gate.open();
  EXPECT_TRUE(task.done());
  EXPECT_EQ(notes, (std::vector<std::string>{"inner resumed", "inner", "outer resumed", "outer"}));
}

TEST(Task, destruction_at_a_suspension_destroys_the_inner_frames_first) {
  Gate gate;
  std::vector<std::string> notes;
  {
    auto task = outer_of(&gate, &notes);
    task.start();
    ASSERT_TRUE(gate.waiting);
  }
  EXPECT_EQ(notes, (std::vector<std::string>{"inner", "outer"}));
  EXPECT_FALSE(gate.waiting) << "the awaiter's destructor has unlinked it";
}

TEST(Task, reset_stops_a_script_and_leaves_an_empty_task) {
  Gate gate;
  std::vector<std::string> notes;
  auto task = outer_of(&gate, &notes);
  task.start();
  task.reset();
  EXPECT_FALSE(task);
  EXPECT_FALSE(task.done());
  EXPECT_EQ(notes.size(), 2u);
}

TEST(Task, assignment_destroys_what_was_held) {
  Gate gate;
  std::vector<std::string> notes;
  auto task = outer_of(&gate, &notes);
  task.start();
  task = outer_of(&gate, &notes);
  EXPECT_EQ(notes.size(), 2u);
  EXPECT_TRUE(task);
  EXPECT_FALSE(task.done());
}

TEST(Task, moving_leaves_the_source_empty) {
  auto a = sum(1, 2);
  auto b = std::move(a);
  EXPECT_FALSE(a);  // NOLINT(bugprone-use-after-move): it is what is tested
  b.start();
  EXPECT_EQ(b.result(), 3);
}

TEST(Task, a_script_may_wait_many_times) {
  Gate gate;
  auto script = [](Gate* g) -> Task<int> {
    int n = 0;
    for (; n < 1000; ++n) co_await *g;
    co_return n;
  };
  auto task = script(&gate);
  task.start();
  while (!task.done()) gate.open();
  EXPECT_EQ(task.result(), 1000);
}

Task<std::uint64_t> count_by_awaiting(int times) {
  std::uint64_t total = 0;
  for (int i = 0; i < times; ++i) total += static_cast<std::uint64_t>(co_await number(1));
  co_return total;
}

TEST(Task, a_million_awaits_that_end_at_once_do_not_grow_the_stack) {
  auto task = count_by_awaiting(1'000'000);
  task.start();
  ASSERT_TRUE(task.done());
  EXPECT_EQ(task.result(), 1'000'000u);
}

Task<int> nested(int depth) {
  if (depth == 0) co_return 0;
  co_return 1 + co_await nested(depth - 1);
}

TEST(Task, a_deep_nest_of_tasks_does_not_grow_the_stack) {
  auto task = nested(100'000);
  task.start();
  ASSERT_TRUE(task.done());
  EXPECT_EQ(task.result(), 100'000);
}

Task<> destroy_owner(std::unique_ptr<int> held, Gate* gate) {
  co_await *gate;
  *held = 2;
}

TEST(Task, parameters_live_in_the_frame) {
  Gate gate;
  auto task = destroy_owner(std::make_unique<int>(1), &gate);
  task.start();
  gate.open();
  EXPECT_TRUE(task.done());
}

}  // namespace
}  // namespace polyfon::base
