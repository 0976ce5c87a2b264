#include "net/loop.h"

#include <array>
#include <csignal>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"

namespace polyfon::net {
namespace {

using namespace std::chrono_literals;
using base::Instant;

struct Pair {
  Pair() { EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds.data()), 0); }
  ~Pair() {
    ::close(fds[0]);
    ::close(fds[1]);
  }
  void write(std::string_view text) {
    EXPECT_EQ(::write(fds[1], text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  std::string read(std::size_t most = 4096) {
    std::string out(most, '\0');
    ssize_t n = ::read(fds[0], out.data(), out.size());
    out.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
    return out;
  }
  std::array<int, 2> fds{};
};

// A timer with a std::function, for tests.
struct Alarm {
  Alarm(Loop& owner, std::function<void()> callback) : loop(owner), ring(std::move(callback)) {}
  void in(base::Duration after) { loop.timers().arm(timer, loop.now() + after); }
  void on_timer(Instant) { ring(); }
  Loop& loop;
  std::function<void()> ring;
  base::Timer timer = base::Timer::of<&Alarm::on_timer>(this);
};

class LoopTest : public testing::Test {
 protected:
  // A test that waits for what never comes ends, and says so.
  void run() {
    Alarm guard(loop_, [this] {
      ADD_FAILURE() << "the loop was still running after 5 s";
      loop_.stop();
    });
    guard.in(5s);
    loop_.run();
  }
  Loop loop_{"test", 0ms};
};

TEST_F(LoopTest, runs_posted_work_in_order) {
  std::vector<int> order;
  for (int i = 0; i < 100; ++i) loop_.post([&, i] { order.push_back(i); });
  loop_.post([&] { loop_.stop(); });
  run();
  ASSERT_EQ(order.size(), 100u);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(order[static_cast<std::size_t>(i)], i);
}

TEST_F(LoopTest, work_posted_by_work_runs_later_not_inside) {
  bool outer_ended = false;
  loop_.post([&] {
    loop_.post([&] {
      EXPECT_TRUE(outer_ended);
      loop_.stop();
    });
    outer_ended = true;
  });
  run();
  EXPECT_TRUE(outer_ended);
}

TEST_F(LoopTest, work_posted_by_other_threads_arrives_in_their_order) {
  constexpr int kEach = 2000;
  std::array<int, 3> next{};
  int arrived = 0;
  std::vector<std::jthread> threads;
  for (std::size_t t = 0; t < next.size(); ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < kEach; ++i)
        loop_.post([&, t, i] {
          EXPECT_EQ(next[t]++, i);
          if (++arrived == kEach * static_cast<int>(next.size())) loop_.stop();
        });
    });
  run();
  EXPECT_EQ(arrived, kEach * static_cast<int>(next.size()));
}

TEST_F(LoopTest, work_that_moves_only_can_be_posted) {
  auto value = std::make_unique<int>(7);
  loop_.post([this, value = std::move(value)] {
    EXPECT_EQ(*value, 7);
    loop_.stop();
  });
  run();
}

TEST_F(LoopTest, stop_before_run_makes_run_return) {
  loop_.stop();
  loop_.stop();
  loop_.run();
}

TEST_F(LoopTest, stop_from_another_thread_ends_run) {
  std::jthread stopper([this] { loop_.stop(); });
  run();
}

TEST_F(LoopTest, runs_again_after_a_stop) {
  int runs = 0;
  for (int i = 0; i < 3; ++i) {
    loop_.post([&] {
      ++runs;
      loop_.stop();
    });
    run();
  }
  EXPECT_EQ(runs, 3);
}

TEST(Loop, work_that_never_ran_is_destroyed_with_the_loop) {
  auto held = std::make_shared<int>(1);
  {
    Loop loop("test");
    loop.post([held] {});
    EXPECT_EQ(held.use_count(), 2);
  }
  EXPECT_EQ(held.use_count(), 1);
}

struct PostsWhenDestroyed {
  Loop* loop;
  explicit PostsWhenDestroyed(Loop* l) : loop(l) {}
  PostsWhenDestroyed(PostsWhenDestroyed&& other) noexcept : loop(std::exchange(other.loop, nullptr)) {}
  ~PostsWhenDestroyed() {
    if (loop) loop->post([] {});
  }
};

TEST(Loop, work_may_post_from_its_destructor_while_the_loop_goes) {
  Loop loop("test");
  loop.post([probe = PostsWhenDestroyed(&loop)] {});
}

TEST_F(LoopTest, in_loop_thread_is_true_for_the_running_thread_only) {
  EXPECT_TRUE(loop_.in_loop_thread());
  std::jthread runner([this] { loop_.run(); });
  std::optional<bool> inside;
  loop_.post([&] {
    inside = loop_.in_loop_thread();
    loop_.stop();
  });
  runner.join();
  EXPECT_EQ(inside, true);
  EXPECT_FALSE(loop_.in_loop_thread());
}

TEST_F(LoopTest, timers_fire_not_before_their_time) {
  Instant start = std::chrono::steady_clock::now();
  std::vector<int> order;
  Alarm late(loop_, [&] {
    order.push_back(2);
    EXPECT_GE(std::chrono::steady_clock::now() - start, 8ms);
    loop_.stop();
  });
  Alarm early(loop_, [&] { order.push_back(1); });
  late.in(9ms);
  early.in(2ms);
  run();
  EXPECT_EQ(order, (std::vector<int>{1, 2}));
}

TEST_F(LoopTest, a_timer_armed_in_a_handler_for_an_earlier_instant_is_kept) {
  Alarm far(loop_, [&] { ADD_FAILURE() << "the far one fired first"; });
  far.in(4s);
  Alarm near(loop_, [&] { loop_.stop(); });
  loop_.post([&] { near.in(1ms); });
  run();
}

TEST_F(LoopTest, a_timer_armed_for_now_fires_after_the_handler) {
  bool handler_ended = false;
  Alarm alarm(loop_, [&] {
    EXPECT_TRUE(handler_ended);
    loop_.stop();
  });
  loop_.post([&] {
    alarm.in(0ms);
    handler_ended = true;
  });
  run();
}

TEST_F(LoopTest, a_timer_that_always_rearms_for_now_does_not_starve_descriptors) {
  Pair pair;
  pair.write("x");
  Alarm alarm(loop_, [&] { alarm.in(0ms); });
  alarm.in(0ms);
  auto watch = loop_.watch_readable(pair.fds[0], [&] { loop_.stop(); });
  run();
}

TEST_F(LoopTest, a_cancelled_timer_does_not_fire) {
  Alarm cancelled(loop_, [] { ADD_FAILURE(); });
  Alarm end(loop_, [&] { loop_.stop(); });
  Alarm first(loop_, [&] {
    cancelled.timer.cancel();
    end.in(3ms);
  });
  first.in(1ms);
  cancelled.in(2ms);
  run();
}

TEST_F(LoopTest, now_is_the_time_of_the_event_and_does_not_run_inside_it) {
  loop_.post([&] {
    Instant before = loop_.now();
    auto until = std::chrono::steady_clock::now() + 2ms;
    while (std::chrono::steady_clock::now() < until) continue;
    EXPECT_EQ(loop_.now(), before);
    loop_.post([&, before] {
      EXPECT_GE(loop_.now() - before, 2ms);
      EXPECT_EQ(loop_.now(), loop_.timers().now());
      loop_.stop();
    });
  });
  run();
}

TEST_F(LoopTest, a_readable_descriptor_is_reported_until_it_is_read) {
  Pair pair;
  pair.write("abc");
  std::string got;
  auto watch = loop_.watch_readable(pair.fds[0], [&] {
    got += pair.read(1);  // level-triggered: the rest comes again
    if (got.size() == 3) loop_.stop();
  });
  run();
  EXPECT_EQ(got, "abc");
}

TEST_F(LoopTest, a_closed_peer_is_readable) {
  Pair pair;
  ::shutdown(pair.fds[1], SHUT_WR);
  auto watch = loop_.watch_readable(pair.fds[0], [&] { loop_.stop(); });
  run();
}

TEST_F(LoopTest, a_destroyed_watch_is_silent_and_leaves_the_descriptor_open) {
  Pair pair;
  pair.write("x");
  auto watch = loop_.watch_readable(pair.fds[0], [] { ADD_FAILURE(); });
  watch.reset();
  Alarm end(loop_, [&] { loop_.stop(); });
  end.in(3ms);
  run();
  EXPECT_EQ(pair.read(), "x");
}

TEST_F(LoopTest, a_watch_may_be_destroyed_in_its_own_callback) {
  Pair pair;
  pair.write("x");
  auto held = std::make_shared<int>(1);
  int called = 0;
  Alarm end(loop_, [&] { loop_.stop(); });
  std::unique_ptr<Loop::Watch> watch;
  watch = loop_.watch_readable(pair.fds[0], [&, held] {
    ++called;
    end.in(3ms);
    watch.reset();
    EXPECT_EQ(*held, 1) << "what the callback holds lives until it returns";
  });
  run();
  EXPECT_EQ(called, 1);
  EXPECT_EQ(held.use_count(), 1);
}

TEST_F(LoopTest, a_destroyed_watch_frees_what_its_callback_holds_at_once) {
  Pair pair;
  auto held = std::make_shared<int>(1);
  auto watch = loop_.watch_readable(pair.fds[0], [held] {});
  watch.reset();
  EXPECT_EQ(held.use_count(), 1);
}

TEST_F(LoopTest, a_watch_may_destroy_another_that_is_ready_too) {
  Pair a;
  Pair b;
  a.write("x");
  b.write("x");
  std::unique_ptr<Loop::Watch> watch_a;
  std::unique_ptr<Loop::Watch> watch_b;
  int called = 0;
  Alarm end(loop_, [&] { loop_.stop(); });
  watch_a = loop_.watch_readable(a.fds[0], [&] {
    ++called;
    end.in(3ms);
    watch_b.reset();
    watch_a.reset();
  });
  watch_b = loop_.watch_readable(b.fds[0], [&] {
    ++called;
    end.in(3ms);
    watch_a.reset();
    watch_b.reset();
  });
  run();
  EXPECT_EQ(called, 1);
}

TEST_F(LoopTest, a_descriptor_number_used_again_is_watched_again) {
  for (int i = 0; i < 3; ++i) {
    Pair pair;
    pair.write("x");
    std::unique_ptr<Loop::Watch> watch = loop_.watch_readable(pair.fds[0], [&] { loop_.stop(); });
    run();
  }
}

TEST_F(LoopTest, a_writable_descriptor_is_reported_once) {
  Pair pair;
  int called = 0;
  Alarm end(loop_, [&] { loop_.stop(); });
  auto watch = loop_.watch_writable_once(pair.fds[0], [&] {
    ++called;
    end.in(3ms);
  });
  run();
  EXPECT_EQ(called, 1);
}

TEST_F(LoopTest, a_full_descriptor_becomes_writable_when_the_peer_reads) {
  Pair pair;
  std::string block(65536, 'x');
  while (::send(pair.fds[0], block.data(), block.size(), MSG_DONTWAIT) > 0) continue;
  bool drained = false;
  auto watch = loop_.watch_writable_once(pair.fds[0], [&] {
    EXPECT_TRUE(drained);
    loop_.stop();
  });
  Alarm drain(loop_, [&] {
    drained = true;
    while (::recv(pair.fds[1], block.data(), block.size(), MSG_DONTWAIT) > 0) continue;
  });
  drain.in(2ms);
  run();
  EXPECT_TRUE(drained);
}

TEST_F(LoopTest, one_descriptor_is_watched_for_both) {
  Pair pair;
  bool writable = false;
  auto read_watch = loop_.watch_readable(pair.fds[0], [&] {
    EXPECT_TRUE(writable);
    loop_.stop();
  });
  std::unique_ptr<Loop::Watch> write_watch;
  write_watch = loop_.watch_writable_once(pair.fds[0], [&] {
    writable = true;
    write_watch.reset();
    pair.write("x");
  });
  run();
}

TEST_F(LoopTest, signals_arrive_in_the_loop_each_time) {
  int caught = 0;
  auto watch = loop_.watch_signal(SIGUSR1, [&] {
    EXPECT_TRUE(loop_.in_loop_thread());
    if (++caught == 2)
      loop_.stop();
    else
      ::raise(SIGUSR1);
  });
  loop_.post([] { ::raise(SIGUSR1); });
  run();
  EXPECT_EQ(caught, 2);
}

TEST_F(LoopTest, a_signal_watch_may_be_destroyed_in_its_own_callback) {
  std::unique_ptr<Loop::Watch> watch;
  watch = loop_.watch_signal(SIGUSR2, [&] {
    watch.reset();
    loop_.stop();
  });
  loop_.post([] { ::raise(SIGUSR2); });
  run();
}

TEST(Loop, a_handler_that_takes_too_long_is_named_in_the_log) {
  Loop loop("control", 5ms);
  auto waste = [](base::Duration time) {
    auto until = std::chrono::steady_clock::now() + time;
    while (std::chrono::steady_clock::now() < until) continue;
  };
  testing::internal::CaptureStderr();
  loop.post([&] { waste(12ms); });
  loop.post([&] { loop.stop(); });
  loop.run();
  std::string shown = testing::internal::GetCapturedStderr();
  EXPECT_NE(shown.find("WARNING loop: control: a handler took "), std::string::npos) << shown;
}

TEST(Loop, stall_lines_are_limited) {
  Loop loop("control", 1us);
  testing::internal::CaptureStderr();
  for (int i = 0; i < 100; ++i)
    loop.post([] {
      auto until = std::chrono::steady_clock::now() + 10us;
      while (std::chrono::steady_clock::now() < until) continue;
    });
  loop.post([&] { loop.stop(); });
  loop.run();
  std::string shown = testing::internal::GetCapturedStderr();
  EXPECT_EQ(std::count(shown.begin(), shown.end(), '\n'), 5) << shown;
}

}  // namespace
}  // namespace polyfon::net
