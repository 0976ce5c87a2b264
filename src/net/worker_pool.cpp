#include "net/worker_pool.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace polyfon::net {

struct WorkerPool::Impl {
  void push(Work work) {
    {
      std::lock_guard lock(mutex);
      queue.push_back(std::move(work));
    }
    wake.notify_one();
  }

  void run() {
    std::unique_lock lock(mutex);
    for (;;) {
      wake.wait(lock, [this] { return stopping || !queue.empty(); });
      if (queue.empty()) return;  // stopping, and all is done
      Work work = std::move(queue.front());
      queue.pop_front();
      lock.unlock();
      work();
      work = nullptr;  // what it holds is freed outside the lock
      lock.lock();
    }
  }

  std::atomic<std::size_t> waiting{0};  // posted here or to a strand, and not begun
  std::mutex mutex;
  std::condition_variable wake;
  std::deque<Work> queue;
  bool stopping = false;
  std::vector<std::jthread> threads;  // last: joined before the rest goes
};

WorkerPool::WorkerPool(unsigned threads) : impl_(std::make_unique<Impl>()) {
  for (unsigned i = 0; i < std::max(threads, 1u); ++i)
    impl_->threads.emplace_back([impl = impl_.get()] { impl->run(); });
}

WorkerPool::~WorkerPool() {
  {
    std::lock_guard lock(impl_->mutex);
    impl_->stopping = true;
  }
  impl_->wake.notify_all();
  impl_->threads.clear();
}

void WorkerPool::post(Work work) {
  impl_->waiting.fetch_add(1, std::memory_order_relaxed);
  impl_->push([impl = impl_.get(), work = std::move(work)]() mutable {
    impl->waiting.fetch_sub(1, std::memory_order_relaxed);
    work();
  });
}

std::size_t WorkerPool::queued() const { return impl_->waiting.load(std::memory_order_relaxed); }

struct WorkerPool::Strand::Impl : std::enable_shared_from_this<Impl> {
  explicit Impl(WorkerPool::Impl& owner) : pool(owner) {}

  void post(Work work) {
    pool.waiting.fetch_add(1, std::memory_order_relaxed);
    std::lock_guard lock(mutex);
    queue.push_back(std::move(work));
    if (!std::exchange(scheduled, true)) schedule();
  }

  // A turn is what was queued when it began, so that strands share the workers.
  void turn() {
    std::deque<Work> batch;
    {
      std::lock_guard lock(mutex);
      batch.swap(queue);
    }
    for (; !batch.empty(); batch.pop_front()) {
      pool.waiting.fetch_sub(1, std::memory_order_relaxed);
      batch.front()();
    }
    std::lock_guard lock(mutex);
    scheduled = !queue.empty();
    if (scheduled) schedule();
  }

  void schedule() {
    pool.push([self = shared_from_this()] { self->turn(); });
  }

  WorkerPool::Impl& pool;
  std::mutex mutex;
  std::deque<Work> queue;
  bool scheduled = false;  // a turn is queued in the pool or running
};

WorkerPool::Strand::Strand(WorkerPool& pool) : impl_(std::make_shared<Impl>(*pool.impl_)) {}

WorkerPool::Strand::~Strand() = default;

void WorkerPool::Strand::post(Work work) { impl_->post(std::move(work)); }

}  // namespace polyfon::net
