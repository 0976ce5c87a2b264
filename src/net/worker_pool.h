// WorkerPool: the threads that may block (SQL, files, mail, look-ups); they hold no call state. Work that
// must keep its order goes to one Strand. thread: post() from any; work runs on a worker.
#pragma once
#include <functional>
#include <memory>
#include <string_view>

namespace polyfon::net {

class WorkerPool {
 public:
  using Work = std::move_only_function<void()>;

  explicit WorkerPool(unsigned threads);
  ~WorkerPool();  // runs what is queued, then joins

  void post(Work work);
  std::size_t queued() const;

  // Runs its work one after another, in order, on any worker.
  class Strand {
   public:
    explicit Strand(WorkerPool& pool);
    ~Strand();  // what is queued still runs
    void post(Work work);

   private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
  };

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace polyfon::net
