// ThreadPool.
#include "kernel/base/thread_pool.hpp"

#include <algorithm>
#include <thread>

namespace fleetd::base {

namespace {
thread_local bool insideBody = false;

class InsideBody {
 public:
  InsideBody() { insideBody = true; }
  ~InsideBody() { insideBody = false; }
};
}  // namespace

ThreadPool::ThreadPool(unsigned threads, std::size_t stackBytes) {
  if (threads == 0) threads = std::max(1u, std::thread::hardware_concurrency());
  workers_.reserve(threads - 1);
  while (workers_.size() + 1 < threads) {
    auto worker = StackThread::start(stackBytes, [this] { work(); });
    if (!worker) break;
    workers_.push_back(std::move(worker).value());
  }
}

ThreadPool::~ThreadPool() {
  {
    std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake_.notify_all();
  workers_.clear();  // joins
}

void ThreadPool::drain(Job& job) {
  const InsideBody mark;
  for (;;) {
    const std::size_t i = job.next.fetch_add(1, std::memory_order_relaxed);
    if (i >= job.count) return;
    (*job.body)(i);
  }
}

void ThreadPool::work() {
  unsigned long seen = 0;
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [&] { return stop_ || (job_ && generation_ != seen); });
    if (stop_) return;
    seen = generation_;
    Job& job = *job_;
    ++busy_;
    lock.unlock();
    drain(job);
    lock.lock();
    if (--busy_ == 0) idle_.notify_all();
  }
}

void ThreadPool::parallelFor(std::size_t count, const std::function<void(std::size_t)>& body) {
  if (insideBody || workers_.empty() || count < 2) {
    for (std::size_t i = 0; i < count; ++i) body(i);
    return;
  }
  std::lock_guard oneAtATime(callers_);
  Job job{&body, count};
  {
    std::lock_guard lock(mutex_);
    job_ = &job;
    ++generation_;
  }
  wake_.notify_all();
  drain(job);
  std::unique_lock lock(mutex_);
  job_ = nullptr;  // workers that wake up late find nothing
  idle_.wait(lock, [&] { return busy_ == 0; });
}

}  // namespace fleetd::base
