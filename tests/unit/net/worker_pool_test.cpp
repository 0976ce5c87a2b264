#include "net/worker_pool.h"

#include <atomic>
#include <future>
#include <memory>
#include <optional>
#include <set>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace polyfon::net {
namespace {

TEST(WorkerPool, runs_what_is_posted_on_another_thread) {
  WorkerPool pool(2);
  std::promise<std::thread::id> ran;
  pool.post([&] { ran.set_value(std::this_thread::get_id()); });
  EXPECT_NE(ran.get_future().get(), std::this_thread::get_id());
}

TEST(WorkerPool, destruction_runs_what_is_queued_first) {
  std::atomic<int> ran = 0;
  {
    WorkerPool pool(2);
    for (int i = 0; i < 1000; ++i) pool.post([&] { ++ran; });
  }
  EXPECT_EQ(ran, 1000);
}

TEST(WorkerPool, destruction_runs_what_work_posts_while_it_waits) {
  std::atomic<int> ran = 0;
  {
    WorkerPool pool(1);
    pool.post([&] {
      ++ran;
      pool.post([&] {
        ++ran;
        pool.post([&] { ++ran; });
      });
    });
  }
  EXPECT_EQ(ran, 3);
}

TEST(WorkerPool, of_no_threads_has_one) {
  WorkerPool pool(0);
  std::promise<void> ran;
  pool.post([&] { ran.set_value(); });
  ran.get_future().get();
}

TEST(WorkerPool, work_that_blocks_leaves_the_other_threads_free) {
  WorkerPool pool(2);
  std::promise<void> release;
  pool.post([&] { release.get_future().get(); });
  std::promise<void> ran;
  pool.post([&] { ran.set_value(); });
  ran.get_future().get();
  release.set_value();
}

TEST(WorkerPool, queued_counts_what_has_not_begun) {
  WorkerPool pool(1);
  WorkerPool::Strand strand(pool);
  std::promise<void> began;
  std::promise<void> release;
  pool.post([&] {
    began.set_value();
    release.get_future().get();
  });
  began.get_future().get();
  EXPECT_EQ(pool.queued(), 0u);
  pool.post([] {});
  strand.post([] {});
  strand.post([] {});
  EXPECT_EQ(pool.queued(), 3u);
  std::promise<void> last;
  strand.post([&] { last.set_value(); });
  release.set_value();
  last.get_future().get();
  EXPECT_EQ(pool.queued(), 0u);
}

TEST(WorkerPool, work_is_freed_when_it_has_run) {
  WorkerPool pool(1);
  auto held = std::make_shared<int>(1);
  pool.post([held] {});
  std::promise<void> after;
  pool.post([&] { after.set_value(); });
  after.get_future().get();
  EXPECT_EQ(held.use_count(), 1);
}

TEST(Strand, keeps_the_order_and_never_runs_two_at_once) {
  WorkerPool pool(4);
  std::vector<int> order;
  std::atomic<int> inside = 0;
  {
    WorkerPool::Strand strand(pool);
    std::promise<void> done;
    for (int i = 0; i < 5000; ++i)
      strand.post([&, i] {
        EXPECT_EQ(++inside, 1);
        order.push_back(i);
        --inside;
      });
    strand.post([&] { done.set_value(); });
    done.get_future().get();
  }
  ASSERT_EQ(order.size(), 5000u);
  for (int i = 0; i < 5000; ++i) ASSERT_EQ(order[static_cast<std::size_t>(i)], i);
}

TEST(Strand, keeps_the_order_of_each_thread_that_posts) {
  std::array<int, 3> last{-1, -1, -1};
  WorkerPool pool(3);
  {
    WorkerPool::Strand strand(pool);
    std::vector<std::jthread> posters;
    for (std::size_t t = 0; t < last.size(); ++t)
      posters.emplace_back([&, t] {
        for (int i = 0; i < 500; ++i)
          strand.post([&last, t, i] {
            EXPECT_EQ(last[t], i - 1);
            last[t] = i;
          });
      });
    posters.clear();
    std::promise<void> done;
    strand.post([&] { done.set_value(); });
    done.get_future().get();
  }
  for (int n : last) EXPECT_EQ(n, 499);
}

TEST(Strand, two_strands_run_beside_each_other) {
  WorkerPool pool(2);
  WorkerPool::Strand a(pool);
  WorkerPool::Strand b(pool);
  std::promise<void> release;
  a.post([&] { release.get_future().get(); });
  std::promise<void> ran;
  b.post([&] { ran.set_value(); });
  ran.get_future().get();
  release.set_value();
}

TEST(Strand, what_is_queued_runs_after_the_strand_is_gone) {
  std::atomic<int> ran = 0;
  {
    WorkerPool pool(2);
    {
      WorkerPool::Strand strand(pool);
      for (int i = 0; i < 100; ++i) strand.post([&] { ++ran; });
    }
  }
  EXPECT_EQ(ran, 100);
}

TEST(Strand, work_may_post_to_its_own_strand) {
  WorkerPool pool(1);
  WorkerPool::Strand strand(pool);
  std::promise<void> done;
  strand.post([&] { strand.post([&] { done.set_value(); }); });
  done.get_future().get();
}

}  // namespace
}  // namespace polyfon::net
