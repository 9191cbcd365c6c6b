#include "kernel/plugin/isolated_supervision.hpp"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace fleetd::plugin {
namespace {

using enum Phase;

// What a step asks for, as letters: k kill, b bye, r report, s spawn, a ask again.
std::string deeds(const Step& step) {
  std::string out;
  for (const auto& [set, letter] :
       {std::pair{step.kill, 'k'}, {step.bye, 'b'}, {step.report, 'r'}, {step.spawn, 's'}, {step.again, 'a'}})
    if (set) out += letter;
  return out;
}

struct Row {
  Supervision before;
  Event event;
  bool pure;
  Supervision after;
  const char* deeds = "";
  std::uint32_t waitMs = 0;
};

TEST(IsolatedSupervision, Table) {
  const std::vector<Row> table = {
      // Starting.
      {{down}, Event::start, true, {starting}, "s"},
      {{starting}, Event::hello, true, {ready}},
      {{starting}, Event::refused, true, {failed}, "r"},
      {{starting}, Event::died, true, {failed}, "r"},
      {{starting}, Event::deadline, true, {failed}, "kr"},
      {{starting}, Event::broke, true, {failed}, "kr"},
      {{starting}, Event::stop, true, {stopping}, "b"},
      // Calls.
      {{ready}, Event::call, true, {calling, 1}},
      {{calling, 1}, Event::call, true, {calling, 2}},
      {{calling, 2}, Event::answered, true, {calling, 1}},
      {{calling, 1}, Event::answered, true, {ready}},
      {{ready}, Event::answered, true, {ready}},
      {{ready}, Event::deadline, true, {ready}},
      {{calling, 2}, Event::deadline, true, {failed}, "kr"},
      {{calling, 2}, Event::broke, true, {failed}, "kr"},
      {{ready}, Event::broke, true, {failed}, "kr"},
      // Ends nobody asked for.
      {{calling, 3}, Event::died, true, {waiting, 0, 1}, "a", 50},
      {{calling, 3, 1}, Event::died, true, {waiting, 0, 2}, "a", 200},
      {{calling, 3, 2}, Event::died, true, {failed, 0, 2}, "r"},
      {{calling, 3}, Event::died, false, {failed}, "r"},
      {{ready}, Event::died, false, {waiting, 0, 1}, "", 50},
      {{ready, 0, 2}, Event::died, true, {failed, 0, 2}, "r"},
      {{waiting, 0, 1}, Event::wake, true, {starting, 0, 1}, "s"},
      {{waiting, 0, 1}, Event::stop, true, {down, 0, 1}},
      // The end.
      {{ready}, Event::stop, true, {stopping}, "b"},
      {{calling, 2}, Event::stop, true, {stopping}, "b"},
      {{stopping}, Event::died, true, {down}},
      {{stopping}, Event::deadline, true, {stopping}, "k"},
      {{stopping}, Event::broke, true, {stopping}, "k"},
      {{down}, Event::stop, true, {down}},
  };
  for (const auto& row : table) {
    const Step step = plugin::step(row.before, row.event, {row.pure, 2, 50});
    const auto where =
        std::string(phaseName(row.before.phase)) + " and event " + std::to_string(static_cast<int>(row.event));
    EXPECT_EQ(step.now, row.after) << where << " gives " << phaseName(step.now.phase);
    EXPECT_EQ(deeds(step), row.deeds) << where;
    EXPECT_EQ(step.waitMs, row.waitMs) << where;
  }
}

TEST(IsolatedSupervision, WhatMeansNothingChangesNothing) {
  const auto still = [](Phase phase, std::initializer_list<Event> events) {
    for (const Event event : events)
      for (const bool pure : {false, true})
        EXPECT_EQ(step({phase}, event, {pure}), Step{{phase}}) << phaseName(phase) << " " << static_cast<int>(event);
  };
  using enum Event;
  still(Phase::down, {hello, refused, call, answered, Event::deadline, broke, died, wake, stop});
  still(Phase::starting, {start, call, answered, wake});
  still(Phase::ready, {start, hello, refused, answered, Event::deadline, wake});
  still(Phase::waiting, {start, hello, refused, call, answered, Event::deadline, broke, died});
  still(Phase::stopping, {start, hello, refused, call, answered, wake, stop});
  still(Phase::failed, {start, hello, refused, call, answered, Event::deadline, broke, died, wake, stop});
}

// Whatever happens: one report, then nothing; never more processes than restarts allow; never two at once.
TEST(IsolatedSupervision, HoldsWhatItPromisesWhateverHappens) {
  std::mt19937 random(7);
  for (int round = 0; round < 5000; ++round) {
    const RestartPolicy policy{random() % 2 == 0, static_cast<unsigned>(random() % 4), 10};
    Supervision now;
    unsigned spawned = 0, reports = 0;
    bool alive = false;
    for (int i = 0; i < 40; ++i) {
      auto event = static_cast<Event>(random() % 10);
      if (event == Event::died && !alive) continue;  // it cannot
      const Step next = step(now, event, policy);
      if (event == Event::died) alive = false;
      if (next.kill) {
        EXPECT_TRUE(alive);
      }
      if (next.spawn) {
        EXPECT_FALSE(alive);
        alive = true;
        ++spawned;
      }
      reports += next.report ? 1 : 0;
      if (next.report) alive = alive && !next.kill && event != Event::refused;
      EXPECT_TRUE(next.now.calls == 0 || next.now.phase == calling);
      EXPECT_EQ(next.waitMs != 0, next.now.phase == waiting && now.phase != waiting);
      now = next.now;
      if (now.phase == down && spawned > 0) break;  // a new run would start afresh
    }
    EXPECT_LE(reports, 1u);
    EXPECT_LE(spawned, 1 + policy.restarts);
  }
}

}  // namespace
}  // namespace fleetd::plugin
