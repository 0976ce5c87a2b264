#include "call/wait.h"

#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/task.h"

namespace polyfon::call {
namespace {

using namespace std::chrono_literals;

constexpr base::Instant kStart{1000s};

class Waiting : public testing::Test {
 protected:
  using Notes = std::vector<std::string>;

  static base::Task<> take(Waiter<int>* waiter, Notes* notes, std::optional<base::Instant> deadline,
                           int count) {
    for (int i = 0; i < count; ++i) {
      auto value = co_await waiter->next(deadline);
      notes->push_back(value ? std::to_string(*value) : "late");
    }
    notes->push_back("done");
  }
  base::Task<> started(std::optional<base::Instant> deadline = std::nullopt, int count = 1) {
    auto task = take(&waiter, &notes, deadline, count);
    task.start();
    return task;
  }

  base::TimerWheel timers{kStart};
  ReadyQueue ready;
  Waiter<int> waiter{ready, timers};
  Notes notes;
};

TEST_F(Waiting, a_value_that_came_first_is_there_at_once) {
  waiter.push(7);
  auto task = started();
  EXPECT_EQ(notes, (Notes{"7", "done"}));
}

TEST_F(Waiting, an_awaiter_that_came_first_is_woken) {
  auto task = started();
  EXPECT_TRUE(notes.empty());
  waiter.push(7);
  EXPECT_EQ(notes, (Notes{"7", "done"}));
  EXPECT_TRUE(task.done());
}

TEST_F(Waiting, values_come_in_order) {
  waiter.push(1), waiter.push(2);
  auto task = started({}, 4);
  waiter.push(3), waiter.push(4);
  EXPECT_EQ(notes, (Notes{"1", "2", "3", "4", "done"}));
}

TEST_F(Waiting, the_deadline_passes_without_a_value) {
  auto task = started(kStart + 5s);
  timers.advance(kStart + 4s);
  EXPECT_TRUE(notes.empty());
  timers.advance(kStart + 5s);
  EXPECT_EQ(notes, (Notes{"late", "done"}));
}

TEST_F(Waiting, a_value_disarms_the_deadline) {
  auto task = started(kStart + 5s);
  EXPECT_EQ(timers.armed(), 1u);
  waiter.push(7);
  EXPECT_EQ(timers.armed(), 0u);
  timers.advance(kStart + 10s);
  EXPECT_EQ(notes, (Notes{"7", "done"}));
}

TEST_F(Waiting, a_value_that_comes_with_the_deadline_is_not_lost) {
  auto task = started(kStart + 5s);
  {
    ReadyQueue::Turn turn(ready);
    timers.advance(kStart + 5s);
    waiter.push(7);
  }
  EXPECT_EQ(notes, (Notes{"7", "done"}));
  EXPECT_TRUE(waiter.empty());
}

TEST_F(Waiting, a_deadline_that_has_passed_ends_at_the_next_turn_of_the_wheel) {
  timers.advance(kStart + 9s);
  auto task = started(kStart + 5s);
  EXPECT_TRUE(notes.empty());
  timers.advance(kStart + 9s);
  EXPECT_EQ(notes, (Notes{"late", "done"}));
}

TEST_F(Waiting, the_script_runs_at_the_end_of_the_turn_that_woke_it) {
  auto task = started();
  {
    ReadyQueue::Turn turn(ready);
    waiter.push(7);
    notes.push_back("handler goes on");
  }
  EXPECT_EQ(notes, (Notes{"handler goes on", "7", "done"}));
}

TEST_F(Waiting, the_outermost_of_nested_turns_counts) {
  auto task = started();
  {
    ReadyQueue::Turn outer(ready);
    {
      ReadyQueue::Turn inner(ready);
      waiter.push(7);
    }
    notes.push_back("outer goes on");
  }
  EXPECT_EQ(notes, (Notes{"outer goes on", "7", "done"}));
}

TEST_F(Waiting, two_values_in_one_turn_wake_once_and_both_are_taken) {
  auto task = started({}, 2);
  {
    ReadyQueue::Turn turn(ready);
    waiter.push(1), waiter.push(2);
  }
  EXPECT_EQ(notes, (Notes{"1", "2", "done"}));
}

TEST_F(Waiting, scripts_are_resumed_in_the_order_they_became_ready) {
  Waiter<int> other{ready, timers};
  auto first = take(&waiter, &notes, {}, 1), second = take(&other, &notes, {}, 1);
  first.start(), second.start();
  {
    ReadyQueue::Turn turn(ready);
    other.push(2), waiter.push(1);
  }
  EXPECT_EQ(notes, (Notes{"2", "done", "1", "done"}));
}

TEST_F(Waiting, a_script_that_wakes_another_does_not_run_inside_it) {
  auto wake = [](Waiter<int>* from, Waiter<int>* to, Notes* notes) -> base::Task<> {
    co_await from->next();
    to->push(2);
    notes->push_back("the first goes on");
  };
  Waiter<int> other{ready, timers};
  auto first = wake(&waiter, &other, &notes);
  auto second = take(&other, &notes, {}, 1);
  first.start(), second.start();
  waiter.push(1);
  EXPECT_EQ(notes, (Notes{"the first goes on", "2", "done"}));
}

TEST_F(Waiting, a_destroyed_script_is_not_woken) {
  auto task = started(kStart + 5s);
  task.reset();
  EXPECT_EQ(timers.armed(), 0u);
  waiter.push(7);
  timers.advance(kStart + 10s);
  EXPECT_TRUE(notes.empty());
  EXPECT_FALSE(waiter.empty()) << "the value waits for the next awaiter";
}

TEST_F(Waiting, a_script_that_is_destroyed_when_it_is_ready_already_is_not_resumed) {
  Waiter<int> other{ready, timers};
  auto first = take(&waiter, &notes, {}, 1), second = take(&other, &notes, {}, 1);
  first.start(), second.start();
  {
    ReadyQueue::Turn turn(ready);
    waiter.push(1), other.push(2);
    first.reset();
  }
  EXPECT_EQ(notes, (Notes{"2", "done"}));
}

TEST_F(Waiting, a_script_can_destroy_another_that_is_ready) {
  Waiter<int> other{ready, timers};
  base::Task<> victim;
  auto destroy = [](Waiter<int>* from, base::Task<>* victim) -> base::Task<> {
    co_await from->next();
    victim->reset();
  };
  auto killer = destroy(&waiter, &victim);
  victim = take(&other, &notes, {}, 1);
  killer.start(), victim.start();
  {
    ReadyQueue::Turn turn(ready);
    waiter.push(1), other.push(2);
  }
  EXPECT_TRUE(notes.empty());
}

TEST_F(Waiting, settled_runs_after_the_scripts_until_it_has_nothing_more_to_do) {
  auto task = started({}, 2);
  int rounds = 0;
  ready.set_settled([&] {
    notes.push_back("settled");
    if (++rounds == 1) waiter.push(8);
    return rounds == 1;
  });
  waiter.push(7);
  EXPECT_EQ(notes, (Notes{"7", "settled", "8", "done", "settled"}));
}

TEST_F(Waiting, values_for_nobody_are_bounded) {
  for (std::size_t i = 0; i < 2 * Waiter<int>::kMaxWaiting; ++i) waiter.push(static_cast<int>(i));
  std::size_t count = 0;
  while (waiter.take()) ++count;
  EXPECT_EQ(count, Waiter<int>::kMaxWaiting);
}

TEST_F(Waiting, values_can_be_taken_and_forgotten_without_awaiting) {
  EXPECT_EQ(waiter.take(), std::nullopt);
  waiter.push(1), waiter.push(2);
  EXPECT_EQ(waiter.take(), 1);
  waiter.clear();
  EXPECT_TRUE(waiter.empty());
  EXPECT_EQ(waiter.take(), std::nullopt);
}

}  // namespace
}  // namespace polyfon::call
