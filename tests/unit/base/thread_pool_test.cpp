// The pool: every index once, results in order, nesting, many callers.
#include "kernel/base/thread_pool.hpp"

#include <gtest/gtest.h>

#include <numeric>
#include <set>
#include <thread>

namespace fleetd::base {
namespace {

TEST(ThreadPool, EveryIndexOnceForAnyNumberOfThreads) {
  for (const unsigned threads : {1u, 2u, 5u}) {
    ThreadPool pool(threads);
    EXPECT_EQ(pool.threads(), threads);
    for (const std::size_t count : {0u, 1u, 2u, 1000u}) {
      std::vector<std::atomic<int>> seen(count);
      pool.parallelFor(count, [&](std::size_t i) { ++seen[i]; });
      for (const auto& n : seen) EXPECT_EQ(n.load(), 1);
    }
  }
}

TEST(ThreadPool, ResultsStandAtTheirIndex) {
  ThreadPool pool(4);
  const auto squares = pool.parallelMap<std::size_t>(500, [](std::size_t i) { return i * i; });
  for (std::size_t i = 0; i < squares.size(); ++i) EXPECT_EQ(squares[i], i * i);
}

TEST(ThreadPool, WorkersTakePart) {
  ThreadPool pool(2);
  // The two bodies wait for each other, so this ends only when two threads are at work.
  std::atomic<int> arrived{0};
  pool.parallelFor(2, [&](std::size_t) {
    ++arrived;
    while (arrived.load() < 2) std::this_thread::yield();
  });
  EXPECT_EQ(arrived.load(), 2);
}

TEST(ThreadPool, NestedRangesRunInTheirThread) {
  ThreadPool pool(3);
  std::atomic<int> inner{0};
  pool.parallelFor(10, [&](std::size_t) {
    const auto self = std::this_thread::get_id();
    pool.parallelFor(10, [&](std::size_t) {
      if (std::this_thread::get_id() == self) ++inner;
    });
  });
  EXPECT_EQ(inner.load(), 100);
}

TEST(ThreadPool, CallersFromSeveralThreads) {
  ThreadPool pool(3);
  std::atomic<int> total{0};
  std::vector<std::thread> callers;
  callers.reserve(4);
  for (int c = 0; c < 4; ++c)
    callers.emplace_back([&] {
      for (int round = 0; round < 50; ++round) pool.parallelFor(20, [&](std::size_t) { ++total; });
    });
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(total.load(), 4 * 50 * 20);
}

}  // namespace
}  // namespace fleetd::base
