// Generators on several threads: order, failures, everything exactly once.
#include "plugins/vars/schedule.hpp"

#include <atomic>
#include <chrono>
#include <set>
#include <thread>

#include <gtest/gtest.h>

namespace fleetd::vars {

namespace {

struct Record {
  std::vector<std::string> stored, skipped;
  std::set<std::string> done;
};

Record runAll(const Plan& plan, std::size_t threads, const std::set<std::string>& failing = {},
              const std::set<std::string>& unprepared = {}) {
  Record out;
  Schedule schedule;
  schedule.prepare = [&](const std::string& place) -> fleet::Result<Work> {
    if (const auto needs = plan.needs.find(place); needs != plan.needs.end()) {
      for (const auto& need : needs->second) EXPECT_TRUE(out.done.contains(need)) << place << " before " << need;
    }
    if (unprepared.contains(place)) return age::error("X1", "no");
    return Work([place, &failing]() -> fleet::Result<Outputs> {
      if (failing.contains(place)) return age::error("X2", "no");
      return Outputs{};
    });
  };
  schedule.store = [&](std::vector<Finished> finished) {
    std::vector<std::string> failed;
    for (auto& one : finished) {
      if (one.outputs) {
        out.stored.push_back(one.place);
        out.done.insert(one.place);
      } else {
        failed.push_back(one.place);
      }
    }
    return failed;
  };
  schedule.skip = [&](const std::string& place) { out.skipped.push_back(place); };
  schedule.run(plan, threads);
  return out;
}

TEST(Schedule, EverythingOnceAndInOrder) {
  Plan plan;
  for (int i = 0; i < 500; ++i) {
    const std::string name = std::to_string(i);
    plan.order.push_back(name);
    for (const int back : {1, 7, 7, 50})
      if (i >= back && i % back == 0) plan.needs[name].push_back(std::to_string(i - back));
  }
  for (const std::size_t threads : std::vector<std::size_t>{0, 1, 4}) {
    const auto record = runAll(plan, threads);
    EXPECT_EQ(record.stored.size(), 500u) << threads;
    EXPECT_EQ(record.done.size(), 500u) << threads;
  }
}

TEST(Schedule, WhatDependsOnAFailureIsSkipped) {
  const Plan plan{{"a", "b", "c", "d", "e"}, {{"b", {"a"}}, {"c", {"b", "d"}}, {"e", {"d"}}}};
  for (const auto& record : {runAll(plan, 2, {"a"}), runAll(plan, 2, {}, {"a"})}) {
    EXPECT_EQ(record.done, (std::set<std::string>{"d", "e"}));
    EXPECT_EQ(record.skipped, (std::vector<std::string>{"b", "c"}));
  }
}

// Two that wait for each other come to an end only side by side.
TEST(Schedule, SideBySide) {
  std::atomic<int> running{0};
  bool together = false;
  Schedule schedule;
  schedule.prepare = [&](const std::string&) -> fleet::Result<Work> {
    return Work([&]() -> fleet::Result<Outputs> {
      ++running;
      for (int i = 0; i < 20000 && running < 2; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
      return Outputs{};
    });
  };
  schedule.store = [&](std::vector<Finished>) {
    together = running == 2;
    return std::vector<std::string>{};
  };
  schedule.skip = [](const std::string&) {};
  schedule.run({{"a", "b"}, {}}, 2);
  EXPECT_TRUE(together);
}

}  // namespace

}  // namespace fleetd::vars
