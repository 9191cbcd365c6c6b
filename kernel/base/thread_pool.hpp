// ThreadPool: a fixed set of threads that work through an index range. Results are placed by index, so that
// the number of threads and the order of arrival never reach a result.
#pragma once
#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <vector>

#include "kernel/base/big_stack.hpp"

namespace fleetd::base {

class ThreadPool {
 public:
  // `threads` counts the caller of parallelFor, too; 0 means one for each processor. Worker threads get
  // stacks of `stackBytes`. When the system gives fewer threads, the pool works with those it has.
  explicit ThreadPool(unsigned threads = 0, std::size_t stackBytes = std::size_t{256} << 20);
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;
  ~ThreadPool();

  unsigned threads() const { return static_cast<unsigned>(workers_.size()) + 1; }

  // Calls body(0) … body(count - 1), each once, on any of the threads, and returns when all are done. The
  // caller works, too, on its own stack. A call from inside a body runs its range on that thread alone. Calls
  // from several threads wait for each other.
  void parallelFor(std::size_t count, const std::function<void(std::size_t)>& body);

  // The results of body(i) in the order of i. T must be default-constructible.
  template <class T, class Body>
  std::vector<T> parallelMap(std::size_t count, const Body& body) {
    std::vector<T> results(count);
    parallelFor(count, [&](std::size_t i) { results[i] = body(i); });
    return results;
  }

 private:
  struct Job {
    const std::function<void(std::size_t)>* body;
    std::size_t count;
    std::atomic<std::size_t> next{0};
  };
  void work();
  static void drain(Job& job);

  std::mutex callers_;  // one range at a time
  std::mutex mutex_;    // guards all below
  std::condition_variable wake_;
  std::condition_variable idle_;
  Job* job_ = nullptr;
  unsigned long generation_ = 0;  // counts jobs, so that a worker takes part in each once
  unsigned busy_ = 0;             // workers inside the current job
  bool stop_ = false;
  std::vector<StackThread> workers_;
};

}  // namespace fleetd::base
