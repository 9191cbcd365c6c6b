// Interned names, from one thread and from many.
#include "kernel/base/symbol.hpp"

#include <gtest/gtest.h>

#include <string>

#include <fmt/core.h>

#include "kernel/base/thread_pool.hpp"

namespace fleetd::base {
namespace {

TEST(Symbol, EqualNamesHaveEqualIds) {
  SymbolTable table;
  const Symbol a = table.intern("a");
  EXPECT_EQ(table.intern("a"), a);
  EXPECT_NE(table.intern("b"), a);
  EXPECT_EQ(table.text(a), "a");
  EXPECT_EQ(table.find("a"), a);
  EXPECT_FALSE(table.find("c"));
  EXPECT_TRUE(table.intern("")) << "the empty name is a name";
  EXPECT_EQ(table.size(), 3u);
}

TEST(Symbol, ManyThreadsAgree) {
  SymbolTable table;
  ThreadPool pool(4);
  constexpr std::size_t kNames = 20'000;
  const auto ids =
      pool.parallelMap<Symbol>(kNames * 4, [&](std::size_t i) { return table.intern(fmt::format("n{}", i % kNames)); });
  EXPECT_EQ(table.size(), kNames);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    EXPECT_EQ(ids[i], ids[i % kNames]);
    EXPECT_EQ(table.text(ids[i]), fmt::format("n{}", i % kNames));
  }
}

}  // namespace
}  // namespace fleetd::base
